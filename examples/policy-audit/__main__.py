"""Keeps an index backed up and a proven copy ready, as `policy-config.json` asks.

    pulumi config set index NAME    the index to protect (products)

`nightly.sh` audits the stack afterwards.
"""

import pulumi
import pulumi_pinecone_backup as pinecone_backup

index = pulumi.Config().get("index") or "products"

pinecone_backup.BackupSchedule("daily", index_name=index, frequency="daily", retention_days=14)

backup = pinecone_backup.Backup("before-release", index_name=index, triggers=["2026-11"])

standby = pinecone_backup.RestoredIndex(
    "standby",
    backup_id=backup.id,
    tags={"environment": "production", "owner": "search"},
    deletion_protection="enabled",
    verify="records",
    opts=pulumi.ResourceOptions(protect=True),
)

pinecone_backup.RestoreDrill(
    "rehearsal", index_name=index, backup_id=backup.id, triggers=["2026-11"]
)

pulumi.export("standby", standby.id)
