"""A schedule tells its last runs, and warns where one failed or is overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pulumi_pinecone_backup.backup_schedule.health import last_runs, problem
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session
from support.state_entry import Entry

NewProcess = Callable[..., Session]
INPUTS: dict[str, Any] = {
    "index_name": "products",
    "frequency": "daily",
    "retention_days": 14,
    "enabled": True,
}
pytestmark = pytest.mark.usefixtures("products")


@pytest.fixture
def made() -> Entry:
    """A recorded schedule without a run."""
    entry = Entry("BackupSchedule", "daily")
    entry.up(**INPUTS)
    return entry


def ran(emulator: Emulator, status: str) -> None:
    """Let the history tell of a run that is over."""
    emulator.add_fault(
        "list_backup_schedule_history",
        "rewrite",
        times=3,
        change={"scheduled_execution_at": "2026-11-01T06:00:00Z", "status": status},
    )


def test_the_last_run_and_the_last_good_one(
    made: Entry, emulator: Emulator, process: NewProcess
) -> None:
    client = process().client()
    emulator.advance(86400)
    emulator.add_fault("create_backup", "fail_job")
    emulator.advance(86400)
    now = datetime.now(timezone.utc) + timedelta(days=2)
    runs = last_runs(client, str(made.id), now)
    assert runs["last_status"] == "Ready"
    assert runs["last_run_at"] == runs["last_success_at"]
    assert last_runs(client, str(made.id), now - timedelta(days=400)) == {}
    schedule = client.describe_backup_schedule(str(made.id))
    assert problem(schedule, runs, now) is None
    late = problem(schedule, runs, now + timedelta(days=5))
    assert late is not None
    assert late.startswith(f"backup schedule `{schedule.name}` is overdue: it was to run at 20")


def test_a_failed_run_is_a_warning_in_preview_and_refresh_and_an_output(
    made: Entry,
    emulator: Emulator,
    process: NewProcess,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process()
    ran(emulator, "Failed")
    assert made.up(**INPUTS) == "unchanged"
    said = capsys.readouterr().err
    assert "the last run of backup schedule" in said
    assert "of 2026-11-01T06:00:00Z, ended as Failed; the last good one: none" in said
    process()
    assert made.refresh()
    assert made.outputs["last_status"] == "Failed"
    assert made.outputs["last_run_at"] == "2026-11-01T06:00:00Z"
    assert "last_success_at" not in made.outputs
    process()
    assert made.up(**{**INPUTS, "retention_days": 20}) == "updated"
    assert made.outputs["last_status"] == "Failed", "an update keeps what is known"


def test_a_key_that_may_not_read_the_history_is_no_reason_to_complain(
    made: Entry, emulator: Emulator, process: NewProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    process()
    emulator.add_fault("list_backup_schedule_history", "status", status=403, times=2)
    assert made.up(**INPUTS) == "unchanged"
    assert made.refresh()
    assert capsys.readouterr().err == ""
