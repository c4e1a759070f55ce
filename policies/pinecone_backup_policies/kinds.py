"""The resources that the rules look at: their type tokens and how each spells its properties.

The tokens are repeated here, and nowhere else in the pack, so that the pack runs in an environment
without the provider package (a policy job, an audit of an exported state). A test compares them
with the resources' own tokens.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """Describe one type of resource.

    Args:
        label: The name in messages and in settings, such as `RestoredIndex`.
        token: The engine's type token.
        spelling: Properties that this type spells in another way than the rules do.
    """

    label: str
    token: str
    spelling: tuple[tuple[str, str], ...] = ()

    def spell(self, name: str) -> str:
        """Return how this type spells a property."""
        return dict(self.spelling).get(name, name)


BACKUP = Kind("Backup", "pulumi-python:dynamic/pinecone:Backup")
RESTORED_INDEX = Kind("RestoredIndex", "pulumi-python:dynamic/pinecone:RestoredIndex")
BACKUP_SCHEDULE = Kind("BackupSchedule", "pulumi-python:dynamic/pinecone:BackupSchedule")
RESTORE_DRILL = Kind("RestoreDrill", "pulumi-python:dynamic/pinecone:RestoreDrill")
INDEX = Kind(
    "Index",
    "pinecone:index/index:Index",
    (("deletion_protection", "deletionProtection"),),
)

# As Pulumi's own templates call the type of an index, and programs that were made from them.
TEMPLATE_TYPE = "pinecone:index:PineconeIndex"

KINDS = (BACKUP, RESTORED_INDEX, BACKUP_SCHEDULE, RESTORE_DRILL, INDEX)
BY_TOKEN = {kind.token: kind for kind in KINDS} | {TEMPLATE_TYPE: INDEX}
