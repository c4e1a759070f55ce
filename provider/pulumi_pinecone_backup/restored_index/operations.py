"""Create, read, update and delete of a `RestoredIndex`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_pinecone_backup.engine import messages, results
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Result
from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import missing, replacement
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.lifecycle.resource import Resource, within_timeout
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index import capacity, ownership
from pulumi_pinecone_backup.restored_index.check import check
from pulumi_pinecone_backup.restored_index.diff import (
    FAILED_STATUSES,
    NEVER_MADE,
    diff,
    is_ready,
    is_unfinished,
    require_ready_backup,
    was_never_made,
)
from pulumi_pinecone_backup.restored_index.finish import apply_tags_and_protection, complete
from pulumi_pinecone_backup.restored_index.properties import (
    RestoredIndexInputs,
    restored_index_outputs,
)
from pulumi_pinecone_backup.restored_index.read import observed, read, recorded_restore
from pulumi_pinecone_backup.restored_index.removal import delete_and_wait
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.restored_index.settlement import settle
from pulumi_pinecone_backup.restored_index.start import start


@within_timeout("create")
def create(session: Session, call: Call, props: Mapping[str, Any]) -> Result:
    """Restore an index, follow its job to the end, and verify it."""
    inputs = parse(RestoredIndexInputs, props)
    return _created(session, call, inputs)


def _created(session: Session, call: Call, inputs: RestoredIndexInputs) -> Result:
    restoration = Restoration(session, call, inputs, Restore(), session.pace.create)
    try:
        start(restoration)
    except PineconeBackupError as refused:
        if not inputs.is_soft:
            raise
        messages.warn(str(refused), call)
        outputs = {**echo(inputs), "status": NEVER_MADE, "why": str(refused)}
        return Result(restoration.name, outputs)
    error = _caught(lambda: complete(restoration))
    _claim(session, inputs.identity, restoration.name, error)
    settle(session, restoration.name, restoration.restore.owner_mark)
    return _ended(call, restoration, error)


def _ended(call: Call, restoration: Restoration, error: Exception | None) -> Result:
    """Return the result, partial where an error ended it early; of a fleet's, with a warning."""
    restore, inputs = restoration.restore, restoration.inputs
    if error is not None and inputs.is_soft:
        restore.why = results.text_of(error)
        messages.warn(restore.why, call)
        return Result(restoration.name, _outputs(inputs, restore, error))
    return results.ended(restoration.name, _outputs(inputs, restore, error), error)


@within_timeout("update")
def update(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Result:
    """Continue an unfinished restore, or change tags, protection and capacity in place."""
    inputs = parse(RestoredIndexInputs, {**news, "name": id_})
    if was_never_made(olds):
        return _created(session, call, inputs)
    restore = recorded_restore(olds)
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
    settle(session, id_, restore.owner_mark)
    return _ended(call, restoration, error)


def _change_in_place(restoration: Restoration) -> None:
    apply_tags_and_protection(restoration)
    capacity.converge(restoration)


@within_timeout("delete")
def delete(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> None:
    """Delete the index if it is still this state entry's, and wait until it is gone.

    Raises:
        PineconeBackupError: It could not be deleted, or would leave a gap.
    """
    if was_never_made(props):
        return  # what has its name now is not this resource's
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
    ownership.refuse_other_source(live, props)
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


def _outputs(
    inputs: RestoredIndexInputs, restore: Restore, error: Exception | None
) -> dict[str, Any]:
    """Return the outputs; after an error they say what is live, so that diff sees what is left."""
    outputs = restored_index_outputs(inputs, restore)
    if error is not None and restore.index is not None:
        outputs |= observed(outputs, restore.index)
    return outputs


RESTORED_INDEX = Resource(check, diff, create, read, update, delete)
