"""Create, read, update and delete of a `RestoredIndex`, from Pulumi's properties to its results."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.engine import results
from pulumi_pinecone_backup.engine.bridge import Call
from pulumi_pinecone_backup.errors import ConfigurationError, NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.inputs import (
    MARK_TAG,
    RestoredIndexInputs,
    is_only_read,
    parse,
)
from pulumi_pinecone_backup.lifecycle.outputs import Restore, echo, restored_index_outputs
from pulumi_pinecone_backup.restored_index import capacity, ownership
from pulumi_pinecone_backup.restored_index import tags as restored_index_tags
from pulumi_pinecone_backup.restored_index.diff import (
    FAILED_STATUSES,
    is_ready,
    is_unfinished,
    require_ready_backup,
)
from pulumi_pinecone_backup.restored_index.removal import delete_live
from pulumi_pinecone_backup.restored_index.restoration import Operation, refuse_foreign
from pulumi_pinecone_backup.restored_index.verification import Check, skipped
from pulumi_pinecone_backup.service.models import IndexModel
from pulumi_pinecone_backup.waiting import watchers as waiting

_ONLY_READ = skipped("the index is only read, not restored here")


def create(props: Mapping[str, Any], call: Call) -> CreateResult:
    """Restore an index, follow its job to the end, and verify it."""
    inputs = parse(RestoredIndexInputs, props)
    operation = _operation(inputs, Restore(), call, waiting.CREATE_SECONDS)
    operation.start()
    error = _completed(operation)
    _claim(inputs.identity, operation.name, error)
    outputs = _outputs(inputs, operation.restore, error)
    return results.created(call, operation.name, outputs, error)


def update(id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], call: Call) -> UpdateResult:
    """Continue an unfinished restore, or change tags, protection and capacity in place."""
    inputs = parse(RestoredIndexInputs, {**news, "name": id_})
    restore = _recorded(olds)
    operation = _operation(inputs, restore, call, waiting.UPDATE_SECONDS)
    try:
        operation.refresh()
    except NotFoundError as gone:
        what = f"index `{id_}`"
        raise ownership.vanished(operation.client, restore.project, what) from gone
    live = operation.live
    refuse_foreign(live, restore.owner_mark)
    error: Exception | None
    if restore.status in FAILED_STATUSES and not live.is_ready:
        error = _caught(operation.shape)
        engine_bridge.warn(
            f"the restore of index `{id_}` ended as {restore.status}; the next `pulumi up` "
            "removes the failed index and restores again",
            call,
        )
    elif is_unfinished(olds):
        error = _completed(operation)
    else:
        restore.status = "Ready" if live.is_ready else live.status.state
        error = _caught(operation.shape) or _caught(lambda: capacity.converge(operation))
    _claim(inputs.identity, id_, error)
    return results.updated(call, id_, _outputs(inputs, restore, error), error)


def read(id_: str, props: Mapping[str, Any], call: Call) -> ReadResult:
    """Report the live index; a 404 counts only for a key of the recorded project."""
    client = session.current.client()
    is_recorded = "status" in props
    try:
        live = client.describe_index(id_)
    except NotFoundError:
        if not is_recorded:
            raise
        ownership.confirm_gone(client, props.get("project"), f"index `{id_}`")
        return results.gone()
    session.current.prove(live.project)
    is_managed = is_recorded and not is_only_read(props)
    inputs = parse(RestoredIndexInputs, props if is_managed else _inputs_of(live, props))
    if is_managed:
        _refuse_other_source(live, props)
    restore = _looked_at(_recorded(props if is_managed else {}), live)
    outputs = restored_index_outputs(inputs, restore)
    if not is_managed:
        outputs["verification"] = [row.model_dump(exclude_none=True) for row in _ONLY_READ]
        return results.was_read(call, id_, outputs, echo(inputs), None)
    seen = _observed(props, live)
    outputs |= seen
    return results.was_read(
        call, id_, outputs, {**echo(inputs), **seen}, _unhealthy(live, inputs, restore, outputs)
    )


def delete(id_: str, props: Mapping[str, Any], call: Call) -> None:
    """Delete the index if it is still this state entry's, and wait until it is gone."""
    client = session.current.client()
    deadline = time.monotonic() + (call.timeout_seconds or waiting.DELETE_SECONDS)
    try:
        live = client.describe_index(id_)
    except NotFoundError:
        ownership.refuse_other_project(client, props.get("project"), f"index `{id_}`")
        return
    if ownership.is_in_use(props, id_):
        engine_bridge.info(f"index `{id_}` was not deleted: this resource goes on with it", call)
        return
    how = ownership.standing(live, props.get("owner_mark"))
    if how == "taken over":
        engine_bridge.info(
            f"index `{id_}` was not deleted: its tag `{MARK_TAG}` shows that another resource or "
            "stack has taken it over",
            call,
        )
        return
    if how == "renewed":
        engine_bridge.warn(f"not deleted: {ownership.describe_standing(live, how)}", call)
        return
    if how == "mark gone":
        raise ConfigurationError(f"not deleted: {ownership.describe_standing(live, how)}")
    _refuse_other_source(live, props)
    ownership.refuse_gap(props, id_, f"index `{id_}`", "Ready and verified")
    successor = ownership.makes_room(props)
    if successor is not None:
        require_ready_backup(successor, id_)
    delete_live(client, live, deadline)


def _operation(
    inputs: RestoredIndexInputs, restore: Restore, call: Call, seconds: float
) -> Operation:
    current = session.current
    return Operation(
        current.client(), current.watchers(), current.jobs(), inputs, restore, call, seconds
    )


def _completed(operation: Operation) -> Exception | None:
    return _caught(operation.complete)


def _caught(step: Any) -> Exception | None:
    """Return what a step raised: from here on the state must be kept, come what may."""
    try:
        step()
    except Exception as error:  # noqa: BLE001, RUF100
        return error
    return None


def _claim(identity: str, name: str, error: Exception | None) -> None:
    """Remember the newest index of a resource; one that is not complete replaces nothing."""
    ownership.claim_newest(identity, name, lambda: error is None and is_ready(name))


def _recorded(props: Mapping[str, Any]) -> Restore:
    """Return what the state knows of a restore."""
    rows = [Check.model_validate(dict(row)) for row in props.get("verification") or []]
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


def _looked_at(restore: Restore, live: IndexModel) -> Restore:
    """Return what is known of a restore after a look at the live index."""
    restore.index, restore.project = live, live.project or restore.project
    restore.status = "Ready" if live.is_ready else live.status.state
    if restore.restore_job_id is None and not restore.recorded.get("status"):
        job = _caught_job(live.name)
    elif live.is_ready and restore.restore_completed_at:
        return restore
    else:
        job = session.current.jobs().look_when_ready(restore.restore_job_id)
    if job is None:
        return restore
    if job.is_failed and not live.is_ready:
        restore.status = job.status
    restore.restore_job_id = job.restore_job_id
    restore.index_id = restore.index_id or job.target_index_id
    restore.restore_started_at = restore.restore_started_at or job.created_at
    restore.restore_completed_at = restore.restore_completed_at or job.completed_at
    return restore


def _caught_job(index_name: str) -> Any:
    try:
        return session.current.jobs().newest(index_name, None)
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
        "tags": restored_index_tags.observed(recorded, live),
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
    how = ownership.standing(live, restore.owner_mark)
    if how in ownership.FOREIGN:
        return ownership.describe_standing(live, how)
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
