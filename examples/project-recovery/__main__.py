"""Restores every index of a project, or those of a pattern, as of a time, and verifies them."""

import pulumi
import pulumi_pinecone_backup as pinecone_backup

config = pulumi.Config()

fleet = pinecone_backup.RestoredFleet(
    "recovered",
    pattern=config.get("pattern") or "*",
    as_of=config.get("asOf"),
    suffix=config.get("suffix") or "-restored",
    triggers=[config.get_int("attempt") or 1],
)

pulumi.export("table", fleet.table)
