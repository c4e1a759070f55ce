"""The control plane: which operation is where, and what it needs."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.call import Operation
from pulumi_pinecone_backup.emulator.control import backups as backup_operations
from pulumi_pinecone_backup.emulator.control import indexes as index_operations
from pulumi_pinecone_backup.emulator.control import schedules as schedule_operations


def _operation(
    method: str, path: str, permission: str, run: Any, feature: str | None = None
) -> Operation:
    return Operation(
        id=run.__name__,
        method=method,
        path=path,
        permission=f"control::{permission}",
        run=run,
        feature=feature,
    )


OPERATIONS = (
    _operation(
        "GET", "/indexes/{index_name}", "indexes::describe", index_operations.describe_index
    ),
    _operation("GET", "/indexes", "indexes::list", index_operations.list_indexes),
    _operation("POST", "/indexes", "indexes::create", index_operations.create_index),
    _operation(
        "POST",
        "/indexes/create-for-model",
        "indexes::create",
        index_operations.create_index_for_model,
    ),
    _operation("DELETE", "/indexes/{index_name}", "indexes::delete", index_operations.delete_index),
    _operation(
        "PATCH", "/indexes/{index_name}", "indexes::configure", index_operations.configure_index
    ),
    _operation(
        "GET",
        "/indexes/{index_name}/backups",
        "backups::list",
        backup_operations.list_index_backups,
    ),
    _operation(
        "POST", "/indexes/{index_name}/backups", "backups::create", backup_operations.create_backup
    ),
    _operation("GET", "/backups", "backups::list", backup_operations.list_project_backups),
    _operation(
        "GET", "/backups/{backup_id}", "backups::describe", backup_operations.describe_backup
    ),
    _operation(
        "DELETE", "/backups/{backup_id}", "backups::delete", backup_operations.delete_backup
    ),
    _operation(
        "POST",
        "/backups/{backup_id}/create-index",
        "indexes::create",
        backup_operations.create_index_from_backup_operation,
    ),
    _operation("GET", "/restore-jobs", "restore_jobs::list", backup_operations.list_restore_jobs),
    _operation(
        "GET",
        "/restore-jobs/{job_id}",
        "restore_jobs::describe",
        backup_operations.describe_restore_job,
    ),
    _operation(
        "POST",
        "/indexes/{index_name}/backup-schedules",
        "backup_schedules::create",
        schedule_operations.create_backup_schedule,
        "schedules",
    ),
    _operation(
        "GET",
        "/indexes/{index_name}/backup-schedules",
        "backup_schedules::list",
        schedule_operations.list_backup_schedules,
        "schedules",
    ),
    _operation(
        "GET",
        "/backup-schedules/{schedule_id}",
        "backup_schedules::describe",
        schedule_operations.describe_backup_schedule,
        "schedules",
    ),
    _operation(
        "PATCH",
        "/backup-schedules/{schedule_id}",
        "backup_schedules::update",
        schedule_operations.update_backup_schedule,
        "schedules",
    ),
    _operation(
        "DELETE",
        "/backup-schedules/{schedule_id}",
        "backup_schedules::delete",
        schedule_operations.delete_backup_schedule,
        "schedules",
    ),
    _operation(
        "GET",
        "/backup-schedules/{schedule_id}/history",
        "backup_schedules::list",
        schedule_operations.list_backup_schedule_history,
        "schedules",
    ),
)
