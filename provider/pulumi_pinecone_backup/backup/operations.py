"""Create, read, update and delete of a `Backup`.

Source: every version, `describe_backup`, `delete_backup`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.backup import keeping, rotation
from pulumi_pinecone_backup.backup.check import check, diff, is_ready, is_unfinished
from pulumi_pinecone_backup.backup.fingerprint import take_fingerprint
from pulumi_pinecone_backup.backup.properties import BackupInputs, backup_outputs
from pulumi_pinecone_backup.backup.start import create_once
from pulumi_pinecone_backup.engine import messages, results, rows
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.cancellation import pause
from pulumi_pinecone_backup.engine.results import Result
from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    JobError,
    NotFoundError,
    PineconeBackupError,
    PreconditionError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.lifecycle import missing, replacement
from pulumi_pinecone_backup.lifecycle.inputs import is_only_read, parse
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.lifecycle.resource import Resource, within_timeout
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.models import BackupModel
from pulumi_pinecone_backup.waiting.backups import wait_until_backup_is_ready


@within_timeout("create")
def create(session: Session, call: Call, props: Mapping[str, Any]) -> Result:
    """Take a backup; wait until it is Ready if the inputs ask for it."""
    inputs = parse(BackupInputs, props)
    backup, source = create_once(session, inputs, call)
    backup_id = backup.backup_id
    replacement.claim_newest(
        session, inputs.identity, backup_id, lambda: is_ready(session, backup_id)
    )
    missing.note_readable_project(session, source.project)
    taken = take_fingerprint(session, inputs, source, call)
    backup, error = _followed(session, call, backup, inputs, session.pace.create)
    outputs = backup_outputs(inputs, backup, source.project, {"fingerprint": taken})
    return results.ended(backup_id, outputs, error)


def read(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> Result:
    """Report the live backup; a 404 counts only for a key of the recorded project."""
    del call
    project = props.get("project")
    is_recorded = "backup_id" in props
    backup = missing.find_backup(session.client(), id_)
    if backup is None:
        if not is_recorded:
            raise missing.never_seen(f"backup `{id_}`")
        missing.confirm_gone(session, project, f"backup `{id_}`")
        return results.GONE
    if not is_recorded:
        project = missing.only_project(session.client())
    missing.note_readable_project(session, project)
    is_managed = is_recorded and not is_only_read(props)
    inputs = parse(BackupInputs, props if is_managed else _inputs_of(backup, props))
    outputs = backup_outputs(inputs, backup, project, props if is_recorded else None)
    unhealthy = _unhealthy(backup, inputs) if is_managed else None
    return Result(id_, outputs, echo(inputs), unhealthy)


@within_timeout("update")
def update(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Result:
    """Go on waiting for an unfinished backup; record what changed."""
    inputs = parse(BackupInputs, news)
    backup = missing.find_backup(session.client(), id_)
    if backup is None:
        raise missing.vanished(session, olds.get("project"), f"backup `{id_}`")
    error = None
    if is_unfinished(olds):
        backup, error = _followed(session, call, backup, inputs, session.pace.update)
    outputs = backup_outputs(inputs, backup, olds.get("project"), olds)
    return results.ended(id_, outputs, error)


def _followed(
    session: Session, call: Call, backup: BackupModel, inputs: BackupInputs, seconds: float
) -> tuple[BackupModel, Exception | None]:
    """Return the backup as last seen, and what ended the wait early."""
    if not inputs.wait:
        return backup, None
    deadline = time.monotonic() + (call.timeout_seconds or seconds)
    error: Exception | None = None
    try:
        backup = wait_until_backup_is_ready(
            session.watchers().backups, backup, call, session.pace, deadline
        )
    except Exception as caught:  # noqa: BLE001, RUF100 - whatever happens, the id reaches the state
        error = caught
        if isinstance(caught, JobError):
            backup = backup.model_copy(update={"status": caught.last_status})
    _warn_if_empty(backup, call)
    return backup, error


def _warn_if_empty(backup: BackupModel, call: Call) -> None:
    """Warn of a backup without records: those of the last 15 minutes are not in it."""
    if backup.is_ready and backup.record_count == 0:
        messages.warn(
            f"backup `{backup.backup_id}` of index `{backup.source_index_name}` holds 0 records; "
            "records younger than about 15 minutes are not in a backup",
            call,
        )


def _inputs_of(backup: BackupModel, props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs that would have made a backup which is only read."""
    found = {
        "index_name": backup.source_index_name,
        "name": backup.name,
        "description": backup.description,
    }
    return {**props, **{key: value for key, value in found.items() if value is not None}}


