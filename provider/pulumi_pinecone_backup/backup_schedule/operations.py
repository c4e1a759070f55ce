"""Create, read, update and delete of a `BackupSchedule`.

Source: 2026-07, `describe_backup_schedule`, `update_backup_schedule`, `delete_backup_schedule`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.backup_schedule import health
from pulumi_pinecone_backup.backup_schedule.check import check, diff
from pulumi_pinecone_backup.backup_schedule.properties import (
    BackupScheduleInputs,
    backup_schedule_outputs,
)
from pulumi_pinecone_backup.backup_schedule.start import create as create_schedule
from pulumi_pinecone_backup.engine import messages, results
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.cancellation import pause
from pulumi_pinecone_backup.engine.results import Result
from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ConflictError,
    NotFoundError,
    PineconeBackupError,
)
from pulumi_pinecone_backup.lifecycle import missing, replacement
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.lifecycle.replacement import Declared
from pulumi_pinecone_backup.lifecycle.resource import Resource, within_timeout
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupScheduleModel, IndexModel


@within_timeout("create")
def create(session: Session, call: Call, props: Mapping[str, Any]) -> Result:
    """Create a schedule."""
    inputs = parse(BackupScheduleInputs, props)
    project = session.client().describe_index(inputs.index_name).project
    missing.note_readable_project(session, project)
    schedule = create_schedule(session, inputs, call)
    replacement.claim_newest(session, inputs.identity, schedule.schedule_id, lambda: True)
    error: Exception | None = None
    try:
        schedule = _apply_settings(session, schedule, inputs)
    except PineconeBackupError as caught:
        error = caught
    outputs = backup_schedule_outputs(inputs, schedule, project)
    return results.ended(schedule.schedule_id, outputs, error)


def _apply_settings(
    session: Session, schedule: BackupScheduleModel, inputs: BackupScheduleInputs
) -> BackupScheduleModel:
    """Return the schedule after a PATCH of what differs from the inputs.

    Where another schedule of the index is enabled, one that this program disables gives its place
    up first: the engine may come to it later.
    """
    wanted = (inputs.frequency, inputs.retention_days, inputs.enabled)
    if (schedule.frequency, schedule.retention_expire_after_days, schedule.enabled) == wanted:
        return schedule
    try:
        return _patched(session.client(), schedule, inputs)
    except ConflictError:
        if not inputs.enabled or not _free_the_place(session, schedule, inputs.index_name):
            raise
    return _patched(session.client(), schedule, inputs)


def _free_the_place(session: Session, wanted: BackupScheduleModel, index_name: str) -> bool:
    """Disable the enabled schedule of an index if this program disables it; return whether it did.

    The engine may not have checked that one yet, so it is waited for a little.
    """
    end = time.monotonic() + session.pace.gone
    client, declared = session.client(), session.memory(Declared)
    while True:
        listed = client.list_backup_schedules(index_name)
        others = [s for s in listed if s.enabled and s.schedule_id != wanted.schedule_id]
        if not others:
            return True
        names = {
            other.get("name")
            for other in declared.all()
            if other.get("index_name") == index_name and other.get("enabled") is False
        }
        if all(other.name in names for other in others):
            for other in others:
                client.update_backup_schedule(other.schedule_id, enabled=False)
            return True
        if time.monotonic() >= end or not pause(session.pace.look_up):
            return False


def _patched(
    client: Client, schedule: BackupScheduleModel, inputs: BackupScheduleInputs
) -> BackupScheduleModel:
    return client.update_backup_schedule(
        schedule.schedule_id,
        frequency=inputs.frequency if schedule.frequency != inputs.frequency else None,
        expire_after_days=(
            inputs.retention_days
            if schedule.retention_expire_after_days != inputs.retention_days
            else None
        ),
        enabled=inputs.enabled if schedule.enabled != inputs.enabled else None,
    )


def read(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> Result:
    """Report the live schedule; a 404 counts only for a key of the recorded project."""
    is_recorded = "schedule_id" in props
    schedule = missing.find_backup_schedule(session.client(), id_, props.get("index_name"))
    if schedule is None:
        if not is_recorded:
            raise missing.never_seen(f"backup schedule `{id_}`")
        missing.confirm_gone(session, props.get("project"), f"backup schedule `{id_}`")
        return results.GONE
    if not is_recorded and props.get("index_name") is None:
        index = index_of_schedule(session.client(), id_)
        found = {} if index is None else {"index_name": index.name, "project": index.project}
        props = {**props, **found}
    missing.note_readable_project(session, props.get("project"))
    live = {
        "name": schedule.name,
        "frequency": schedule.frequency,
        "retention_days": schedule.retention_expire_after_days,
        "enabled": schedule.enabled,
    }
    runs = health.watched(session.client(), call, schedule)
    told = {"index_name": "not-told", **props, **live}
    inputs = parse(BackupScheduleInputs, told)
    outputs = backup_schedule_outputs(
        inputs, schedule, props.get("project"), props if runs is None else runs
    )
    given = echo(inputs)
    if props.get("index_name") is None:
        outputs.pop("index_name")
        given.pop("index_name")
    return Result(id_, outputs, given)


def index_of_schedule(client: Client, schedule_id: str) -> IndexModel | None:
    """Return the index that lists a schedule: the schedule itself does not name it."""
    for index in client.list_indexes():
        listed = client.list_backup_schedules(index.name)
        if schedule_id in {schedule.schedule_id for schedule in listed}:
            return index
    return None


@within_timeout("update")
def update(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Result:
    """Change frequency, retention or whether the schedule is enabled."""
    del call
    inputs = parse(BackupScheduleInputs, news)
    what = f"backup schedule `{id_}`"
    found = missing.find_backup_schedule(session.client(), id_, inputs.index_name)
    if found is None:
        raise missing.vanished(session, olds.get("project"), what)
    schedule = _apply_settings(session, found, inputs)
    return Result(id_, backup_schedule_outputs(inputs, schedule, olds.get("project"), olds))


@within_timeout("delete")
def delete(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> None:
    """Delete the schedule; its backups stay.

    Raises:
        PineconeBackupError: It could not be deleted.
    """
    if replacement.is_in_use(session, props, id_):
        messages.info(
            f"backup schedule `{id_}` was not deleted: this resource goes on with it", call
        )
        return
    try:
        session.client().delete_backup_schedule(id_)
    except NotFoundError as error:
        what, index_name = f"backup schedule `{id_}`", props.get("index_name")
        if missing.find_backup_schedule(session.client(), id_, index_name) is not None:
            raise ConfigurationError(
                f"{what} was not deleted: the service does not find it, but lists it. Run the same "
                "command again later"
            ) from error
        missing.refuse_other_project(session, props.get("project"), what)


BACKUP_SCHEDULE = Resource(check, diff, create, read, update, delete)
