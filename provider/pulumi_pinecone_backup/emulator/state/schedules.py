"""Backup schedules: they take backups on the emulator's clock and let them expire."""

from __future__ import annotations

import calendar
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from pulumi_pinecone_backup.emulator.state import backups, indexes, rules
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import (
    ServiceError,
    invalid,
    not_found,
    payment_required,
)
from pulumi_pinecone_backup.emulator.state.state import State

_DAY = 86_400


@dataclass(frozen=True)
class PlannedRun:
    """A run of a schedule that has not begun."""

    backup_id: str
    name: str
    at: float
    index: Row


def create(
    state: State,
    project: str,
    index_name: str,
    *,
    name: str,
    frequency: str,
    retention_days: int,
) -> Row:
    """Create an enabled schedule; its first run is one period from now."""
    backups.check_plan(state)
    rules.check_schedule_name(name)
    _check_retention(state, retention_days)
    if not state.settings.paid:
        raise payment_required()
    index = indexes.describe(state, project, index_name)
    backups.check_source(index)
    _check_only_one(state, index["index_id"], None)
    schedule_id = str(uuid.uuid4())
    now = state.clock.now()
    with state.change() as connection:
        connection.execute(
            "INSERT INTO schedules VALUES (?, ?, ?, ?, ?, ?, 1, NULL, '', ?)",
            (schedule_id, project, name, index["index_id"], frequency, retention_days, now),
        )
        _plan(state, schedule_id, following(now, frequency))
        state.effect(now, f"schedule created {schedule_id}", project=project, index=index_name)
    return describe(state, project, schedule_id)


def _check_retention(state: State, days: int) -> None:
    most = state.settings.retention_maximum_days
    if days > most:
        raise invalid(f"`expire_after_days` must be at most {most}, got {days}")


def _check_only_one(state: State, index_id: str, besides: str | None) -> None:
    row = state.connection.execute(
        "SELECT schedule_id FROM schedules WHERE index_id = ? AND enabled = 1"
        " AND schedule_id IS NOT ?",
        (index_id, besides),
    ).fetchone()
    if row is not None:
        raise ServiceError(
            409,
            "ALREADY_EXISTS",
            f"The index already has an enabled backup schedule: {row['schedule_id']}",
        )


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


def _plan(state: State, schedule_id: str, at: float) -> None:
    backup_id = str(uuid.uuid4())
    state.connection.execute(
        "UPDATE schedules SET next_run_at = ?, next_backup_id = ? WHERE schedule_id = ?",
        (at, backup_id, schedule_id),
    )
    # The id of the planned backup makes a run void that was planned before a change.
    state.plan(at, "schedule_run", f"{schedule_id} {backup_id}")


def run(state: State, ref: str, at: float) -> None:
    """Carry out a planned run of a schedule."""
    schedule_id, backup_id = ref.split(" ")
    row = _find(state, schedule_id)
    if row is None or not row["enabled"] or row["next_backup_id"] != backup_id:
        return
    index = _index_of(state, row)
    if index is not None and index["state"] not in ("Terminating", "Initializing"):
        count = state.connection.execute(
            "SELECT count(*) FROM backups WHERE project = ?", (row["project"],)
        ).fetchone()[0]
        is_full = count >= state.settings.most_backups
        backups.take(
            state,
            index,
            backup_id=backup_id,
            name=run_name(row["name"], at),
            description=None,
            at=at,
            schedule_id=schedule_id,
            expires_at=at + row["retention_days"] * _DAY,
            fault=Fault(operation="create_backup", kind="fail_job") if is_full else None,
        )
    _plan(state, schedule_id, following(at, row["frequency"]))


def run_name(schedule_name: str, at: float) -> str:
    """Return the name of the backup that a run makes."""
    moment = datetime.fromtimestamp(at, tz=timezone.utc)
    return f"{schedule_name}-{moment.strftime('%Y%m%dT%H%M%SZ')}"


def _find(state: State, schedule_id: str) -> Row | None:
    row: Row | None = state.connection.execute(
        "SELECT * FROM schedules WHERE schedule_id = ?", (schedule_id,)
    ).fetchone()
    return row


def _index_of(state: State, row: Row) -> Row | None:
    index: Row | None = state.connection.execute(
        "SELECT * FROM indexes WHERE index_id = ?", (row["index_id"],)
    ).fetchone()
    return index


def describe(state: State, project: str, schedule_id: str) -> Row:
    """Return a schedule.

    Raises:
        ServiceError: 404 where there is none.
    """
    backups.check_plan(state)
    row = _find(state, schedule_id)
    if row is None or row["project"] != project:
        raise not_found(f"backup schedule {schedule_id}")
    return row


def list_of_index(state: State, project: str, index_name: str) -> list[Row]:
    """Return the schedules of an index in the order of their ids."""
    backups.check_plan(state)
    index = indexes.describe(state, project, index_name)
    return state.connection.execute(
        "SELECT * FROM schedules WHERE index_id = ? ORDER BY schedule_id", (index["index_id"],)
    ).fetchall()


def update(
    state: State,
    project: str,
    schedule_id: str,
    *,
    frequency: str | None,
    retention_days: int | None,
    enabled: bool | None,
) -> Row:
    """Change a schedule; what is None stays. Enabling it again takes a backup at once."""
    row = describe(state, project, schedule_id)
    if retention_days is not None:
        _check_retention(state, retention_days)
    if enabled and not row["enabled"]:
        _check_only_one(state, row["index_id"], schedule_id)
    changes: dict[str, Any] = {
        "frequency": frequency,
        "retention_days": retention_days,
        "enabled": None if enabled is None else int(enabled),
    }
    given = {name: value for name, value in changes.items() if value is not None}
    now = state.clock.now()
    with state.change() as connection:
        for name, value in given.items():
            connection.execute(
                f"UPDATE schedules SET {name} = ? WHERE schedule_id = ?",  # noqa: S608
                (value, schedule_id),
            )
        if enabled and not row["enabled"]:
            _plan(state, schedule_id, now)
        elif frequency is not None and frequency != row["frequency"]:
            _plan(state, schedule_id, following(now, frequency))
        state.effect(now, f"schedule updated {schedule_id}", project=project, changed=sorted(given))
    state.settle()
    return describe(state, project, schedule_id)


def delete(state: State, project: str, schedule_id: str) -> None:
    """Delete a schedule; its backups stay until they expire."""
    describe(state, project, schedule_id)
    with state.change():
        forget(state, project, schedule_id)


def forget(state: State, project: str, schedule_id: str) -> None:
    """Remove a schedule; call inside a change."""
    state.connection.execute(
        "DELETE FROM schedules WHERE schedule_id = ? AND project = ?", (schedule_id, project)
    )
    state.effect(state.clock.now(), f"schedule deleted {schedule_id}", project=project)


def history(state: State, project: str, schedule_id: str) -> list[Row | PlannedRun]:
    """Return what a schedule has made that still exists, and its next run, oldest first."""
    row = describe(state, project, schedule_id)
    rows: list[Row | PlannedRun] = list(
        state.connection.execute(
            "SELECT * FROM backups WHERE schedule_id = ? ORDER BY scheduled_at", (schedule_id,)
        )
    )
    index = _index_of(state, row)
    if row["enabled"] and index is not None:
        name = run_name(row["name"], row["next_run_at"])
        rows.append(PlannedRun(row["next_backup_id"], name, row["next_run_at"], index))
    return rows
