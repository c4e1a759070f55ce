"""Keeps a history of backups by the hour, day, week and month, and never loses the newest one."""

import pulumi
import pulumi_pinecone_backup as pinecone_backup

config = pulumi.Config()

rotation = pinecone_backup.BackupRotation(
    "products",
    index_name=config.get("index") or "products",
    keep=config.get_object("keep") or {"hourly": 24, "daily": 7, "weekly": 4, "monthly": 12},
    fingerprint_records=25,
)

pulumi.export("newest", rotation.newest_backup_id)
pulumi.export("kept", rotation.kept)
