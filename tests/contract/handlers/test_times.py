"""Recovery point, RPO and RTO: by the service's times among themselves, or measured here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session
from support.state_entry import Entry

NewProcess = Callable[..., Session]
DAY = 86400.0
ZERO = "0001-01-01T00:00:00Z"


def without_jobs(emulator: Emulator) -> None:
    """Let no restore job tell anything."""
    for operation in ("describe_restore_job", "list_restore_jobs"):
        emulator.add_fault(operation, "status", status=500, times=1000)


def test_a_scheduled_backup_is_as_old_as_its_run_not_as_its_planning(
    emulator: Emulator, backup_id: str, backup: Entry, restored: Entry
) -> None:
    emulator.add_fault(
        "describe_backup",
        "rewrite",
        times=100,
        ids=[backup_id],
        change={"created_at": "2026-11-01T06:00:00Z", "name": "daily-20261102T060000Z"},
    )
    told = backup.get(backup_id)
    assert told["created_at"] == "2026-11-01T06:00:00Z"
    assert told["captured_at"] == "2026-11-02T06:00:00Z"
    assert restored.up(backup_id=backup_id) == "created"
    assert restored.outputs["recovery_point_at"] == "2026-11-02T06:00:00Z"


@pytest.mark.parametrize("skew", [DAY, -DAY, 0.0])
@pytest.mark.parametrize("jobs", ["told", "silent"])
def test_a_clock_that_is_off_changes_neither_rpo_nor_rto(
    emulator: Emulator,
    products: str,
    backup: Entry,
    restored: Entry,
    skew: float,
    jobs: str,
) -> None:
    emulator.configure(clock_skew_seconds=skew, restore_seconds=0.3)
    backup.up(index_name=products)
    if jobs == "silent":
        without_jobs(emulator)
    restored.up(backup_id=backup.id)
    emulator.configure(clock_skew_seconds=0.0)
    assert 0.3 <= restored.outputs["rto_seconds"] < 60.0
    if jobs == "told":
        assert 0.0 <= restored.outputs["rpo_seconds"] < 60.0
    else:
        assert restored.outputs.keys().isdisjoint(
            {"rpo_seconds", "restore_started_at", "restore_completed_at"}
        )


@pytest.mark.parametrize(
    "odd",
    [
        {"created_at": ZERO, "completed_at": ZERO},
        {"created_at": "2026-11-21T08:00:00Z", "completed_at": "2026-11-21T07:00:00Z"},
        {"created_at": None, "completed_at": "2026-11-21T08:00:00Z"},
    ],
)
def test_times_of_a_job_that_cannot_be_are_not_told(
    emulator: Emulator, backup_id: str, restored: Entry, odd: dict[str, Any]
) -> None:
    emulator.add_fault("describe_restore_job", "rewrite", times=100, change=odd)
    restored.up(backup_id=backup_id)
    assert 0.0 <= restored.outputs["rto_seconds"] < 60.0
    assert restored.outputs.get("rpo_seconds", 0.0) >= 0.0
    assert not str(restored.outputs.get("restore_started_at", "")).startswith("0001")


def test_a_restore_that_is_not_waited_for_tells_when_it_began(
    backup_id: str, restored: Entry
) -> None:
    restored.up(backup_id=backup_id, wait=False)
    assert restored.outputs["rpo_seconds"] >= 0.0
    assert "rto_seconds" not in restored.outputs


def test_a_refresh_asks_no_job_about_what_was_measured_here(
    emulator: Emulator, backup_id: str, restored: Entry, process: NewProcess
) -> None:
    without_jobs(emulator)
    restored.up(backup_id=backup_id)
    before = restored.outputs
    process()
    emulator.clear_faults()
    seen = len(emulator.events())
    assert restored.refresh()
    assert restored.outputs == before
    asked = {event.get("operation") for event in emulator.events()[seen:]}
    assert asked.isdisjoint({"describe_restore_job", "list_restore_jobs"})
