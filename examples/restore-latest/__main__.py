"""Restores the newest backup of an index that is not older than it may be."""

from datetime import timedelta

import pulumi
import pulumi_pinecone_backup as pinecone_backup

config = pulumi.Config()
index_name = config.get("index") or "products"
attempt = config.get_int("attempt") or 1

latest = pinecone_backup.get_latest_backup(index_name, max_age=timedelta(days=2))

restored = pinecone_backup.RestoredIndex(
    f"{index_name}-restored",
    backup_id=latest.backup_id,
    # A newer backup is not restored because it is there: raise `attempt` for that.
    triggers=[attempt],
)

pulumi.export("index", restored.id)
pulumi.export("backup", restored.backup_id)
pulumi.export("rpo_seconds", restored.rpo_seconds)
pulumi.export("rto_seconds", restored.rto_seconds)
