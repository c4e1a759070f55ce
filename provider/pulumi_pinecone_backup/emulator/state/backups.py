"""Backups: taken, listed, described."""

from __future__ import annotations

import uuid

import orjson

from pulumi_pinecone_backup.emulator.state import indexes, records, rules
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import from_json
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import (
    ServiceError,
    forbidden,
    invalid,
    not_found,
    payment_required,
    permission_denied,
)
from pulumi_pinecone_backup.emulator.state.state import State
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


def check_plan(state: State) -> None:
    """Refuse everything about backups on a plan without them."""
    if not state.settings.has_backups:
        raise permission_denied(
            f"Backups are not available on the {state.settings.plan.capitalize()} plan. "
            "Upgrade your plan to use backups."
        )


def create(
    state: State,
    project: str,
    version: ApiVersion,
    index_name: str,
    *,
    name: str | None,
    description: str | None,
    fault: Fault | None = None,
) -> Row:
    """Take a backup of the records that the index has now."""
    check_plan(state)
    rules.check_backup_name(name, version)
    index = indexes.describe(state, project, index_name)
    check_source(index)
    if not state.settings.paid and version.unpaid_create_backup:
        raise payment_required()
    quota = state.settings.most_backups
    count = state.connection.execute(
        "SELECT count(*) FROM backups WHERE project = ? AND gone_at IS NULL", (project,)
    ).fetchone()[0]
    if count >= quota:
        raise forbidden(
            f"Request failed. You've reached the max backups allowed in project {project} "
            f"({quota}). To create more backups, delete unused backups or upgrade your plan."
        )
    with state.change():
        key = take(
            state,
            index,
            backup_id=str(uuid.uuid4()),
            name=name,
            description=description,
            at=state.clock.now(),
            fault=fault,
        )
    state.settle()
    return by_key(state, key)


def check_source(index: Row) -> None:
    """Refuse an index that cannot be backed up."""
    definition = from_json(index["definition"])
    if definition.is_pod:
        raise invalid("Backups are not supported for pod-based indexes")
    if definition.cmek_id is not None:
        raise invalid("Backups are not supported for indexes with customer-managed keys")
    if index["state"] in ("Initializing", "Terminating", "InitializationFailed", "Failed"):
        raise ServiceError(400, "FAILED_PRECONDITION", f"Index {index['name']} is not ready")


def take(
    state: State,
    index: Row,
    *,
    backup_id: str,
    name: str | None,
    description: str | None,
    at: float,
    created_at: float | None = None,
    schedule_id: str | None = None,
    expires_at: float | None = None,
    fault: Fault | None = None,
) -> int:
    """Write a backup with its snapshot of the records; call inside a change.

    Returns:
        The backup's key.
    """
    totals = records.totals(state.connection, index["key"])
    has_failed = fault is not None and fault.kind == "fail_job"
    cursor = state.connection.execute(
        "INSERT INTO backups (backup_id, project, name, description, index_id, index_name,"
        " definition, tags, record_count, namespace_count, size_bytes, status, outcome,"
        " schedule_id, scheduled_at, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'Initializing', ?, ?, ?, ?, ?)",
        (
            backup_id,
            index["project"],
            name,
            description,
            index["index_id"],
            index["name"],
            index["definition"],
            index["tags"],
            totals.record_count,
            totals.namespace_count,
            totals.size_bytes,
            "Failed" if has_failed else "Ready",
            schedule_id,
            at if schedule_id else None,
            at if created_at is None else created_at,
            expires_at,
        ),
    )
    key = int(cursor.lastrowid or 0)
    records.snapshot(state.connection, index["key"], owner(key))
    state.effect(
        at, f"backup created {backup_id}", project=index["project"], index_name=index["name"]
    )
    if not (fault and fault.kind == "never_finish"):
        state.plan(at + state.settings.backup_seconds, "backup_done", key)
    if expires_at is not None:
        state.plan(expires_at, "backup_expired", key)
    return key


def owner(key: int) -> int:
    """Return the owner of a backup's records; an index owns its records by its own key."""
    return -key


def done(state: State, ref: str, at: float) -> None:
    """Carry out the end of a backup."""
    row = find_by_key(state, int(ref))
    if row is None or row["status"] != "Initializing":
        return
    state.connection.execute(
        "UPDATE backups SET status = outcome, ready_at = ? WHERE key = ?", (at, row["key"])
    )
    word = "ready" if row["outcome"] == "Ready" else "failed"
    state.effect(at, f"backup {word} {row['backup_id']}", project=row["project"])


def find_by_key(state: State, key: int) -> Row | None:
    """Return the backup with that key, None where it is gone."""
    row: Row | None = state.connection.execute(
        "SELECT * FROM backups WHERE key = ?", (key,)
    ).fetchone()
    return row


def by_key(state: State, key: int) -> Row:
    """Return the backup with that key."""
    row = find_by_key(state, key)
    if row is None:
        raise not_found(f"backup {key}")
    return row


def find(state: State, project: str, backup_id: str) -> Row | None:
    """Return a backup, however new it is."""
    row: Row | None = state.connection.execute(
        "SELECT * FROM backups WHERE backup_id = ? AND project = ?", (backup_id, project)
    ).fetchone()
    return row


def describe(state: State, project: str, backup_id: str) -> Row:
    """Return a backup.

    Raises:
        ServiceError: 404 where there is none, or it is too new to be seen.
    """
    check_plan(state)
    row = find(state, project, backup_id)
    lag = state.settings.describe_lag_seconds
    if row is None or (lag and row["created_at"] + lag > state.clock.now()):
        raise not_found(f"backup {backup_id}")
    return row


def list_of_project(state: State, project: str) -> list[Row]:
    """Return all backups of a project in the order of their ids."""
    check_plan(state)
    return state.connection.execute(
        "SELECT * FROM backups WHERE project = ? AND created_at <= ? ORDER BY backup_id",
        (project, state.listed_until),
    ).fetchall()


def list_of_index(
    state: State, project: str, index_name: str, *, include_deleted: bool
) -> list[Row]:
    """Return the backups of an index.

    Args:
        state: The state.
        project: The caller's project.
        index_name: Name of the index.
        include_deleted: Whether to return the backups of deleted indexes of that name too.

    Raises:
        ServiceError: 404 where no index has that name, or, with `include_deleted`, ever had it.
    """
    index = indexes.find(state, project, index_name)
    rows = [row for row in list_of_project(state, project) if row["index_name"] == index_name]
    if include_deleted and (index is not None or indexes.has_existed(state, project, index_name)):
        return rows
    if index is None:
        raise not_found(index_name)
    return [row for row in rows if row["index_id"] == index["index_id"]]


def tags_of(row: Row) -> dict[str, str]:
    """Return the tags that the index had when the backup was taken."""
    tags: dict[str, str] = orjson.loads(row["tags"])
    return tags
