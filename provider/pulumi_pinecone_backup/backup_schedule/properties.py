"""Inputs and outputs of a `BackupSchedule`, as programs give them and as states hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, get_args

from pydantic import AfterValidator, StrictBool, StrictStr

from pulumi_pinecone_backup.backup_schedule.declaration import OUTPUTS, Frequency
from pulumi_pinecone_backup.lifecycle.inputs import Count, Inputs, Name, check_name, rule
from pulumi_pinecone_backup.lifecycle.outputs import echo, present
from pulumi_pinecone_backup.service.models import BackupScheduleModel, to_properties

MAX_NAME: Final = 28
RUNS: Final = ("last_backup_id", "last_status", "last_run_at", "last_success_at")


def _check_name(value: str) -> str:
    return check_name(value, MAX_NAME)


def _check_frequency(value: str) -> str:
    if value not in get_args(Frequency):
        raise ValueError("must be 'daily', 'weekly' or 'monthly'")
    return value


def _check_retention(value: int) -> int:
    if value < 1:
        raise ValueError("must be greater than or equal to 1")
    return value


class BackupScheduleInputs(Inputs):
    """Inputs of `BackupSchedule`."""

    outputs = OUTPUTS

    index_name: Name
    name: Annotated[StrictStr, AfterValidator(rule(_check_name))] | None = None
    frequency: Annotated[StrictStr, AfterValidator(rule(_check_frequency))]
    retention_days: Annotated[Count, AfterValidator(rule(_check_retention))]
    enabled: StrictBool = True


def backup_schedule_outputs(
    inputs: BackupScheduleInputs,
    schedule: BackupScheduleModel,
    project: str | None,
    runs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the outputs of `BackupSchedule`, with what the service reports of its inputs.

    Args:
        inputs: What was asked for.
        schedule: What is there.
        project: The project, as index hosts tell it.
        runs: What is known of its runs: fresh, or as recorded.
    """
    facts = to_properties(schedule)
    live = {
        "frequency": schedule.frequency,
        "retention_days": schedule.retention_expire_after_days,
        "enabled": schedule.enabled,
        "name": schedule.name,
    }
    told = {key: (runs or {}).get(key) for key in RUNS}
    outputs = {key: facts.get(key) for key in OUTPUTS} | told
    return present({**outputs, "project": project, **echo(inputs), **live})
