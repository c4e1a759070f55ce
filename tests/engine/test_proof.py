"""Proof on the real engine: fingerprints from backup to restore, drills that end in every way."""

from __future__ import annotations

import signal

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.background_run import BackgroundRun, wait_until
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

RESTORE = "create_index_from_backup_operation"
PROOF = """
backup = Backup("nightly", index_name="products", fingerprint_records=25)
restored = RestoredIndex("copy", backup_id=backup.id, verify="sample",
    fingerprint=backup.fingerprint, checks=[{{"id": "0", "top_k": 3, "expect_ids": ["0"]}}],
    triggers=[{trigger!r}])
"""
DRILL = """
backup = Backup("nightly", index_name="products", fingerprint_records=25)
drill = RestoreDrill("weekly", index_name="products", verify="sample",
    fingerprint=backup.fingerprint, triggers=[{trigger!r}]{more})
pulumi.export("result", drill.result)
"""


def program(text: str, trigger: object = 1, more: str = "") -> str:
    return text.format(trigger=trigger, more=more)


def results(stack: Stack, name: str) -> dict[str, str]:
    return {row["name"]: row["result"] for row in stack.outputs(name)["verification"]}


def test_a_restore_is_proven_by_the_fingerprint_of_its_backup(
    stack: Stack, service: Service
) -> None:
    service.index()
    stack.program(program(PROOF))
    stack.up(preview=True)
    seen = results(stack, "copy")
    assert seen["sample"] == seen["namespace_counts"] == seen["checks[0]"] == "passed"
    stack.unchanged()
    stack.refresh("--expect-no-changes")
    stack.unchanged()
    service.emulator.add_fault(RESTORE, "tamper", how="swap_namespaces")
    stack.program(program(PROOF, 2))
    failed = stack.up(code=1)
    assert "is not a full copy of backup" in failed.text
    assert "namespace `archive`: `archive0` is missing" in failed.text
    assert results(stack, "copy")["sample"] == "failed"
    stack.program(program(PROOF, 3))
    stack.up()
    assert results(stack, "copy")["sample"] == "passed"
    stack.destroy()
    assert service.indexes() == {"products"}


def test_a_drill_passes_fails_and_is_repeated(stack: Stack, service: Service) -> None:
    service.index()
    stack.program(program(DRILL))
    stack.up(preview=True)
    assert stack.outputs("weekly")["result"] == "passed"
    assert service.indexes() == {"products"}
    stack.unchanged()
    stack.refresh("--expect-no-changes")

    service.emulator.add_fault(RESTORE, "tamper", how="flip_value")
    stack.program(program(DRILL, 2))
    failed = stack.up(code=1)
    assert "the restore drill of index `products` ended as failed" in failed.text
    assert "has other values or metadata" in failed.text
    assert stack.outputs("weekly")["result"] == "failed"
    assert service.indexes() == {"products"}

    stack.program(program(DRILL, 2, ", max_rto_seconds=0.000001"))
    late = stack.up(code=1)
    assert "ended as too late: the RTO is" in late.text

    stack.program(program(DRILL, 2))
    stack.up()
    outputs = stack.outputs("weekly")
    assert outputs["result"] == "passed"
    assert [row["result"] for row in outputs["history"]] == [
        "passed",
        "too late",
        "failed",
        "passed",
    ]
    stack.destroy()
    assert service.indexes() == {"products"}


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_a_drill_that_is_cut_off_leaves_evidence_or_is_cleaned_up_by_the_next_run(
    stack: Stack, service: Service, emulator: Emulator, how: str
) -> None:
    service.index()
    emulator.configure(restore_seconds=3600.0)
    stack.program(program(DRILL))
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: len(service.indexes()) == 2, "the temporary index")
        if how == "kill":
            run.signal(signal.SIGKILL)
            run.end()
            wait_until(lambda: not run.processes(), "the end of the plugin")
        else:
            run.signal(signal.SIGINT)
            assert run.end().code != 0
            assert stack.outputs("weekly")["result"] == "interrupted"
    if how == "kill":
        stack.run("cancel", "--yes")
    emulator.configure(restore_seconds=0.0)
    emulator.advance(0.0 if how == "interrupt" else 7200.0)
    again = stack.up()
    assert stack.outputs("weekly")["result"] == "passed"
    assert service.indexes() == {"products"}
    if how == "kill":
        assert "which an unfinished run of this drill has left, is deleted" in again.text
