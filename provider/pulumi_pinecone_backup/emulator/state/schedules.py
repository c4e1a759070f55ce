"""Backup schedules: they take backups on the emulator's clock and let them expire."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from pulumi_pinecone_backup.emulator.state import backups, indexes, removal, runs
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.problems import (
    ServiceError,
    invalid,
    not_found,
    payment_required,
)
from pulumi_pinecone_backup.emulator.state.state import State

_DAY = 86_400
_MOST_SCHEDULES = 3


@dataclass(frozen=True)
class PlannedRun:
    """A run of a schedule that has not begun."""

    backup_id: str
    name: str
    at: float
    planned_at: float
    status: str
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
    """Create an enabled schedule; it runs first at the next 06:00 UTC."""
    backups.check_plan(state)
    _check_retention(state, retention_days)
    if not state.settings.paid:
        raise payment_required()
    index = indexes.describe(state, project, index_name)
    backups.check_source(index)
    _check_only_one(state, index["index_id"], "Disable or delete it first.")
    _check_room(state, index["index_id"])
    schedule_id = str(uuid.uuid4())
    now = state.clock.now()
    with state.change() as connection:
        connection.execute(
            "INSERT INTO schedules (schedule_id, project, name, index_id, frequency,"
            " retention_days, enabled, next_backup_id, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 1, '', ?)",
            (schedule_id, project, name, index["index_id"], frequency, retention_days, now),
        )
        runs.plan(state, schedule_id, runs.first_run(now), now)
        state.effect(now, f"schedule created {schedule_id}", project=project, index=index_name)
    return describe(state, project, schedule_id)


def _check_retention(state: State, days: int) -> None:
    most = state.settings.retention_maximum_days
    if days > most:
        raise invalid(f"retention.expire_after_days must be between 1 and {most}, got {days}.")


def _check_only_one(state: State, index_id: str, advice: str) -> None:
    row = state.connection.execute(
        "SELECT schedule_id FROM schedules WHERE index_id = ? AND enabled = 1", (index_id,)
    ).fetchone()
    if row is not None:
        raise ServiceError(
            409,
            "ALREADY_EXISTS",
            f"The index already has an enabled backup schedule, {row['schedule_id']}. {advice}",
        )


def _check_room(state: State, index_id: str) -> None:
    count = state.connection.execute(
        "SELECT count(*) FROM schedules WHERE index_id = ?", (index_id,)
    ).fetchone()[0]
    if count >= _MOST_SCHEDULES:
        raise invalid(
            f"An index can have at most {_MOST_SCHEDULES} backup schedules. Delete one first."
        )


def describe(state: State, project: str, schedule_id: str) -> Row:
    """Return a schedule.

    Raises:
        ServiceError: 404 where there is none.
    """
    row = runs.find(state, schedule_id)
    if row is None or row["project"] != project:
        raise not_found(f"backup schedule {schedule_id}")
    return row


def list_of_index(state: State, project: str, index_name: str) -> list[Row]:
    """Return the schedules of an index in the order of their ids."""
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
    is_enabling = bool(enabled and not row["enabled"])
    if is_enabling:
        _check_enabling(state, row)
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
        if retention_days is not None:
            removal.expire_after(state, schedule_id, retention_days * _DAY)
        if is_enabling:
            runs.plan(state, schedule_id, now, now)
        elif frequency is not None and frequency != row["frequency"]:
            runs.plan(state, schedule_id, runs.following(now, frequency), now)
        state.effect(now, f"schedule updated {schedule_id}", project=project, changed=sorted(given))
    state.settle()
    return describe(state, project, schedule_id)


def _check_enabling(state: State, row: Row) -> None:
    backups.check_plan(state)
    index = runs.index_of(state, row)
    if index is not None:
        backups.check_source(index)
    _check_only_one(state, row["index_id"], "Disable it first before re-enabling this one.")


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
    index = runs.index_of(state, row)
    if row["enabled"] and index is not None:
        rows.append(
            PlannedRun(
                backup_id=row["next_backup_id"],
                name=runs.run_name(row["name"], row["next_run_at"]),
                at=row["next_run_at"],
                planned_at=row["planned_at"],
                status=state.settings.planned_run_status,
                index=index,
            )
        )
    return rows
