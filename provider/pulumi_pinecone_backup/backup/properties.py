"""Inputs and outputs of a `Backup`, as programs give them and as states hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, StrictBool, StrictStr

from pulumi_pinecone_backup.backup import rotation
from pulumi_pinecone_backup.backup.declaration import OUTPUTS
from pulumi_pinecone_backup.lifecycle.identity import without_mark
from pulumi_pinecone_backup.lifecycle.inputs import (
    Count,
    InputPart,
    Inputs,
    Name,
    Triggers,
    rule,
)
from pulumi_pinecone_backup.lifecycle.outputs import definition, echo, present, stored
from pulumi_pinecone_backup.service.models import BackupModel, to_properties
from pulumi_pinecone_backup.service.values import time_of

MOST_FINGERPRINT_RECORDS: Final = 1000


def _check_fingerprint_records(value: int) -> int:
    if not 0 <= value <= MOST_FINGERPRINT_RECORDS:
        raise ValueError(f"must be 0 to {MOST_FINGERPRINT_RECORDS}")
    return value


def _check_time(value: str) -> str:
    if time_of(value) is None:
        raise ValueError("must be a date or a time such as `2027-01-31` or `2027-01-31T12:00:00Z`")
    return value


class Rotation(InputPart):
    """Which rotation a backup belongs to.

    Attributes:
        name: The rotation's resource name.
        slot: The period that the backup stands for.
        force_destroy: Whether it may go with the whole rotation.
        drops: Ids of the backups that fall out in this run; on the newest backup alone.
    """

    name: StrictStr
    slot: StrictStr
    force_destroy: StrictBool = False
    drops: list[StrictStr] | None = None


class BackupInputs(Inputs):
    """Inputs of `Backup`."""

    outputs = OUTPUTS

    index_name: Name
    name: Name | None = None
    description: StrictStr | None = None
    triggers: Triggers | None = None
    wait: StrictBool = True
    fingerprint_records: (
        Annotated[Count, AfterValidator(rule(_check_fingerprint_records))] | None
    ) = None
    keep_until: Annotated[StrictStr, AfterValidator(rule(_check_time))] | None = None
    rotation: Rotation | None = None


def backup_outputs(
    inputs: BackupInputs,
    backup: BackupModel,
    project: str | None,
    recorded: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the outputs of `Backup`. Source: `BackupModel`, every version.

    A backup never changes: what another API version words differently stays as it was recorded.
    """
    facts = to_properties(backup)
    before = stored(recorded or {}, OUTPUTS)
    facts = {**before, **present(facts), **definition(before, facts)}
    return present(
        {
            **{key: facts.get(key) for key in OUTPUTS},
            "project": project,
            "tags": without_mark(backup.tags),
            **echo(inputs),
            "rotation": rotation.recorded(echo(inputs).get("rotation")),
        }
    )
