"""The control plane: which operation is where, and what it needs."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.call import Operation
from pulumi_pinecone_backup.emulator.control.backups import (
    create_backup,
    create_index_from_backup_operation,
    delete_backup,
    describe_backup,
    describe_restore_job,
    list_index_backups,
    list_project_backups,
    list_restore_jobs,
)
from pulumi_pinecone_backup.emulator.control.indexes import (
    configure_index,
    create_index,
    create_index_for_model,
    delete_index,
    describe_index,
    list_indexes,
)
from pulumi_pinecone_backup.emulator.control.schedules import (
    create_backup_schedule,
    delete_backup_schedule,
    describe_backup_schedule,
    list_backup_schedule_history,
    list_backup_schedules,
    update_backup_schedule,
)


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


CONTROL_PLANE = (
    _operation("GET", "/indexes/{index_name}", "indexes::describe", describe_index),
    _operation("GET", "/indexes", "indexes::list", list_indexes),
    _operation("POST", "/indexes", "indexes::create", create_index),
    _operation(
        "POST",
        "/indexes/create-for-model",
        "indexes::create",
        create_index_for_model,
    ),
    _operation("DELETE", "/indexes/{index_name}", "indexes::delete", delete_index),
    _operation("PATCH", "/indexes/{index_name}", "indexes::configure", configure_index),
    _operation(
        "GET",
        "/indexes/{index_name}/backups",
        "backups::list",
        list_index_backups,
    ),
    _operation("POST", "/indexes/{index_name}/backups", "backups::create", create_backup),
    _operation("GET", "/backups", "backups::list", list_project_backups),
    _operation("GET", "/backups/{backup_id}", "backups::describe", describe_backup),
    _operation("DELETE", "/backups/{backup_id}", "backups::delete", delete_backup),
    _operation(
        "POST",
        "/backups/{backup_id}/create-index",
        "indexes::create",
        create_index_from_backup_operation,
    ),
    _operation("GET", "/restore-jobs", "restore_jobs::list", list_restore_jobs),
    _operation(
        "GET",
        "/restore-jobs/{job_id}",
        "restore_jobs::describe",
        describe_restore_job,
    ),
    _operation(
        "POST",
        "/indexes/{index_name}/backup-schedules",
        "backup_schedules::create",
        create_backup_schedule,
        "schedules",
    ),
    _operation(
        "GET",
        "/indexes/{index_name}/backup-schedules",
        "backup_schedules::list",
        list_backup_schedules,
        "schedules",
    ),
    _operation(
        "GET",
        "/backup-schedules/{schedule_id}",
        "backup_schedules::describe",
        describe_backup_schedule,
        "schedules",
    ),
    _operation(
        "PATCH",
        "/backup-schedules/{schedule_id}",
        "backup_schedules::update",
        update_backup_schedule,
        "schedules",
    ),
    _operation(
        "DELETE",
        "/backup-schedules/{schedule_id}",
        "backup_schedules::delete",
        delete_backup_schedule,
        "schedules",
    ),
    _operation(
        "GET",
        "/backup-schedules/{schedule_id}/history",
        "backup_schedules::list",
        list_backup_schedule_history,
        "schedules",
    ),
)
