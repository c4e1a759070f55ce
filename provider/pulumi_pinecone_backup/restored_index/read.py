"""Read of a `RestoredIndex`: the live index beside what the state records of its restore."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pulumi_pinecone_backup.engine import results
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Result
from pulumi_pinecone_backup.errors import NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import checks, missing
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, without_pending
from pulumi_pinecone_backup.lifecycle.inputs import is_only_read, parse
from pulumi_pinecone_backup.lifecycle.outputs import echo, present, time_text
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index import capacity, ownership, tags
from pulumi_pinecone_backup.restored_index.diff import (
    FAILED_STATUSES,
    is_unfinished,
    was_never_made,
)
from pulumi_pinecone_backup.restored_index.properties import (
    RestoredIndexInputs,
    restored_index_outputs,
)
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.restored_index.verification import from_state, skipped, stored
from pulumi_pinecone_backup.service.models import IndexModel, RestoreJobModel

_ONLY_READ = skipped("the index is only read, not restored here")


def read(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> Result:
    """Report the live index; a 404 counts only for a key of the recorded project."""
    del call
    if was_never_made(props):
        return Result(id_, checks.bare(props))  # what has its name now is not this resource's
    is_recorded = "status" in props
    # What is read without being recorded may have been made by this very run.
    listed = session.index_list().find(id_) if is_recorded else None
    live = listed or missing.find_index(session.client(), id_)
    if live is None:
        if not is_recorded:
            raise missing.never_seen(f"index `{id_}`")
        missing.confirm_gone(session, props.get("project"), f"index `{id_}`")
        return results.GONE
    missing.note_readable_project(session, live.project)
    is_managed = is_recorded and not is_only_read(props)
    inputs = parse(RestoredIndexInputs, props if is_managed else _inputs_of(live, props))
    if is_managed:
        ownership.refuse_other_source(live, props)
    restore = _looked_at(session, recorded_restore(props if is_managed else {}), live)
    outputs = restored_index_outputs(inputs, restore)
    if not is_managed:
        outputs["verification"] = stored(_ONLY_READ)
        outputs |= _found(session, live, inputs.backup_id)
        return Result(id_, outputs, echo(inputs))
    seen = observed(props, live)
    outputs |= seen
    problem = _unhealthy(live, inputs, restore, outputs)
    return Result(id_, outputs, {**echo(inputs), **seen}, problem)


def recorded_restore(props: Mapping[str, Any]) -> Restore:
    """Return what the state knows of a restore."""
    return Restore(
        index_id=props.get("index_id"),
        restore_job_id=props.get("restore_job_id"),
        status=props.get("status"),
        recovery_point_at=_time(props.get("recovery_point_at")),
        restore_started_at=_time(props.get("restore_started_at")),
        restore_completed_at=_time(props.get("restore_completed_at")),
        rto_seconds=props.get("rto_seconds"),
        verification=from_state(props.get("verification") or ()),
        owner_mark=props.get("owner_mark"),
        project=props.get("project"),
        recorded=props,
    )


def _found(session: Session, live: IndexModel, backup_id: str | None) -> dict[str, Any]:
    """Return what an import records beside the index: whose it is, and its recovery point."""
    found: dict[str, Any] = {"owner_mark": without_pending(live.tags.get(MARK_TAG))}
    if backup_id is not None:
        try:
            captured_at = session.client().describe_backup(backup_id).captured_at
            found["recovery_point_at"] = time_text(captured_at)
        except NotFoundError:
            pass  # the backup may be gone
    return present(found)


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None


def _looked_at(session: Session, restore: Restore, live: IndexModel) -> Restore:
    """Return what is known of a restore after a look at the live index."""
    restore.index, restore.project = live, live.project or restore.project
    restore.status = "Ready" if live.is_ready else live.status.state
    if restore.restore_job_id is None and not restore.recorded.get("status"):
        job = _newest_job(session, live.name)
    elif live.is_ready and (restore.restore_completed_at or restore.rto_seconds is not None):
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


def observed(recorded: Mapping[str, Any], live: IndexModel) -> dict[str, Any]:
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
