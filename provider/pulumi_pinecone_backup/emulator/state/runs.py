"""Runs of backup schedules: when they are, and what they make."""

from __future__ import annotations

import calendar
import uuid
from datetime import datetime, timezone

from pulumi_pinecone_backup.emulator.state import backups, rules
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.state import State

_DAY = 86_400
# Every published first run is at this time of the day, in UTC.
_FIRST_SECOND = 6 * 3600


def find(state: State, schedule_id: str) -> Row | None:
    """Return a schedule of any project."""
    row: Row | None = state.connection.execute(
        "SELECT * FROM schedules WHERE schedule_id = ?", (schedule_id,)
    ).fetchone()
    return row


def index_of(state: State, row: Row) -> Row | None:
    """Return the index of a schedule."""
    index: Row | None = state.connection.execute(
        "SELECT * FROM indexes WHERE index_id = ?", (row["index_id"],)
    ).fetchone()
    return index


def following(at: float, frequency: str) -> float:
    """Return the time one day, week or calendar month later."""
    if frequency == "daily":
        return at + _DAY
    if frequency == "weekly":
        return at + 7 * _DAY
    moment = datetime.fromtimestamp(at, tz=timezone.utc)
    year, month = moment.year + moment.month // 12, moment.month % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day).timestamp()


def first_run(now: float) -> float:
    """Return the next 06:00 UTC, when every new schedule runs first."""
    days, second = divmod(now, _DAY)
    return (days if second < _FIRST_SECOND else days + 1) * _DAY + _FIRST_SECOND


def plan(state: State, schedule_id: str, at: float, planned_at: float) -> None:
    """Plan the next run of a schedule, in place of one that was planned; call inside a change.

    Args:
        state: The state.
        schedule_id: The schedule.
        at: When it runs.
        planned_at: When it is planned, which is what the service tells as the creation.
    """
    backup_id = str(uuid.uuid4())
    state.connection.execute(
        "UPDATE schedules SET next_run_at = ?, next_backup_id = ?, planned_at = ?"
        " WHERE schedule_id = ?",
        (at, backup_id, planned_at, schedule_id),
    )
    # The id of the planned backup makes a run void that was planned before a change.
    state.plan(at, "schedule_run", f"{schedule_id} {backup_id}")


def run(state: State, ref: str, at: float) -> None:
    """Carry out a planned run of a schedule."""
    schedule_id, backup_id = ref.split(" ")
    row = find(state, schedule_id)
    if row is None or not row["enabled"] or row["next_backup_id"] != backup_id:
        return
    index = index_of(state, row)
    if index is not None and index["state"] not in ("Terminating", "Initializing"):
        count = state.connection.execute(
            "SELECT count(*) FROM backups WHERE project = ?", (row["project"],)
        ).fetchone()[0]
        name = run_name(row["name"], at)
        # Nobody checks the name before; over its length the run fails.
        has_failed = count >= state.settings.most_backups or len(name) > rules.NAME_LENGTH
        backups.take(
            state,
            index,
            backup_id=backup_id,
            name=name,
            description=None,
            at=at,
            created_at=row["planned_at"],
            schedule_id=schedule_id,
            expires_at=at + row["retention_days"] * _DAY,
            fault=Fault(operation="create_backup", kind="fail_job") if has_failed else None,
        )
    plan(state, schedule_id, following(at, row["frequency"]), at)


def run_name(schedule_name: str, at: float) -> str:
    """Return the name of the backup that a run makes."""
    moment = datetime.fromtimestamp(at, tz=timezone.utc)
    return f"{schedule_name}-{moment.strftime('%Y%m%dT%H%M%SZ')}"
