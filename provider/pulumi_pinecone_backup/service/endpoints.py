"""The operations of the service that this package uses, as data.

The id is the description's `operationId`, which the client's methods and the emulator's faults and
counts use too. `doing` completes "Could not ..." in messages.

Source: paths and methods of the control plane descriptions, and of the data plane's reference for
what is read from an index itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True)
class Operation:
    """One operation: how it is requested and how it is called in messages.

    Attributes:
        changes: True if a request may change something that a second one would change again, so
            that a lost answer leaves a doubt. To write or delete the same records twice does not.
    """

    operation_id: str
    method: str
    path: str
    doing: str
    changes: bool

    def render_path(self, params: Mapping[str, str]) -> str:
        """Return the path with its parameters filled in and escaped."""
        return self.path.format_map({key: quote(value, safe="") for key, value in params.items()})

    def describe(self, params: Mapping[str, str]) -> str:
        """Return what is attempted on which object."""
        return self.doing.format_map(params)


def _operation(
    operation_id: str, request: str, doing: str, *, is_repeatable: bool = False
) -> Operation:
    method, path = request.split(" ")
    return Operation(operation_id, method, path, doing, not (is_repeatable or method == "GET"))


OPERATIONS: Final[dict[str, Operation]] = {
    operation.operation_id: operation
    for operation in (
        _operation("list_indexes", "GET /indexes", "list the indexes"),
        _operation("create_index", "POST /indexes", "create index `{name}`"),
        _operation("describe_index", "GET /indexes/{index_name}", "read index `{index_name}`"),
        _operation("configure_index", "PATCH /indexes/{index_name}", "change index `{index_name}`"),
        _operation("delete_index", "DELETE /indexes/{index_name}", "delete index `{index_name}`"),
        _operation(
            "create_backup",
            "POST /indexes/{index_name}/backups",
            "take a backup of index `{index_name}`",
        ),
        _operation(
            "list_index_backups",
            "GET /indexes/{index_name}/backups",
            "list the backups of index `{index_name}`",
        ),
        _operation("list_project_backups", "GET /backups", "list the backups of the project"),
        _operation("describe_backup", "GET /backups/{backup_id}", "read backup `{backup_id}`"),
        _operation("delete_backup", "DELETE /backups/{backup_id}", "delete backup `{backup_id}`"),
        _operation(
            "create_index_from_backup_operation",
            "POST /backups/{backup_id}/create-index",
            "restore backup `{backup_id}` to index `{name}`",
        ),
        _operation("list_restore_jobs", "GET /restore-jobs", "list the restore jobs"),
        _operation(
            "describe_restore_job", "GET /restore-jobs/{job_id}", "read restore job `{job_id}`"
        ),
        _operation(
            "create_backup_schedule",
            "POST /indexes/{index_name}/backup-schedules",
            "create backup schedule `{name}` for index `{index_name}`",
        ),
        _operation(
            "list_backup_schedules",
            "GET /indexes/{index_name}/backup-schedules",
            "list the backup schedules of index `{index_name}`",
        ),
        _operation(
            "describe_backup_schedule",
            "GET /backup-schedules/{schedule_id}",
            "read backup schedule `{schedule_id}`",
        ),
        _operation(
            "update_backup_schedule",
            "PATCH /backup-schedules/{schedule_id}",
            "change backup schedule `{schedule_id}`",
        ),
        _operation(
            "delete_backup_schedule",
            "DELETE /backup-schedules/{schedule_id}",
            "delete backup schedule `{schedule_id}`",
        ),
        _operation(
            "list_backup_schedule_history",
            "GET /backup-schedules/{schedule_id}/history",
            "list the history of backup schedule `{schedule_id}`",
        ),
        _operation(
            "describe_index_stats",
            "POST /describe_index_stats",
            "count the records behind `{host}`",
            is_repeatable=True,
        ),
        _operation(
            "list_vectors",
            "GET /vectors/list",
            "list the ids of namespace `{namespace}` behind `{host}`",
        ),
        _operation(
            "fetch_vectors",
            "GET /vectors/fetch",
            "fetch records of namespace `{namespace}` behind `{host}`",
        ),
        _operation(
            "query_vectors",
            "POST /query",
            "query namespace `{namespace}` behind `{host}`",
            is_repeatable=True,
        ),
        _operation(
            "upsert_vectors",
            "POST /vectors/upsert",
            "write records of namespace `{namespace}` behind `{host}`",
            is_repeatable=True,
        ),
        _operation(
            "delete_vectors",
            "POST /vectors/delete",
            "delete records of namespace `{namespace}` behind `{host}`",
            is_repeatable=True,
        ),
        _operation(
            "list_namespace_aliases",
            "GET /namespace-aliases",
            "list the namespace aliases behind `{host}`",
        ),
    )
}
