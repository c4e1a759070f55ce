"""`RestoreDrill`: run on create and when triggers change, with evidence however it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine import cancellation
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index.temporary import temporary_name
from support.live_service import Service
from support.state_entry import Entry, Refused

NewProcess = Callable[..., Session]
RESTORE = "create_index_from_backup_operation"
DRILL: dict[str, Any] = {"index_name": "products"}


@pytest.fixture
def drill(backup_id: str, process: NewProcess) -> Entry:
    """A drill that is not in the state yet; its index has a backup."""
    assert backup_id
    process()
    return Entry("RestoreDrill", "weekly")


def test_a_good_backup_passes_and_nothing_is_left(
    drill: Entry, service: Service, process: NewProcess, version: str, backup_id: str
) -> None:
    process(version)
    assert drill.up(**DRILL) == "created"
    assert drill.outputs["result"] == "passed"
    assert drill.outputs["backup_id"] == backup_id
    assert drill.outputs["is_deleted"] is True
    assert drill.outputs["rto_seconds"] >= 0
    assert drill.outputs["started_at"] <= drill.outputs["finished_at"]
    assert [row["result"] for row in drill.outputs["verification"]] == ["passed"] * 3
    assert service.indexes() == {"products"}
    assert drill.up(**DRILL) == "unchanged"
    before = drill.outputs
    assert drill.refresh()
    assert drill.outputs == before
    assert drill.up(**DRILL) == "unchanged"
    drill.down()


def test_a_changed_trigger_runs_it_again_and_history_stays(
    drill: Entry, emulator: Emulator, process: NewProcess
) -> None:
    for run in range(3):
        process()
        drill.up(**DRILL, triggers=[run])
    assert len(drill.outputs["history"]) == 3
    assert emulator.requests()[RESTORE] >= 3
    process()
    assert drill.up(**DRILL, triggers=[2], max_rto_seconds=3600.5) == "updated"
    assert len(drill.outputs["history"]) == 3


def test_history_is_bounded(drill: Entry, process: NewProcess) -> None:
    drill.up(**DRILL)
    drill.outputs["history"] = drill.outputs["history"] * 25
    process()
    drill.up(**DRILL, triggers=["again"])
    assert len(drill.outputs["history"]) == 20


@pytest.mark.parametrize(
    ("fault", "given", "result", "why"),
    [
        ({"kind": "withhold_records", "count": 2}, {}, "failed", "expected 6, found 4"),
        (
            {"kind": "tamper", "how": "flip_value"},
            {"verify": "sample"},
            "passed",
            "",
        ),
        ({"kind": "fail_job"}, {}, "failed", "the restore ended as"),
        ({}, {"max_rto_seconds": 1e-9}, "too late", "the RTO is"),
    ],
)
def test_what_does_not_pass_is_kept_with_its_evidence_and_repeated(
    drill: Entry,
    service: Service,
    emulator: Emulator,
    process: NewProcess,
    fault: dict[str, Any],
    given: dict[str, Any],
    result: str,
    why: str,
) -> None:
    if fault.get("kind") == "tamper":  # without a fingerprint a live source never fails
        given = {**given, "fingerprint": fingerprint_of_products()}
        result, why = "failed", "has other values or metadata"
        process()
    if fault:
        emulator.add_fault(RESTORE, **fault)
    drill.up(**DRILL, **given)
    assert drill.outputs["result"] == result
    assert why in drill.outputs["why"]
    assert drill.outputs["is_deleted"] is True
    assert service.indexes() == {"products"}
    process()
    limits = {"max_rto_seconds": 3600} if "max_rto_seconds" in given else {}
    assert drill.up(**DRILL, **{**given, **limits}) == "updated"
    assert drill.outputs["result"] == "passed"
    assert [row["result"] for row in drill.outputs["history"]] == ["passed", result]


def fingerprint_of_products() -> str:
    made = Entry("Backup", "fingerprinted")
    made.up(index_name="products", fingerprint_records=25)
    return str(made.outputs["fingerprint"])


def test_a_passed_rehearsal_needs_no_aliases(
    drill: Entry, service: Service, process: NewProcess
) -> None:
    host = service.call("GET", "/indexes/products")["host"]
    body = {"name": "live", "target_namespace": "archive"}
    service.call("POST", f"{host}/namespace-aliases", body)
    process()
    drill.up(**DRILL, verify="sample")
    assert drill.outputs["result"] == "passed"
    row = next(r for r in drill.outputs["verification"] if r["name"] == "namespace_aliases")
    assert row["result"] == "skipped"
    assert "`live` of namespace `archive`" in row["why"]


def test_what_a_killed_run_has_left_is_named_and_deleted(
    drill: Entry,
    service: Service,
    backup_id: str,
    process: NewProcess,
    capsys: pytest.CaptureFixture[str],
) -> None:
    identity = drill.who["identity"]
    name = temporary_name("restore-drill", "products", identity)
    tags = {MARK_TAG: f"{identity}-0123abcd-pending"}
    service.call("POST", f"/backups/{backup_id}/create-index", {"name": name, "tags": tags})
    process()
    drill.up(**DRILL)
    assert f"index `{name}`, which an unfinished run of this drill has left" in (
        capsys.readouterr().err
    )
    assert drill.outputs["result"] == "passed"
    assert service.indexes() == {"products"}


def test_an_index_of_that_name_that_is_not_the_drill_s_is_not_touched(
    drill: Entry, service: Service, backup_id: str, process: NewProcess
) -> None:
    name = temporary_name("restore-drill", "products", drill.who["identity"])
    service.call("POST", f"/backups/{backup_id}/create-index", {"name": name})
    process()
    with pytest.raises(OneLineError, match="does not carry its mark: it is not touched"):
        drill.up(**DRILL)
    assert name in service.indexes()


def test_an_interrupted_drill_ends_at_once_and_says_so(
    drill: Entry, emulator: Emulator, service: Service, process: NewProcess
) -> None:
    emulator.configure(restore_seconds=3600.0)
    process()
    cancellation.cancel()
    try:
        drill.up(**DRILL)
    finally:
        cancellation.cancelled.clear()
    assert drill.outputs["result"] == "interrupted"
    emulator.configure(restore_seconds=0.0)
    emulator.advance(3600)
    process()
    drill.up(**DRILL)
    assert drill.outputs["result"] == "passed"
    assert service.indexes() == {"products"}


def test_without_a_ready_backup_there_is_nothing_to_rehearse(
    service: Service, process: NewProcess
) -> None:
    service.index("bare")
    process()
    with pytest.raises(OneLineError, match="has no ready backup"):
        Entry("RestoreDrill", "bare").up(index_name="bare")


def test_a_random_backup_of_the_last_days(
    drill: Entry, emulator: Emulator, process: NewProcess, service: Service, backup_id: str
) -> None:
    emulator.advance(0)
    newer = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    process()
    drill.up(**DRILL, pick="random", within_days=1)
    assert drill.outputs["backup_id"] in {newer, backup_id}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "`index_name` is required"),
        ({**DRILL, "pick": "newest"}, "`pick` must be 'latest' or 'random'"),
        ({**DRILL, "within_days": 0}, "`within_days` must be greater than 0"),
        ({**DRILL, "verify": "none"}, "`verify`"),
        ({**DRILL, "fingerprint": "x"}, "`fingerprint` cannot be read"),
        ({**DRILL, "result": "passed", "size": 1}, "`size` is not a property"),
    ],
)
def test_wrong_inputs_are_told_at_the_preview(given: dict[str, Any], text: str) -> None:
    with pytest.raises(Refused, match=re.escape(text)):
        Entry("RestoreDrill", "weekly").check(**given)
