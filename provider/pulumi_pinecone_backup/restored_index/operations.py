"""Create, read, update and delete of a `RestoredIndex`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pulumi_pinecone_backup.engine import messages, results
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Result
from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import missing, replacement
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG
from pulumi_pinecone_backup.lifecycle.inputs import is_only_read, parse
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.lifecycle.resource import Resource
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index import capacity, ownership, tags
from pulumi_pinecone_backup.restored_index.check import check
from pulumi_pinecone_backup.restored_index.diff import (
    FAILED_STATUSES,
    diff,
    is_ready,
    is_unfinished,
    require_ready_backup,
)
from pulumi_pinecone_backup.restored_index.finish import apply_tags_and_protection, complete
from pulumi_pinecone_backup.restored_index.properties import (
    RestoredIndexInputs,
    restored_index_outputs,
)
from pulumi_pinecone_backup.restored_index.removal import delete_and_wait
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.restored_index.start import start
from pulumi_pinecone_backup.restored_index.verification import VerificationRow, skipped
from pulumi_pinecone_backup.service.models import IndexModel, RestoreJobModel

_ONLY_READ = skipped("the index is only read, not restored here")


def create(session: Session, call: Call, props: Mapping[str, Any]) -> Result:
    """Restore an index, follow its job to the end, and verify it."""
    inputs = parse(RestoredIndexInputs, props)
    restoration = Restoration(session, call, inputs, Restore(), session.pace.create)
    start(restoration)
    error = _caught(lambda: complete(restoration))
    _claim(session, inputs.identity, restoration.name, error)
    outputs = _outputs(inputs, restoration.restore, error)
    return results.ended(restoration.name, outputs, error)


def update(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Result:
    """Continue an unfinished restore, or change tags, protection and capacity in place."""
    inputs = parse(RestoredIndexInputs, {**news, "name": id_})
    restore = _recorded(olds)
    restoration = Restoration(session, call, inputs, restore, session.pace.update)
    restoration.refresh()
    live = restoration.live
    ownership.refuse_foreign(live, restore.owner_mark)
    error: Exception | None
    if restore.status in FAILED_STATUSES and not live.is_ready:
        error = _caught(lambda: apply_tags_and_protection(restoration))
        messages.warn(
            f"the restore of index `{id_}` ended as {restore.status}; the next `pulumi up` "
            "removes the failed index and restores again",
            call,
        )
    elif is_unfinished(olds):
        error = _caught(lambda: complete(restoration))
    else:
        restore.status = "Ready" if live.is_ready else live.status.state
        error = _caught(lambda: _change_in_place(restoration))
    _claim(session, inputs.identity, id_, error)
    return results.ended(id_, _outputs(inputs, restore, error), error)


def _change_in_place(restoration: Restoration) -> None:
    apply_tags_and_protection(restoration)
    capacity.converge(restoration)


def read(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> Result:
    """Report the live index; a 404 counts only for a key of the recorded project."""
    del call
    is_recorded = "status" in props
    live = missing.find_index(session.client(), id_)
    if live is None:
        if not is_recorded:
            raise missing.never_seen(f"index `{id_}`")
        missing.confirm_gone(session, props.get("project"), f"index `{id_}`")
        return results.GONE
    missing.note_readable_project(session, live.project)
    is_managed = is_recorded and not is_only_read(props)
    inputs = parse(RestoredIndexInputs, props if is_managed else _inputs_of(live, props))
    if is_managed:
        _refuse_other_source(live, props)
    restore = _looked_at(session, _recorded(props if is_managed else {}), live)
    outputs = restored_index_outputs(inputs, restore)
    if not is_managed:
        outputs["verification"] = [row.model_dump(exclude_none=True) for row in _ONLY_READ]
        return Result(id_, outputs, echo(inputs))
    seen = _observed(props, live)
    outputs |= seen
    problem = _unhealthy(live, inputs, restore, outputs)
    return Result(id_, outputs, {**echo(inputs), **seen}, problem)


def delete(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> None:
    """Delete the index if it is still this state entry's, and wait until it is gone.

    Raises:
        PineconeBackupError: It could not be deleted, or would leave a gap.
    """
    deadline = time.monotonic() + (call.timeout_seconds or session.pace.delete)
    live = missing.find_index(session.client(), id_)
    if live is None:
        missing.refuse_other_project(session, props.get("project"), f"index `{id_}`")
        return
    if replacement.is_in_use(session, props, id_):
        messages.info(f"index `{id_}` was not deleted: this resource goes on with it", call)
        return
    how = ownership.ownership_of(live, props.get("owner_mark"))
    if how == "taken over":
        messages.info(
            f"index `{id_}` was not deleted: its tag `{MARK_TAG}` shows that another resource or "
            "stack has taken it over",
            call,
        )
        return
    if how == "renewed":
        messages.warn(f"not deleted: {ownership.describe(live, how)}", call)
        return
    if how == "mark gone":
        raise ConfigurationError(f"not deleted: {ownership.describe(live, how)}")
    _refuse_other_source(live, props)
    replacement.refuse_gap(session, props, id_, f"index `{id_}`", "Ready and verified")
    successor = replacement.makes_room(session, props)
    if successor is not None:
        require_ready_backup(session, successor, id_)
    delete_and_wait(session, live, deadline)


def _caught(step: Callable[[], None]) -> Exception | None:
    """Return what a step raised: from here on the state is kept, whatever happens."""
    try:
        step()
    except Exception as error:  # noqa: BLE001, RUF100
        return error
    return None


def _claim(session: Session, identity: str, name: str, error: Exception | None) -> None:
    """Remember the newest index of a resource; one that is not complete replaces nothing."""
    replacement.claim_newest(
        session, identity, name, lambda: error is None and is_ready(session, name)
    )


def _recorded(props: Mapping[str, Any]) -> Restore:
    """Return what the state knows of a restore."""
    rows = [VerificationRow.model_validate(dict(row)) for row in props.get("verification") or []]
    return Restore(
        index_id=props.get("index_id"),
        restore_job_id=props.get("restore_job_id"),
        status=props.get("status"),
        recovery_point_at=_time(props.get("recovery_point_at")),
        restore_started_at=_time(props.get("restore_started_at")),
        restore_completed_at=_time(props.get("restore_completed_at")),
        rto_seconds=props.get("rto_seconds"),
        verification=rows,
        owner_mark=props.get("owner_mark"),
        project=props.get("project"),
        recorded=props,
    )


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None


def _looked_at(session: Session, restore: Restore, live: IndexModel) -> Restore:
    """Return what is known of a restore after a look at the live index."""
    restore.index, restore.project = live, live.project or restore.project
    restore.status = "Ready" if live.is_ready else live.status.state
    if restore.restore_job_id is None and not restore.recorded.get("status"):
        job = _newest_job(session, live.name)
    elif live.is_ready and restore.restore_completed_at:
        return restore
    else:
        job = session.jobs().look_when_ready(restore.restore_job_id)
    if job is None:
        return restore
    if job.is_failed and not live.is_ready:
        restore.status = job.status
    restore.restore_job_id = job.restore_job_id
    restore.index_id = restore.index_id or job.target_index_id
    restore.restore_started_at = restore.restore_started_at or job.created_at
    restore.restore_completed_at = restore.restore_completed_at or job.completed_at
    return restore


def _newest_job(session: Session, index_name: str) -> RestoreJobModel | None:
    try:
        return session.jobs().newest(index_name, None)
    except PineconeBackupError:
        return None  # jobs are advice


def _outputs(
    inputs: RestoredIndexInputs, restore: Restore, error: Exception | None
) -> dict[str, Any]:
    """Return the outputs; after an error they say what is live, so that diff sees what is left."""
    outputs = restored_index_outputs(inputs, restore)
    if error is not None and restore.index is not None:
        outputs |= _observed(outputs, restore.index)
    return outputs


def _observed(recorded: Mapping[str, Any], live: IndexModel) -> dict[str, Any]:
    """Return the managed properties as the live index has them."""
    seen: dict[str, Any] = {
        "tags": tags.observed(recorded, live),
        "read_capacity": capacity.observed(recorded, live),
    }
    if recorded.get("deletion_protection") is not None:
        seen["deletion_protection"] = live.deletion_protection
    return {key: value for key, value in seen.items() if value is not None}


def _inputs_of(live: IndexModel, props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs that would have made an index which is only read."""
    found = {"name": live.name, "backup_id": live.source_backup_id}
    return {**props, **{key: value for key, value in found.items() if value is not None}}


