"""The control plane's operations on backups and restore jobs."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.call import Answer, Call, is_true, page
from pulumi_pinecone_backup.emulator.control import bodies, shapes
from pulumi_pinecone_backup.emulator.control.indexes import given_tags
from pulumi_pinecone_backup.emulator.state import backups, indexes, removal, restores
from pulumi_pinecone_backup.emulator.state.database import Row


def backup_answer(call: Call, row: Row) -> dict[str, Any]:
    """Return a backup as the request's version words it."""
    deleted_at = None
    if call.version.reports_deleted_source:
        deleted_at = indexes.deleted_at(call.state, row["index_id"])
    return shapes.backup(row, call.version, deleted_at=deleted_at)


def create_backup(call: Call) -> Answer:
    """Take a backup of an index."""
    backups.check_plan(call.state)
    body = bodies.read_body(call.body, bodies.CreateBackup)
    row = backups.create(
        call.state,
        call.project,
        call.version,
        call.parameters["index_name"],
        name=body.name,
        description=body.description,
        fault=call.fault,
    )
    return Answer(call.status(call.version.create_backup_status), backup_answer(call, row))


def backup_names(row: Row) -> set[str]:
    """Return what faults may call a backup."""
    return {row["backup_id"], row["name"] or ""}


def list_index_backups(call: Call) -> Answer:
    """List the backups of one index."""
    asked = call.query.get("include_deleted") if call.version.include_deleted else None
    rows = backups.list_of_index(
        call.state,
        call.project,
        call.parameters["index_name"],
        include_deleted=asked is not None and is_true(asked, "include_deleted"),
    )
    return page(call, rows, lambda row: backup_answer(call, row), backup_names)


def list_project_backups(call: Call) -> Answer:
    """List all backups of the project."""
    rows = backups.list_of_project(call.state, call.project)
    return page(call, rows, lambda row: backup_answer(call, row), backup_names)


def describe_backup(call: Call) -> Answer:
    """Describe a backup."""
    row = backups.describe(call.state, call.project, call.parameters["backup_id"])
    return Answer(200, backup_answer(call, row))


def delete_backup(call: Call) -> Answer:
    """Delete a backup."""
    removal.delete(call.state, call.project, call.parameters["backup_id"], call.fault)
    return Answer(202)


def create_index_from_backup_operation(call: Call) -> Answer:
    """Start the restore of a backup into a new index."""
    backups.check_plan(call.state)
    body = bodies.read_body(call.body, bodies.CreateIndexFromBackup)
    capacity = body.read_capacity if call.version.restore_read_capacity else None
    job = restores.create(
        call.state,
        call.project,
        call.version,
        call.parameters["backup_id"],
        name=body.name,
        tags=None if body.tags is None else given_tags(body.tags),
        deletion_protection=body.deletion_protection or "disabled",
        read_capacity=None if capacity is None else capacity.model_dump(exclude_none=True),
        fault=call.fault,
    )
    return Answer(202, {"restore_job_id": job["job_id"], "index_id": job["index_id"]})


def list_restore_jobs(call: Call) -> Answer:
    """List all restore jobs of the project."""
    rows = restores.list_all(call.state, call.project)
    return page(
        call,
        rows,
        lambda row: shapes.restore_job(row, call.version),
        lambda row: {row["job_id"], row["index_name"]},
    )


def describe_restore_job(call: Call) -> Answer:
    """Describe a restore job."""
    row = restores.describe(call.state, call.project, call.parameters["job_id"])
    return Answer(200, shapes.restore_job(row, call.version))
