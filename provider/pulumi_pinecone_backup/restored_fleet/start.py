"""The start of a fleet: every restore is requested at once, before any of them is waited for.

The engine works on eight resources at a time, and a restore takes minutes. So one resource posts
all of them with the marks of the resources that will take them over; each of those waits, verifies
and ends on its own. What nobody took over is deleted with the start, and nothing else.
"""

from __future__ import annotations

import contextvars
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change, CheckedInputs, Result
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle import checks
from pulumi_pinecone_backup.lifecycle.checks import Checked
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, is_pending, mark_identity
from pulumi_pinecone_backup.lifecycle.inputs import Inputs, parse
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.lifecycle.resource import Resource, within_timeout
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_fleet.declaration import START_OUTPUTS
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.restored_index.removal import delete_and_wait
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.restored_index.start import start

_AT_ONCE: Final = 16


class FleetStartInputs(Inputs):
    """Inputs of the start: those of every restored index of the fleet."""

    outputs = START_OUTPUTS

    restores: list[dict[str, Any]]


def check(
    session: Session, call: Call, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> CheckedInputs:
    """Check the component's inputs."""
    return checks.check(session, call, FleetStartInputs, olds, news, _nothing)


def _nothing(checked: Checked) -> None:
    del checked


def diff(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Change:
    """Return whether restores were added or changed."""
    del session, call, id_
    wanted = news.get("restores")
    if has_unknown(wanted):
        return Change()
    return Change(updates=["restores"] if _keys(olds.get("restores")) != _keys(wanted) else [])


def _keys(restores: Any) -> set[tuple[Any, ...]]:
    rows = restores if isinstance(restores, Sequence) else ()
    return {(row.get("name"), row.get("backup_id"), row.get("identity")) for row in rows}


@within_timeout("create")
def create(session: Session, call: Call, props: Mapping[str, Any]) -> Result:
    """Request every restore whose index does not exist."""
    inputs = parse(FleetStartInputs, props)
    started = _started(session, call, inputs)
    return Result(f"fleet-{inputs.identity}", {**echo(inputs), "started": started})


def read(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> Result:
    """Report what is recorded: a start is no object of the service."""
    del session, call
    return Result(id_, checks.bare(props))


@within_timeout("create")
def update(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Result:
    """Request what was added."""
    inputs = parse(FleetStartInputs, news)
    started = _started(session, call, inputs)
    before = [str(name) for name in olds.get("started") or ()]
    return Result(id_, {**echo(inputs), "started": sorted({*before, *started})})


@within_timeout("delete")
def delete(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> None:
    """Delete what was requested and taken over by no resource: its mark is still pending."""
    del id_
    inputs = parse(FleetStartInputs, props)
    own = {row.get("name"): row.get("identity") for row in inputs.restores}
    deadline = time.monotonic() + (call.timeout_seconds or session.pace.delete)
    for live in session.client().list_indexes():
        mark = live.tags.get(MARK_TAG)
        if is_pending(mark) and mark_identity(mark, live.name) == own.get(live.name, ""):
            delete_and_wait(session, live, deadline)


def _started(session: Session, call: Call, inputs: FleetStartInputs) -> list[str]:
    """Request the restores; return the names of the indexes that were requested.

    One that cannot be requested is left to the resource that would take it over: it asks again,
    and tells why not.
    """
    there = {live.name for live in session.client().list_indexes()}
    todo = [
        parse(RestoredIndexInputs, row)
        for row in inputs.restores
        if row.get("name") not in there and row.get("backup_id")
    ]

    def request(wanted: RestoredIndexInputs) -> str | None:
        restoration = Restoration(session, Call(), wanted, Restore(), session.pace.create)
        try:
            start(restoration)
        except PineconeBackupError:
            return None
        return restoration.name

    del call
    context = contextvars.copy_context()  # the operation's deadline counts in every thread
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        requests = [pool.submit(context.copy().run, request, each) for each in todo]
        return sorted(name for each in requests if (name := each.result()) is not None)


FLEET_START = Resource(check, diff, create, read, update, delete)