def _refuse_other_source(live: IndexModel, props: Mapping[str, Any]) -> None:
    recorded = props.get("backup_id")
    if live.source_backup_id and recorded and live.source_backup_id != recorded:
        raise ConfigurationError(
            f"index `{live.name}` was restored from backup `{live.source_backup_id}`, not from the "
            f"recorded `{recorded}`: somebody has replaced it. The state is kept; remove the "
            "resource from it with `pulumi state delete`, or delete that index and run `pulumi up`"
        )


def _unhealthy(
    live: IndexModel,
    inputs: RestoredIndexInputs,
    restore: Restore,
    outputs: Mapping[str, Any],
) -> str | None:
    how = ownership.ownership_of(live, restore.owner_mark)
    if how in ownership.FOREIGN:
        return ownership.describe(live, how)
    if not inputs.wait:
        return None
    if restore.status in FAILED_STATUSES:
        return (
            f"the restore of index `{live.name}` ended as {restore.status}; the next `pulumi up` "
            "removes the failed index and restores again"
        )
    if restore.status != "Ready":
        return f"index `{live.name}` is {restore.status}; `pulumi up` goes on waiting"
    if is_unfinished(outputs):
        return f"index `{live.name}` is not verified yet; `pulumi up` verifies it"
    return capacity.unhealthy(inputs, live)


RESTORED_INDEX = Resource(check, diff, create, read, update, delete)
