"""A drill as a resource: it is run on create and when its triggers change, and leaves evidence.

Nothing of it lasts at the service. Its temporary index has a name that follows from the resource's
identity, so that the next run finds and removes what a killed one has left.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_pinecone_backup.engine import messages, results
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change, CheckedInputs, Result
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import ConfigurationError, VerificationError
from pulumi_pinecone_backup.lifecycle import checks, missing
from pulumi_pinecone_backup.lifecycle.checks import Checked
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, mark_identity
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.lifecycle.resource import Resource, within_timeout
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restore_drill.drill import PURPOSE, DrillPlan, run_drill
from pulumi_pinecone_backup.restore_drill.properties import (
    RestoreDrillInputs,
    restore_drill_outputs,
)
from pulumi_pinecone_backup.restored_index.removal import delete_and_wait
from pulumi_pinecone_backup.restored_index.temporary import temporary_name

_RECORDED = (
    "backup_id",
    "pick",
    "within_days",
    "verify",
    "fingerprint",
    "max_rpo_seconds",
    "max_rto_seconds",
)
_REMOVABLE = ("within_days", "fingerprint", "max_rpo_seconds", "max_rto_seconds")


def check(
    session: Session, call: Call, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> CheckedInputs:
    """Check a program's inputs."""
    return checks.check(session, call, RestoreDrillInputs, olds, news, _resolve)


def _resolve(checked: Checked) -> None:
    """Take unknown triggers for unchanged: `up` knows them."""
    if not checked.olds:
        return
    if has_unknown(checked.news.get("index_name")):
        checks.keep_unknown(checked, "index_name")
    elif checked.olds.get("index_name") != checked.news.get("index_name"):
        checked.replaces.append("index_name")


def diff(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Change:
    """Return what a change does: a drill that did not pass is repeated."""
    del session, call, id_
    replaces = checks.changed(olds, news, ("index_name",))
    given = [key for key in _RECORDED if key != "backup_id" or news.get(key) is not None]
    updates = checks.changed(olds, news, given)
    if _is_due(olds, news):
        updates.append("result")
    return Change(replaces, updates)


@within_timeout("create")
def create(session: Session, call: Call, props: Mapping[str, Any]) -> Result:
    """Run the drill."""
    return _drilled(session, call, parse(RestoreDrillInputs, props), ())


def read(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> Result:
    """Report the recorded evidence: nothing of a drill lasts at the service.

    Raises:
        ConfigurationError: Nothing is recorded: a drill cannot be read by an id.
    """
    del session, call
    if "result" not in props:
        raise ConfigurationError(
            f"`{id_}`: a drill is no object of the service, so it cannot be read by an id"
        )
    return Result(id_, checks.bare(props))


@within_timeout("create")
def update(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Result:
    """Run the drill again if its triggers have changed or it did not pass; else record."""
    inputs = parse(RestoreDrillInputs, news)
    if _is_due(olds, news):
        return _drilled(session, call, inputs, olds.get("history") or ())
    kept = {key: value for key, value in checks.bare(olds).items() if key not in _REMOVABLE}
    return Result(id_, {**kept, **echo(inputs)})


@within_timeout("delete")
def delete(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> None:
    """Remove what a killed run may have left; a drill has nothing else."""
    del id_
    _remove_leftover(session, call, parse(RestoreDrillInputs, props), session.pace.delete)


def _drilled(
    session: Session,
    call: Call,
    inputs: RestoreDrillInputs,
    history: Sequence[Mapping[str, Any]],
) -> Result:
    _remove_leftover(session, call, inputs, session.pace.create)
    plan = DrillPlan(
        inputs.index_name,
        backup_id=inputs.backup_id,
        pick=inputs.pick,
        within_days=inputs.within_days,
        verify=inputs.verify,
        fingerprint=inputs.fingerprint,
        timeout_seconds=session.pace.create,
        max_rpo_seconds=inputs.max_rpo_seconds,
        max_rto_seconds=inputs.max_rto_seconds,
        identity=inputs.identity,
    )
    done = run_drill(session, plan, call=call)
    outputs = restore_drill_outputs(inputs, done, history)
    problem = _problem(outputs)
    error = problem and VerificationError(
        problem, resource_id=done.temporary_index, last_status=done.result
    )
    return results.ended(done.temporary_index, outputs, error or None)


def _remove_leftover(
    session: Session, call: Call, inputs: RestoreDrillInputs, seconds: float
) -> None:
    """Delete the index that a killed run of this drill has left, and say so.

    Raises:
        ConfigurationError: An index of that name is not this drill's.
    """
    name = temporary_name(PURPOSE, inputs.index_name, inputs.identity)
    live = missing.find_index(session.client(), name)
    if live is None:
        return
    if mark_identity(live.tags.get(MARK_TAG), name) != inputs.identity:
        raise ConfigurationError(
            f"index `{name}` has the name of this drill's temporary index and does not carry its "
            "mark: it is not touched. Rename or delete it, or give the drill another name"
        )
    messages.warn(
        f"index `{name}`, which an unfinished run of this drill has left, is deleted", call
    )
    deadline = time.monotonic() + (call.timeout_seconds or seconds)
    delete_and_wait(session, live, deadline)


def _is_due(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    return olds.get("result") != "passed" or bool(checks.changed(olds, news, ("triggers",)))


def _problem(outputs: Mapping[str, Any]) -> str | None:
    """Return why a drill is not good, in one line; None if it is."""
    if outputs.get("result") == "passed" and outputs.get("is_deleted"):
        return None
    why = f": {outputs['why']}" if outputs.get("why") else ""
    return (
        f"the restore drill of index `{outputs.get('index_name')}` ended as "
        f"{outputs.get('result')}{why}; the next `pulumi up` repeats it"
    )


RESTORE_DRILL = Resource(check, diff, create, read, update, delete)
