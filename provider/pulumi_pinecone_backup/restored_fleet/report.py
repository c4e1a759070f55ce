"""The report of a fleet: what became of every restore, and an error for each that is not good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi_pinecone_backup.engine import results
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change, CheckedInputs, Result
from pulumi_pinecone_backup.errors import VerificationError
from pulumi_pinecone_backup.lifecycle import checks
from pulumi_pinecone_backup.lifecycle.checks import Checked
from pulumi_pinecone_backup.lifecycle.inputs import Inputs, parse
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.lifecycle.resource import Resource
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_fleet.declaration import REPORT_OUTPUTS
from pulumi_pinecone_backup.restored_index import verification

_TOLD: Final = ("host", "status", "backup_id", "recovery_point_at", "rpo_seconds", "rto_seconds")


class FleetReportInputs(Inputs):
    """Inputs of the report: what the resources of the fleet tell."""

    outputs = REPORT_OUTPUTS

    rows: list[dict[str, Any]]


def check(
    session: Session, call: Call, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> CheckedInputs:
    """Check the component's inputs."""
    return checks.check(session, call, FleetReportInputs, olds, news, _nothing)


def _nothing(checked: Checked) -> None:
    del checked


def diff(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Change:
    """Return whether there is something new to report, or something to be mended."""
    del session, call, id_
    updates = checks.changed(olds, news, ("rows",))
    if any(row.get("result") != "good" for row in olds.get("table") or ()):
        updates.append("table")
    return Change(updates=updates)


def create(session: Session, call: Call, props: Mapping[str, Any]) -> Result:
    """Report what became of every restore."""
    del session, call
    inputs = parse(FleetReportInputs, props)
    return _reported(f"fleet-report-{inputs.identity}", inputs)


def read(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> Result:
    """Report what is recorded: a report is no object of the service."""
    del session, call
    return Result(id_, checks.bare(props))


def update(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Result:
    """Report anew."""
    del session, call, olds
    return _reported(id_, parse(FleetReportInputs, news))


def delete(session: Session, call: Call, id_: str, props: Mapping[str, Any]) -> None:
    """Delete nothing: a report is no object of the service."""
    del session, call, id_, props


def _reported(id_: str, inputs: FleetReportInputs) -> Result:
    table = [_row(row) for row in inputs.rows]
    bad = [row for row in table if row["result"] != "good"]
    error = None
    if bad:
        which = "; ".join(f"`{row['index'] or row['source']}`: {row['result']}" for row in bad)
        error = VerificationError(
            f"{len(bad)} of {len(table)} restores are not good: {which}. The next `pulumi up` "
            "repeats those and no other",
            resource_id=id_,
            last_status="not good",
        )
    outputs = {**echo(inputs), "table": table, "good": len(table) - len(bad)}
    return results.ended(id_, outputs, error)


def _row(told: Mapping[str, Any]) -> dict[str, Any]:
    known = {key: told[key] for key in _TOLD if told.get(key) is not None}
    return {
        "source": told.get("source"), "index": told.get("name"), **known, "result": _result(told),
    }  # fmt: skip


def _result(told: Mapping[str, Any]) -> str:
    """Return `good`, or in a few words why a restore is not."""
    if told.get("why"):
        return str(told["why"])
    if told.get("status") != "Ready":
        return str(told.get("status") or "not restored")
    rows = told.get("verification")
    found = verification.from_state(rows if isinstance(rows, Sequence) else ())
    if not found:
        return "not verified"
    failed = verification.summary(found)
    return f"not a full copy: {failed}" if failed else "good"


FLEET_REPORT = Resource(check, diff, create, read, update, delete)
