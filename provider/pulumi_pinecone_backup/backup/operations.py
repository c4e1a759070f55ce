"""Create, read, update and delete of a `Backup`, from Pulumi's properties to Pulumi's results."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from pulumi_pinecone_backup.backup import start as backup_lifecycle
from pulumi_pinecone_backup.engine import results
from pulumi_pinecone_backup.engine.bridge import Call
from pulumi_pinecone_backup.errors import JobError, NotFoundError
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.inputs import BackupInputs, is_only_read, parse
from pulumi_pinecone_backup.lifecycle.outputs import backup_outputs, echo
from pulumi_pinecone_backup.restored_index import ownership
from pulumi_pinecone_backup.service.models import BackupModel
from pulumi_pinecone_backup.waiting import watchers as waiting


def create(props: Mapping[str, Any], call: Call) -> CreateResult:
    """Take a backup; wait until it is Ready if the inputs ask for it."""
    inputs = parse(BackupInputs, props)
    client = session.current.client()
    backup, project = backup_lifecycle.take(client, inputs, call)
    ownership.claim_newest(
        inputs.identity, backup.backup_id, lambda: backup_lifecycle.is_ready(backup.backup_id)
    )
    session.current.prove(project)
    backup, error = _followed(backup, inputs, call, waiting.CREATE_SECONDS)
    return results.created(call, backup.backup_id, backup_outputs(inputs, backup, project), error)


def update(id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], call: Call) -> UpdateResult:
    """Go on waiting for an unfinished backup; record what changed."""
    inputs = parse(BackupInputs, news)
    client = session.current.client()
    try:
        backup = client.describe_backup(id_)
    except NotFoundError as gone:
        raise ownership.vanished(client, olds.get("project"), f"backup `{id_}`") from gone
    error = None
    if backup_lifecycle.is_unfinished(olds):
        backup, error = _followed(backup, inputs, call, waiting.UPDATE_SECONDS)
    outputs = backup_outputs(inputs, backup, olds.get("project"), olds)
    return results.updated(call, id_, outputs, error)


def _followed(
    backup: BackupModel, inputs: BackupInputs, call: Call, seconds: float
) -> tuple[BackupModel, Exception | None]:
    """Return the backup as last seen, and what ended the wait early."""
    if not inputs.wait:
        return backup, None
    deadline = time.monotonic() + (call.timeout_seconds or seconds)
    error: Exception | None = None
    try:
        backup = backup_lifecycle.follow(session.current.watchers().backups, backup, call, deadline)
    except Exception as caught:  # noqa: BLE001, RUF100 - the id must reach the state, come what may
        error = caught
        if isinstance(caught, JobError):
            backup = backup.model_copy(update={"status": caught.last_status})
    backup_lifecycle.warn_if_empty(backup, call)
    return backup, error


def read(id_: str, props: Mapping[str, Any], call: Call) -> ReadResult:
    """Report the live backup; a 404 counts only for a key of the recorded project."""
    client = session.current.client()
    project = props.get("project")
    is_recorded = "backup_id" in props
    try:
        backup = client.describe_backup(id_)
    except NotFoundError:
        if not is_recorded:
            raise
        ownership.confirm_gone(client, project, f"backup `{id_}`")
        return results.gone()
    session.current.prove(project)
    is_managed = is_recorded and not is_only_read(props)
    inputs = parse(BackupInputs, props if is_managed else _inputs_of(backup, props))
    outputs = backup_outputs(inputs, backup, project, props if is_recorded else None)
    unhealthy = _unhealthy(backup, inputs) if is_managed else None
    return results.was_read(call, id_, outputs, echo(inputs), unhealthy)


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


def delete(id_: str, props: Mapping[str, Any], call: Call) -> None:
    """Delete a backup and wait until it is gone."""
    backup_lifecycle.delete(
        session.current.client(),
        session.current.watchers().backups,
        props,
        id_,
        call,
        time.monotonic() + (call.timeout_seconds or waiting.DELETE_SECONDS),
    )
