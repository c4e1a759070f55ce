"""A backup that outlives its resource, and a restored index that no slip can delete."""

import pulumi
import pulumi_pinecone_backup as pinecone_backup

config = pulumi.Config()
index_name = config.get("index") or "products"
decommissioned = config.get_bool("decommissioned") or False

backup = pinecone_backup.Backup(
    "keepsake",
    index_name=index_name,
    # Without this, removing or replacing the resource deletes the backup.
    opts=pulumi.ResourceOptions(retain_on_delete=True),
)

standby = pinecone_backup.RestoredIndex(
    "standby",
    backup_id=backup.id,
    # The service refuses to delete a protected index, whoever asks.
    deletion_protection="disabled" if decommissioned else "enabled",
    # Pulumi refuses to delete a protected resource, whatever the program says.
    opts=pulumi.ResourceOptions(protect=not decommissioned),
)

pulumi.export("backup", backup.id)
pulumi.export("index", standby.id)
