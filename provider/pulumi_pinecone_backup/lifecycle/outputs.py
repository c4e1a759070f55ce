"""What is stored in a stack's state: one function per resource builds its outputs.

Outputs are every checked input, what the service told, and the stored fields `identity`, `project`
and `owner_mark`. Keys are the API's names; times are RFC 3339 text in UTC; None is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from pulumi_pinecone_backup.lifecycle.identity import without_mark
from pulumi_pinecone_backup.lifecycle.inputs import (
    BackupInputs,
    BackupScheduleInputs,
    RestoredIndexInputs,
    integral,
)
from pulumi_pinecone_backup.restored_index.verification import Check
from pulumi_pinecone_backup.service.models import (
    BackupModel,
    BackupScheduleModel,
    IndexModel,
    rfc3339,
    to_properties,
)
from pulumi_pinecone_backup.service.shapes import completed_schema

BACKUP_OUTPUTS: Final = (
    "backup_id",
    "status",
    "source_index_name",
    "source_index_id",
    "source_index_deleted_at",
    "cloud",
    "region",
    "dimension",
    "metric",
    "vector_type",
    "schema",
    "record_count",
    "namespace_count",
    "size_bytes",
    "tags",
    "created_at",
    "project",
)

RESTORED_INDEX_OUTPUTS: Final = (
    "index_id",
    "host",
    "private_host",
    "status",
    "restore_job_id",
    "dimension",
    "metric",
    "vector_type",
    "schema",
    "embed",
    "cloud",
    "region",
    "effective_tags",
    "recovery_point_at",
    "restore_started_at",
    "restore_completed_at",
    "rpo_seconds",
    "rto_seconds",
    "verification",
    "owner_mark",
    "project",
)

BACKUP_SCHEDULE_OUTPUTS: Final = (
    "schedule_id",
    "index_id",
    "schedule_type",
    "next_scheduled_run",
    "created_at",
    "project",
)

_INDEX_FACTS = (
    "host",
    "private_host",
    "dimension",
    "metric",
    "vector_type",
    "schema",
    "embed",
    "cloud",
    "region",
)

_DEFINITION = ("dimension", "metric", "vector_type", "embed", "cloud", "region")


def echo(inputs: BaseModel) -> dict[str, Any]:
    """Return the inputs as they were given: what was left out stays out."""
    return inputs.model_dump(exclude_none=True, exclude_unset=True)


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
    before = _stored(recorded or {}, BACKUP_OUTPUTS)
    facts = {**before, **_present(facts), **_definition(before, facts)}
    return _present(
        {
            **{key: facts.get(key) for key in BACKUP_OUTPUTS},
            "project": project,
            "tags": without_mark(backup.tags),
            **echo(inputs),
        }
    )


def backup_schedule_outputs(
    inputs: BackupScheduleInputs, schedule: BackupScheduleModel, project: str | None
) -> dict[str, Any]:
    """Return the outputs of `BackupSchedule`, with what the service reports of its inputs."""
    facts = to_properties(schedule)
    live = {
        "frequency": schedule.frequency,
        "retention_days": schedule.retention_expire_after_days,
        "enabled": schedule.enabled,
        "name": schedule.name,
    }
    outputs = {key: facts.get(key) for key in BACKUP_SCHEDULE_OUTPUTS}
    return _present({**outputs, "project": project, **echo(inputs), **live})


@dataclass
class Restore:
    """What is known of one restored index so far; grows while its restore goes on.

    Attributes:
        status: State of the index, or of its job where that ended badly.
        tags: Tags that the live index has, without the mark; None while unknown.
    """

    index_id: str | None = None
    restore_job_id: str | None = None
    status: str | None = None
    index: IndexModel | None = None
    recovery_point_at: datetime | None = None
    restore_started_at: datetime | None = None
    restore_completed_at: datetime | None = None
    rto_seconds: float | None = None
    verification: list[Check] = field(default_factory=list)
    owner_mark: str | None = None
    project: str | None = None
    recorded: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rpo_seconds(self) -> float | None:
        """Seconds between the recovery point and the start of the restore."""
        if self.recovery_point_at is None or self.restore_started_at is None:
            return None
        return (self.restore_started_at - self.recovery_point_at).total_seconds()


def restored_index_outputs(inputs: RestoredIndexInputs, restore: Restore) -> dict[str, Any]:
    """Return the outputs of `RestoredIndex` as far as they are known."""
    before = _stored(restore.recorded, restore.recorded)
    facts = to_properties(restore.index) if restore.index else before
    facts |= _definition(facts, before)
    tags = without_mark(restore.index.tags) if restore.index else facts.get("effective_tags")
    return _present(
        {
            **{key: facts.get(key) for key in _INDEX_FACTS},
            "index_id": restore.index_id,
            "restore_job_id": restore.restore_job_id,
            "status": restore.status,
            "effective_tags": tags,
            "recovery_point_at": _time(restore.recovery_point_at),
            "restore_started_at": _time(restore.restore_started_at),
            "restore_completed_at": _time(restore.restore_completed_at),
            "rpo_seconds": restore.rpo_seconds,
            "rto_seconds": restore.rto_seconds,
            "verification": [row.model_dump(exclude_none=True) for row in restore.verification],
            "owner_mark": restore.owner_mark,
            "project": restore.project,
            **echo(inputs),
        }
    )


def _stored(recorded: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return recorded outputs, with the engine's whole floats as ints."""
    return {key: integral(recorded[key]) for key in keys if recorded.get(key) is not None}


def _definition(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return what defines an index, as the first tells it and, where it does not, the second.

    No API version tells everything, and a stack may be run under one and then another.
    """
    told = {key: second.get(key) if first.get(key) is None else first[key] for key in _DEFINITION}
    return _present({**told, "schema": completed_schema(first.get("schema"), second.get("schema"))})


def _time(value: datetime | None) -> str | None:
    return rfc3339(value) if value else None


def _present(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value is not None}
