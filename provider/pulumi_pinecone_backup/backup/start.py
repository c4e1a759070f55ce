"""Life of a `Backup`: what check, diff, create, read, update and delete do, without Pulumi's types.

Backups are immutable, carry no mark and have names that are not unique: a lost one is never
adopted, only reported. Source: every version, `create_backup`, `describe_backup`, `delete_backup`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.engine.bridge import Call
from pulumi_pinecone_backup.errors import (
    ApiError,
    ConfigurationError,
    JobFailedError,
    NotFoundError,
    PineconeBackupError,
    PreconditionError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.checks import (
    Checked,
    changed,
    keep_triggers,
    keep_unknown,
    note_replacement,
    settle_name,
    was_checked,
)
from pulumi_pinecone_backup.lifecycle.inputs import MAX_NAME, BackupInputs, has_unknown
from pulumi_pinecone_backup.restored_index import ownership
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import FAILED_BACKUP_STATUSES, BackupModel
from pulumi_pinecone_backup.waiting import watchers as waiting

REPLACES = ("index_name", "triggers")
RECORDED = ("wait", "name", "description")
_LOOKUP_SECONDS = 10.0


def resolve(checked: Checked) -> None:
    """Pin what is immutable, name the backup, and look at the service early."""
    if checked.olds:
        _pin(checked)
    settle_name(checked, limit=MAX_NAME)
    if not checked.olds or checked.replaces:
        _preflight(checked)


def _pin(checked: Checked) -> None:
    olds, news = checked.olds, checked.news
    if has_unknown(news.get("index_name")):
        keep_unknown(checked, "index_name")
    elif olds.get("index_name") not in (None, news.get("index_name")):
        checked.replaces.append("index_name")
    keep_triggers(checked)
    if checked.replaces:
        return
    for key in ("name", "description"):
        given = news.get(key)
        if given != olds.get(key) and not (key == "name" and given is None):
            checked.warn(
                f"backups are immutable: the recorded `{key}` is kept. Change `triggers` to take "
                "a new backup with the new one"
            )
            checked.pin(key)


def _preflight(checked: Checked) -> None:
    index_name = checked.news.get("index_name")
    indexes = session.current.indexes()
    if indexes is None or has_unknown(index_name):
        return
    index = indexes.get(str(index_name))
    if index is not None and index.deployment_type == "pod":
        checked.failures.append(
            f"index `{index_name}` is a pod index, and pod indexes cannot be backed up: migrate "
            "it to a serverless index first"
        )
    elif index is not None and index.cmek_id:
        checked.failures.append(
            f"index `{index_name}` uses a customer-managed key, and such indexes cannot be backed "
            "up"
        )
    elif index is None:
        checked.warn(f"index `{index_name}` does not exist yet in this project")


def diff(
    id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], call: Call
) -> tuple[list[str], list[str]]:
    """Return the properties that replace, and those that update in place."""
    checked = was_checked(call, news)
    replaces = [
        key for key in changed(olds, news, REPLACES) if (olds.get(key) or None) != news.get(key)
    ]
    if checked and olds.get("status") in FAILED_BACKUP_STATUSES:
        replaces.append("status")
    updates = changed(olds, news, RECORDED)
    if is_unfinished(olds):
        updates.append("status")
    if checked and replaces:
        note_replacement(call, news)
    elif checked:
        identity = str(olds.get("identity", ""))
        ownership.claim_newest(identity, id_, lambda: is_ready(id_))
    return replaces, updates


def is_ready(backup_id: str) -> bool:
    """Return whether a backup is seen Ready now; in doubt it is not."""
    try:
        return session.current.client().describe_backup(backup_id).is_ready
    except PineconeBackupError:
        return False


def is_unfinished(outputs: Mapping[str, Any]) -> bool:
    """Return whether the recorded backup was still being made, and the program waits for it."""
    return bool(outputs.get("wait", True)) and outputs.get("status") != "Ready"


def take(client: Client, inputs: BackupInputs, call: Call) -> tuple[BackupModel, str | None]:
    """Post the backup, once; return it and the project it is in.

    Raises:
        PineconeBackupError: The service did not take it; nothing was left behind, or the text
            names what may have been.
    """
    index = client.describe_index(inputs.index_name)
    if index.deployment_type == "pod":
        raise ConfigurationError(
            f"index `{inputs.index_name}` is a pod index, and pod indexes cannot be backed up: "
            "migrate it to a serverless index first"
        )
    known = _known(client, inputs, call)
    try:
        backup = client.create_backup(
            inputs.index_name, name=inputs.name, description=inputs.description
        )
    except PineconeBackupError as error:
        if not error.may_have_happened:
            raise
        found = _lost(client, inputs, known, error)
        backup = found or client.create_backup(
            inputs.index_name, name=inputs.name, description=inputs.description
        )
    return backup, index.project


def _known(client: Client, inputs: BackupInputs, call: Call) -> set[str] | None:
    """Return the ids of earlier backups of this name; report look-alikes of a lost run."""
    try:
        alike = _alike(client, inputs)
    except ApiError:
        return None
    if alike:
        ids = ", ".join(f"`{backup.backup_id}`" for backup in alike)
        engine_bridge.warn(
            f"index `{inputs.index_name}` has {len(alike)} earlier backup(s) named "
            f"`{inputs.name}` that may be left over from a lost run or a replacement: {ids}. "
            "Backups carry no mark, so they are never adopted: delete those that no state records",
            call,
        )
    return {backup.backup_id for backup in alike}


def _alike(client: Client, inputs: BackupInputs) -> list[BackupModel]:
    return [
        backup
        for backup in client.list_index_backups(inputs.index_name)
        if backup.name == inputs.name and backup.backup_id not in session.current.recorded_ids
    ]


def _lost(
    client: Client, inputs: BackupInputs, known: set[str] | None, error: PineconeBackupError
) -> BackupModel | None:
    """Return the backup whose answer was lost, or None if the service has made none."""
    if known is None:
        raise error
    end = time.monotonic() + _LOOKUP_SECONDS
    while True:
        fresh = [b for b in _alike(client, inputs) if b.backup_id not in known]
        if len(fresh) == 1:
            return fresh[0]
        if len(fresh) > 1:
            ids = ", ".join(f"`{backup.backup_id}`" for backup in fresh)
            raise ConfigurationError(
                f"the answer to the backup of `{inputs.index_name}` was lost, and several new "
                f"backups named `{inputs.name}` exist: {ids}. Delete them and run `pulumi up` again"
            ) from error
        if time.monotonic() > end:
            return None
        if not waiting.pause(1.0):
            raise error


def follow(
    watcher: waiting.Watcher[BackupModel], backup: BackupModel, call: Call, deadline: float
) -> BackupModel:
    """Wait until a backup is Ready and return it.

    Raises:
        JobFailedError: The service could not make it, or it was deleted.
        WaitTimeoutError: It was still being made at the deadline.
    """
    started = time.monotonic()
    last = backup
    absence = waiting.Absence()

    def ended(look: BackupModel | None) -> BackupModel | None:
        nonlocal last
        if absence.is_certain(look):
            raise JobFailedError(
                f"backup `{last.backup_id}` of index `{last.source_index_name}` is not there any "
                "more: somebody has deleted it; the next `pulumi up` takes a new one",
                resource_id=last.backup_id,
                last_status="Failed",
            )
        if look is None:
            return None
        last = look
        if look.is_failed:
            raise JobFailedError(
                f"backup `{look.backup_id}` of index `{look.source_index_name}` ended as "
                f"{look.status}; the next `pulumi up` takes a new one",
                resource_id=look.backup_id,
                last_status=look.status,
            )
        return look if look.is_ready else None

    def show(look: BackupModel | None) -> None:
        status = look.status if look else last.status
        waiting.show(call, f"backup {backup.backup_id}: {status}", started)

    try:
        return watcher.wait(backup.backup_id, ended, deadline=deadline, on_look=show)
    except WaitTimeoutError as error:
        raise WaitTimeoutError(
            f"backup `{backup.backup_id}` of index `{backup.source_index_name}` is still "
            f"{last.status}: the wait {error}; `pulumi up` goes on waiting, and "
            "`custom_timeouts` allows more time",
            resource_id=backup.backup_id,
            last_status=last.status,
        ) from error


def warn_if_empty(backup: BackupModel, call: Call) -> None:
    """Warn of a backup without records: those of the last 15 minutes are not in it."""
    if backup.is_ready and backup.record_count == 0:
        engine_bridge.warn(
            f"backup `{backup.backup_id}` of index `{backup.source_index_name}` holds 0 records; "
            "records younger than about 15 minutes are not in a backup",
            call,
        )


def delete(
    client: Client,
    watcher: waiting.Watcher[BackupModel],
    props: Mapping[str, Any],
    backup_id: str,
    call: Call,
    deadline: float,
) -> None:
    """Delete a backup and wait until it is gone; 404 is success.

    Raises:
        PineconeBackupError: It could not be deleted, or would leave a gap.
    """
    _require_source(client, props, backup_id)
    ownership.refuse_gap(props, backup_id, f"backup `{backup_id}`")
    started = time.monotonic()
    while True:
        try:
            client.delete_backup(backup_id)
            break
        except NotFoundError:
            ownership.refuse_other_project(client, props.get("project"), f"backup `{backup_id}`")
            return
        except PreconditionError as error:
            waiting.show(call, f"backup {backup_id}: a restore of it is pending", started)
            if time.monotonic() > deadline or not waiting.pause(waiting.RETRY_SECONDS):
                raise WaitTimeoutError(
                    f"backup `{backup_id}` was not deleted: a restore of it is still pending. Run "
                    "the same command again when the restore has ended",
                    resource_id=backup_id,
                    last_status="pending restore",
                ) from error
    try:
        watcher.wait(backup_id, lambda look: True if look is None else None, deadline=deadline)
    except WaitTimeoutError as error:
        raise WaitTimeoutError(
            f"backup `{backup_id}` is being deleted, but is still there: the wait {error}; run the "
            "same command again",
            resource_id=backup_id,
            last_status="deleting",
        ) from error


def _require_source(client: Client, props: Mapping[str, Any], backup_id: str) -> None:
    """Refuse to delete a backup before the new one exists unless a new one can be taken.

    Only the option `delete_before_replace` asks for that.
    """
    wanted = ownership.makes_room(props)
    if wanted is None:
        return
    try:
        client.describe_index(str(wanted["index_name"]))
    except PineconeBackupError as error:
        raise ConfigurationError(
            f"backup `{backup_id}` was not deleted before the new one exists, because index "
            f"`{wanted['index_name']}` could not be seen: {error} Take the option "
            "`delete_before_replace` away"
        ) from error
