"""The resources that the plugin serves, by their tokens."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_pinecone_backup.backup.operations import BACKUP
from pulumi_pinecone_backup.backup.properties import BackupInputs
from pulumi_pinecone_backup.backup_schedule.operations import BACKUP_SCHEDULE
from pulumi_pinecone_backup.backup_schedule.properties import RUNS, BackupScheduleInputs
from pulumi_pinecone_backup.engine.unknowns import UNKNOWN
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.inputs import HIDDEN, Inputs
from pulumi_pinecone_backup.lifecycle.outputs import stored
from pulumi_pinecone_backup.lifecycle.resource import Resource
from pulumi_pinecone_backup.restore_drill.operations import RESTORE_DRILL
from pulumi_pinecone_backup.restore_drill.properties import RestoreDrillInputs
from pulumi_pinecone_backup.restored_index.operations import RESTORED_INDEX
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs

PACKAGE: Final = "pinecone-backup"


@dataclass(frozen=True)
class Kind:
    """A resource as the plugin serves it.

    Attributes:
        name: Its name, such as `Backup`.
        resource: What it does.
        inputs: Its inputs.
        changes: Outputs that an update of a healthy object may change; all others stay. None where
            an update tells everything anew.
    """

    name: str
    resource: Resource
    inputs: type[Inputs]
    changes: frozenset[str] | None

    @functools.cached_property
    def defaults(self) -> dict[str, Any]:
        """What a program that leaves an input out is given, as the Python classes give it."""
        fields = self.inputs.model_fields.items()
        told = {name: field.default for name, field in fields if name not in HIDDEN}
        return {name: value for name, value in told.items() if isinstance(value, str | bool)}

    def created(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a preview shows of a new object: its inputs, and what is not known yet."""
        return {**dict.fromkeys(self.inputs.outputs, UNKNOWN), **inputs}

    def updated(self, recorded: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a preview shows of an object that an update changes."""
        anew = self.created(inputs)
        if self.changes is None or recorded.get("status", "Ready") != "Ready":
            return anew
        kept = set(self.inputs.outputs) - self.changes
        return {**anew, **stored(recorded, kept), **inputs}


_KINDS: Final = (
    Kind("Backup", BACKUP, BackupInputs, frozenset()),
    Kind(
        "RestoredIndex",
        RESTORED_INDEX,
        RestoredIndexInputs,
        frozenset(
            {
                "effective_tags",
                "private_host",
                "status",
                "restore_completed_at",
                "rto_seconds",
                "verification",
                "why",
            }
        ),
    ),
    Kind(
        "BackupSchedule",
        BACKUP_SCHEDULE,
        BackupScheduleInputs,
        frozenset({"next_scheduled_run", *RUNS}),
    ),
    Kind("RestoreDrill", RESTORE_DRILL, RestoreDrillInputs, None),
)
KINDS: Final = {f"{PACKAGE}:index:{kind.name}": kind for kind in _KINDS}


def kind_of(urn: str) -> Kind:
    """Return the kind of the resource with this URN.

    Raises:
        ConfigurationError: The plugin serves no such resource.
    """
    token = urn.split("::")[2].rpartition("$")[2]
    if token not in KINDS:
        known = ", ".join(f"`{name}`" for name in KINDS)
        raise ConfigurationError(f"`{token}` is not a resource of this plugin: there are {known}")
    return KINDS[token]