def _unhealthy(backup: BackupModel, inputs: BackupInputs) -> str | None:
    if backup.is_ready or not inputs.wait:
        return None
    if backup.is_failed:
        return (
            f"backup `{backup.backup_id}` ended as {backup.status}; the next `pulumi up` takes a "
            "new one"
        )
    return f"backup `{backup.backup_id}` is still {backup.status}; `pulumi up` goes on waiting"


@within_timeout("delete")
def delete(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> None:
    """Delete a backup and wait until it is gone; 404 is success.

    Raises:
        PineconeBackupError: It could not be deleted, or would leave a gap.
    """
    if not rotation.may_go(session, call, id_, props):
        return
    keeping.refuse_deletion(id_, props)
    _require_source(session, props, id_)
    replacement.refuse_gap(session, props, id_, f"backup `{id_}`")
    deadline = time.monotonic() + (call.timeout_seconds or session.pace.delete)
    if not _request_deletion(session, call, id_, deadline):
        missing.refuse_other_project(session, props.get("project"), f"backup `{id_}`")
        return
    try:
        session.watchers().backups.wait(
            id_, lambda look: True if look is None else None, deadline=deadline
        )
    except WaitTimeoutError as error:
        raise WaitTimeoutError(
            f"backup `{id_}` is being deleted, but still exists: the wait {error}; run the same "
            "command again",
            resource_id=id_,
            last_status="deleting",
        ) from error


def _request_deletion(session: Session, call: Call, backup_id: str, deadline: float) -> bool:
    """Ask for the deletion, once no restore needs the backup; return False if it is gone."""
    started = time.monotonic()
    while True:
        try:
            session.client().delete_backup(backup_id)
        except NotFoundError as error:
            if missing.find_backup(session.client(), backup_id) is None:
                return False
            refusal = WaitTimeoutError(
                f"backup `{backup_id}` was not deleted: the service does not find it, but lists "
                "it. Run the same command again later",
                resource_id=backup_id,
                last_status="contradiction",
            )
            refusal.__cause__ = error
        except PreconditionError as error:
            rows.show(call, f"a restore is pending: backup {backup_id}", started)
            refusal = WaitTimeoutError(
                f"backup `{backup_id}` was not deleted: a restore of it is still pending. Run "
                "the same command again when the restore has ended",
                resource_id=backup_id,
                last_status="pending restore",
            )
            refusal.__cause__ = error
        else:
            return True
        if time.monotonic() > deadline or not pause(session.pace.retry):
            raise refusal


def _require_source(session: Session, props: Mapping[str, Any], backup_id: str) -> None:
    """Refuse to delete a backup before the new one exists unless a new one can be taken.

    Only the option `delete_before_replace` asks for that.
    """
    wanted = replacement.makes_room(session, props)
    if wanted is None:
        return
    try:
        session.client().describe_index(str(wanted["index_name"]))
    except PineconeBackupError as error:
        raise ConfigurationError(
            f"backup `{backup_id}` was not deleted before the new one exists, because index "
            f"`{wanted['index_name']}` could not be seen: {error} Remove the "
            "option `delete_before_replace`"
        ) from error


BACKUP = Resource(check, diff, create, read, update, delete)
