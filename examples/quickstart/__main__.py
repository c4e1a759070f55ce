"""Takes a backup of an index, restores it as a second index and proves that the restore is whole.

`make up` runs it against the emulator. Settings, all optional:

    pulumi config set index NAME            the index to back up (products)
    pulumi config set protection disabled   lets `pulumi destroy` delete the restored index
"""

import pulumi
import pulumi_pinecone_backup as pinecone_backup

config = pulumi.Config()

backup = pinecone_backup.Backup(
    "products",
    index_name=config.get("index") or "products",
    description="Before the catalogue import",
)

restored = pinecone_backup.RestoredIndex(
    "products-restored",
    backup_id=backup.id,
    tags={"purpose": "quickstart", "owner": "shop"},
    deletion_protection="disabled" if config.get("protection") == "disabled" else "enabled",
    verify="records",
)

pulumi.export("backup_id", backup.id)
pulumi.export("restored_index", restored.id)
pulumi.export("host", restored.host)
pulumi.export("recovery_point_at", restored.recovery_point_at)
pulumi.export("restore_seconds", restored.rto_seconds)
