"""Creating a schedule, once: a lost answer is looked up before anything is sent again.

A schedule carries no mark: what a lost run made is told and never adopted, and a schedule is never
replaced beside itself. Source: 2026-07, `create_backup_schedule`.
"""

from __future__ import annotations

from pulumi_pinecone_backup.backup_schedule.properties import BackupScheduleInputs
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ConflictError,
    PineconeBackupError,
)
from pulumi_pinecone_backup.lifecycle import missing
from pulumi_pinecone_backup.lifecycle.checks import resource_key
from pulumi_pinecone_backup.lifecycle.decisions import Decisions
from pulumi_pinecone_backup.lifecycle.identity import IF_RENAMED
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupScheduleModel


def create(session: Session, inputs: BackupScheduleInputs, call: Call) -> BackupScheduleModel:
    """Create the schedule.

    Raises:
        PineconeBackupError: The service did not take it, or another one is in its place.
    """
    found = _named(session.client(), inputs)
    if found:
        raise ConfigurationError(_in_place_text(session, inputs, call, found[0]))
    return _create_once(session.client(), inputs)


def _in_place_text(
    session: Session, inputs: BackupScheduleInputs, call: Call, found: BackupScheduleModel
) -> str:
    if _is_recorded(session, inputs, call):
        return (
            f"schedule `{inputs.name}` of index `{inputs.index_name}` exists, and an index takes "
            "one enabled schedule: it cannot be replaced beside itself. Nothing was changed; its "
            "settings change in place, without `--replace`"
        )
    return (
        f"index `{inputs.index_name}` has a schedule named `{inputs.name}` already "
        f"(`{found.schedule_id}`): a run that was lost has made it, or another stack, or this one "
        "before `--replace` or a taint. A schedule carries no mark, so that none is taken over by "
        "its name. Ways out: `pinecone-backup import backup-schedule "
        f"{inputs.resource_name} {found.schedule_id}`; delete it; `pulumi state untaint`; or give "
        "this one another `name`"
    )


def _create_once(client: Client, inputs: BackupScheduleInputs) -> BackupScheduleModel:
    """Post the schedule once; a lost answer is looked up before anything is sent again."""
    try:
        return _create(client, inputs)
    except PineconeBackupError as error:
        if isinstance(error, ConflictError):
            raise _taken(client, inputs, error) from error
        if not error.may_have_happened:
            raise
        try:
            found = _named(client, inputs)
        except PineconeBackupError as failed:
            raise missing.in_doubt(
                error,
                failed,
                f"Schedule `{inputs.name}` of index `{inputs.index_name}`",
                "The next `pulumi up` names it if it is there: take it over with "
                "`pinecone-backup import`, or delete it.",
            ) from failed
    if found:
        return found[0]
    try:
        return _create(client, inputs)
    except ConflictError as error:
        found = _named(client, inputs)  # the first request may have taken effect late
        if found:
            return found[0]
        raise _taken(client, inputs, error) from error


def _named(client: Client, inputs: BackupScheduleInputs) -> list[BackupScheduleModel]:
    listed = client.list_backup_schedules(inputs.index_name)
    return [schedule for schedule in listed if schedule.name == inputs.name]


def _taken(
    client: Client, inputs: BackupScheduleInputs, error: ConflictError
) -> ConfigurationError:
    enabled = [s for s in client.list_backup_schedules(inputs.index_name) if s.enabled]
    names = ", ".join(f"`{s.name}` (`{s.schedule_id}`)" for s in enabled)
    return ConfigurationError(
        f"index `{inputs.index_name}` takes one enabled schedule and has {names or 'one'}: "
        f"disable or delete that one first, or, {IF_RENAMED}. ({error})"
    )


def _create(client: Client, inputs: BackupScheduleInputs) -> BackupScheduleModel:
    return client.create_backup_schedule(
        inputs.index_name,
        name=str(inputs.name),
        frequency=inputs.frequency,
        expire_after_days=inputs.retention_days,
    )


def _is_recorded(session: Session, inputs: BackupScheduleInputs, call: Call) -> bool:
    """Return whether this process has checked the resource against a recorded one."""
    key = resource_key(call, {"identity": inputs.identity})
    return session.memory(Decisions).of(key) is not None
