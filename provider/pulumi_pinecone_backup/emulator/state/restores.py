"""Restores: an index made from a backup, and the job that tells about it."""

from __future__ import annotations

import uuid
from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.state import backups, capacity, creation, indexes, records
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import from_json
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import failed_precondition, not_found
from pulumi_pinecone_backup.emulator.state.state import State
from pulumi_pinecone_backup.emulator.state.tampering import tamper
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


def create(
    state: State,
    project: str,
    version: ApiVersion,
    backup_id: str,
    *,
    name: str,
    tags: dict[str, str] | None,
    deletion_protection: str,
    read_capacity: dict[str, Any] | None,
    fault: Fault | None = None,
) -> Row:
    """Start the restore of a backup into a new index, and return the job."""
    backup = backups.describe(state, project, backup_id)
    wanted = backups.tags_of(backup) if tags is None else tags
    creation.check_new(state, project, name, wanted, version)
    if backup["status"] != "Ready" or backup["gone_at"] is not None:
        raise failed_precondition(f"Backup {backup_id} is not completed")
    definition = from_json(backup["definition"])
    asked = capacity.checked(state, definition, read_capacity)
    job_id = str(uuid.uuid4())
    with state.change():
        index_id, key = creation.insert(
            state,
            project,
            definition,
            name=name,
            tags=wanted,
            deletion_protection=deletion_protection,
            read_capacity=asked,
            source_backup_id=backup_id,
        )
        _insert_job(state, backup, job_id, index_id, key, name, fault)
    state.settle()
    return find(state, project, job_id)


def _insert_job(
    state: State,
    backup: Row,
    job_id: str,
    index_id: str,
    index_key: int,
    index_name: str,
    fault: Fault | None,
) -> None:
    kind = fault.kind if fault else ""
    outcome = {"fail_job": "Failed", "cancel_job": "Cancelled"}.get(kind, "Completed")
    withheld = None
    if fault and kind in ("withhold_records", "tamper"):
        planned = {"count": fault.count, "namespaces": fault.namespaces, "how": fault.how}
        withheld = orjson.dumps(planned).decode()
    now = state.clock.now()
    due_at = None if kind == "never_finish" else now + state.settings.restore_seconds
    state.connection.execute(
        "INSERT INTO restore_jobs VALUES (?, ?, ?, ?, ?, ?, ?, 'Pending', ?, ?, ?, ?, NULL)",
        (
            job_id,
            backup["project"],
            backup["backup_id"],
            backup["key"],
            index_key,
            index_id,
            index_name,
            outcome,
            withheld,
            now,
            due_at,
        ),
    )
    state.effect(
        now,
        f"restore started {index_name}",
        project=backup["project"],
        backup_id=backup["backup_id"],
        restore_job_id=job_id,
    )
    if due_at is not None:
        state.plan(due_at, "restore_done", job_id)


def done(state: State, ref: str, at: float) -> None:
    """Carry out the end of a restore."""
    job = state.connection.execute("SELECT * FROM restore_jobs WHERE job_id = ?", (ref,)).fetchone()
    if job is None or job["status"] != "Pending":
        return
    index = indexes.by_key(state, job["index_key"])
    if job["outcome"] == "Completed" and index is not None:
        records.snapshot(state.connection, backups.owner(job["backup_key"]), index["key"])
        if job["withheld"]:
            _spoil(state, index["key"], orjson.loads(job["withheld"]))
    state.connection.execute(
        "UPDATE restore_jobs SET status = outcome, completed_at = ? WHERE job_id = ?", (at, ref)
    )
    state.effect(at, f"restore {job['outcome'].lower()} {job['index_name']}", restore_job_id=ref)
    if index is None:
        return
    if job["outcome"] != "Completed":
        state.connection.execute(
            "UPDATE indexes SET outcome = 'Failed' WHERE key = ?", (index["key"],)
        )
    current = indexes.by_key(state, index["key"])
    if current is not None:
        creation.finish(state, current, at)


def _spoil(state: State, key: int, planned: dict[str, Any]) -> None:
    """Make a restore as incomplete or as wrong as a fault asks for."""
    count, namespaces = planned["count"], planned["namespaces"]
    if planned.get("how"):
        tamper(state.connection, key, planned["how"], count, namespaces)
    else:
        records.withhold(state.connection, key, count, namespaces)


def find(state: State, project: str, job_id: str) -> Row:
    """Return a job, whatever became of its index."""
    row: Row | None = state.connection.execute(
        "SELECT * FROM restore_jobs WHERE job_id = ? AND project = ?", (job_id, project)
    ).fetchone()
    if row is None:
        raise not_found(f"restore job {job_id}")
    return row


def describe(state: State, project: str, job_id: str) -> Row:
    """Return a job as long as its index exists.

    Raises:
        ServiceError: 404 where there is no such job, or its index is gone.
    """
    backups.check_plan(state)
    row = find(state, project, job_id)
    lag = state.settings.describe_lag_seconds
    is_hidden = lag and row["created_at"] + lag > state.clock.now()
    if is_hidden or indexes.by_key(state, row["index_key"]) is None:
        raise not_found(f"restore job {job_id}")
    return row


def forget(state: State, project: str, job_id: str) -> None:
    """Remove a job; its index stays as it is. Call inside a change."""
    state.connection.execute(
        "DELETE FROM restore_jobs WHERE job_id = ? AND project = ?", (job_id, project)
    )


def list_all(state: State, project: str) -> list[Row]:
    """Return all jobs of a project in the order of their ids."""
    backups.check_plan(state)
    return state.connection.execute(
        "SELECT * FROM restore_jobs WHERE project = ? AND created_at <= ? ORDER BY job_id",
        (project, state.listed_until),
    ).fetchall()
