"""Whether a schedule does what it is there for: its last run, and what is wrong with it.

Source: 2026-07, `list_backup_schedule_history`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle.outputs import present, time_text
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import (
    FAILED_BACKUP_STATUSES,
    BackupScheduleHistoryItem,
    BackupScheduleModel,
)

LATE: Final = timedelta(hours=2)
"""How long after its time a run may still be on its way."""


def last_runs(client: Client, schedule_id: str, now: datetime | None = None) -> dict[str, Any]:
    """Return the outputs that tell of a schedule's runs; empty before the first one.

    Raises:
        PineconeBackupError: The history could not be read.
    """
    now = now or datetime.now(timezone.utc)
    runs = {
        at: item
        for item in client.list_backup_schedule_history(schedule_id, confirm=False)
        if (at := _at(item)) is not None and at <= now
    }
    if not runs:
        return {}
    last = max(runs)
    good = max((at for at, item in runs.items() if item.is_ready), default=None)
    return present(
        {
            "last_backup_id": runs[last].backup_id,
            "last_status": runs[last].status,
            "last_run_at": time_text(last),
            "last_success_at": time_text(good),
        }
    )


def watched(client: Client, call: Call, schedule: BackupScheduleModel) -> dict[str, Any] | None:
    """Return what is known of the runs, and warn of what is wrong; None where it cannot be read."""
    try:
        runs = last_runs(client, schedule.schedule_id)
    except PineconeBackupError:
        return None  # not every key may read the history
    wrong = problem(schedule, runs)
    if wrong is not None:
        messages.warn(wrong, call)
    return runs


def problem(
    schedule: BackupScheduleModel, runs: Mapping[str, Any], now: datetime | None = None
) -> str | None:
    """Return what is wrong with a schedule, in one sentence; None if nothing is."""
    now = now or datetime.now(timezone.utc)
    what = f"backup schedule `{schedule.name}`"
    if runs.get("last_status") in FAILED_BACKUP_STATUSES:
        good = runs.get("last_success_at") or "none"
        return (
            f"the last run of {what}, of {runs.get('last_run_at')}, ended as "
            f"{runs['last_status']}; the last good one: {good}"
        )
    due = schedule.next_scheduled_run
    if schedule.enabled and due is not None and now - due > LATE:
        return f"{what} is overdue: it was to run at {time_text(due)}"
    return None


def _at(item: BackupScheduleHistoryItem) -> datetime | None:
    return item.scheduled_execution_at or item.captured_at
