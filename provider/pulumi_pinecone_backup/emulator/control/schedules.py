"""The control plane's operations on backup schedules."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.call import Answer, Call, page
from pulumi_pinecone_backup.emulator.control import bodies, shapes
from pulumi_pinecone_backup.emulator.control.backups import backup_answer, backup_names
from pulumi_pinecone_backup.emulator.state import backups, schedules
from pulumi_pinecone_backup.emulator.state.database import Row


def create_backup_schedule(call: Call) -> Answer:
    """Create a schedule for an index."""
    backups.check_plan(call.state)
    body = bodies.read_body(call.body, bodies.CreateBackupSchedule)
    row = schedules.create(
        call.state,
        call.project,
        call.parameters["index_name"],
        name=body.name,
        frequency=body.schedule.frequency,
        retention_days=body.retention.expire_after_days,
    )
    return Answer(200, shapes.schedule(row, call.version))


def list_backup_schedules(call: Call) -> Answer:
    """List the schedules of an index."""
    rows = schedules.list_of_index(call.state, call.project, call.parameters["index_name"])
    return page(
        call,
        rows,
        lambda row: shapes.schedule(row, call.version),
        lambda row: {row["schedule_id"], row["name"]},
    )


def describe_backup_schedule(call: Call) -> Answer:
    """Describe a schedule."""
    row = schedules.describe(call.state, call.project, call.parameters["schedule_id"])
    return Answer(200, shapes.schedule(row, call.version))


def update_backup_schedule(call: Call) -> Answer:
    """Change a schedule in place."""
    body = bodies.read_body(call.body, bodies.UpdateBackupSchedule)
    row = schedules.update(
        call.state,
        call.project,
        call.parameters["schedule_id"],
        frequency=body.frequency,
        retention_days=None if body.retention is None else body.retention.expire_after_days,
        enabled=body.enabled,
    )
    return Answer(200, shapes.schedule(row, call.version))


def delete_backup_schedule(call: Call) -> Answer:
    """Delete a schedule."""
    schedules.delete(call.state, call.project, call.parameters["schedule_id"])
    return Answer(204)


def list_backup_schedule_history(call: Call) -> Answer:
    """List what a schedule has made and will make next."""
    rows = schedules.history(call.state, call.project, call.parameters["schedule_id"])

    def render(item: Row | schedules.PlannedRun) -> dict[str, Any]:
        if not isinstance(item, schedules.PlannedRun):
            return backup_answer(call, item) | {
                "scheduled_execution_at": shapes.time(item["scheduled_at"], call.version)
            }
        return shapes.planned_backup(
            item.index,
            call.version,
            backup_id=item.backup_id,
            name=item.name,
            status=item.status,
            at=item.at,
            planned_at=item.planned_at,
        )

    def identify(item: Row | schedules.PlannedRun) -> set[str]:
        if isinstance(item, schedules.PlannedRun):
            return {item.backup_id}
        return backup_names(item)

    return page(call, rows, render, identify)
