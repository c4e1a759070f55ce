"""Gives every index of a list a backup schedule; the backups outlive schedule and stack."""

import pulumi
import pulumi_pinecone_backup as pinecone_backup

config = pulumi.Config()
index_names: list[str] = config.get_object("indexes") or ["products"]

schedules = {
    index_name: pinecone_backup.BackupSchedule(
        index_name,
        index_name=index_name,
        frequency="daily",
        retention_days=config.get_int("retentionDays") or 14,
        enabled=not config.get_bool("paused"),
    )
    for index_name in index_names
}

pulumi.export(
    "next_runs",
    {index_name: schedule.next_scheduled_run for index_name, schedule in schedules.items()},
)
