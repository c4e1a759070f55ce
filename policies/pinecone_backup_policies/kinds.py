"""The resources that the rules look at: their type tokens and how each spells its properties.

The tokens are repeated here, and nowhere else in the pack, so that the pack runs in an environment
without the provider package (a policy job, an audit of an exported state). A test compares them
with the resources' own tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """Describe one type of resource: kinds of one label are one to the rules.

    Args:
        label: The name in messages and in settings, such as `RestoredIndex`.
        token: The engine's type token.
        spelling: Properties that this type spells in another way than the rules do.
        is_camel: Tell whether it spells all of them in camelCase, as the plugin does.
    """

    label: str
    token: str = field(compare=False)
    spelling: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    is_camel: bool = field(default=False, compare=False)

    def spell(self, name: str) -> str:
        """Return how this type spells a property."""
        if self.is_camel:
            first, *rest = name.split("_")
            return first + "".join(word.capitalize() for word in rest)
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
# The same resources as the plugin for every language serves them.
OF_PLUGIN = tuple(
    Kind(kind.label, f"pinecone-backup:index:{kind.label}", is_camel=True)
    for kind in (BACKUP, RESTORED_INDEX, BACKUP_SCHEDULE, RESTORE_DRILL)
)
BY_TOKEN = {kind.token: kind for kind in (*KINDS, *OF_PLUGIN)} | {TEMPLATE_TYPE: INDEX}
