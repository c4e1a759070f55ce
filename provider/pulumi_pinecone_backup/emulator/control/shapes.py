"""How each API version words backups, restore jobs and schedules."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.control.index_shapes import typed_fields
from pulumi_pinecone_backup.emulator.state.clock import timestamp
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import (
    from_json,
)
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


def backup(row: Row, version: ApiVersion, *, deleted_at: float | None) -> dict[str, Any]:
    """Return a backup as this version describes it; the answer must not be changed."""
    return _backup(row, version, deleted_at)


@lru_cache(maxsize=8192)
def _backup(row: Row, version: ApiVersion, deleted_at: float | None) -> dict[str, Any]:
    definition = from_json(row["definition"])
    is_ready = row["status"] == "Ready"
    tags = orjson.loads(row["tags"])
    deployment = definition.deployment
    status = row["status"] if row["status"] != "Failed" else version.failed_backup
    optional: dict[str, Any] = {
        "description": row["description"],
        "record_count": row["record_count"] if is_ready else None,
        "namespace_count": row["namespace_count"] if is_ready else None,
        "size_bytes": row["size_bytes"] if is_ready else None,
        "tags": tags if tags or not version.explicit_nulls else None,
    }
    result: dict[str, Any] = {
        "backup_id": row["backup_id"],
        "source_index_name": row["index_name"],
        "source_index_id": row["index_id"],
        "status": status,
        "cloud": deployment.get("cloud", "byoc"),
        "region": deployment.get("region", deployment.get("environment")),
        "created_at": time(row["created_at"], version),
    }
    if row["name"] is not None:
        result["name"] = row["name"]
    result |= optional if version.explicit_nulls else _known(optional)
    if version.backup_dimension:
        result |= _known({"dimension": definition.dimension, "metric": definition.metric})
    if version.backup_schema == "metadata" and definition.metadata_schema is not None:
        result["schema"] = definition.metadata_schema
    elif version.backup_schema == "typed":
        result["schema"] = {"fields": typed_fields(definition, version)}
    if version.reports_deleted_source and deleted_at is not None:
        result["source_index_deleted_at"] = time(deleted_at, version)
    return result


def time(at: float, version: ApiVersion) -> str:
    """Return a time as this version words it."""
    return timestamp(at, suffix=version.time_suffix)


def planned_backup(
    index_row: Row,
    version: ApiVersion,
    *,
    backup_id: str,
    name: str,
    status: str,
    at: float,
    planned_at: float,
) -> dict[str, Any]:
    """Return a backup that a schedule will make, as its history tells it."""
    deployment = from_json(index_row["definition"]).deployment
    return {
        "backup_id": backup_id,
        "source_index_name": index_row["name"],
        "source_index_id": index_row["index_id"],
        "name": name,
        "status": status,
        "cloud": deployment.get("cloud", "byoc"),
        "region": deployment.get("region", deployment.get("environment")),
        "created_at": time(planned_at, version),
        "scheduled_execution_at": time(at, version),
    }


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def restore_job(row: Row, version: ApiVersion) -> dict[str, Any]:
    """Return a restore job as this version describes it."""
    is_done = row["status"] == "Completed"
    completed_at = row["completed_at"]
    whole = 100 if version.whole_percent else 100.0
    result: dict[str, Any] = {
        "restore_job_id": row["job_id"],
        "backup_id": row["backup_id"],
        "target_index_name": row["index_name"],
        "target_index_id": row["index_id"],
        "status": row["status"],
        "created_at": time(row["created_at"], version),
    }
    if completed_at is not None:
        result["completed_at"] = time(completed_at, version)
    elif version.explicit_nulls:
        result["completed_at"] = None
    if is_done:
        result["percent_complete"] = whole
    return result


def schedule(row: Row, version: ApiVersion) -> dict[str, Any]:
    """Return a backup schedule."""
    next_run = row["next_run_at"] if row["enabled"] else None
    return {
        "schedule_id": row["schedule_id"],
        "name": row["name"],
        "index_id": row["index_id"],
        "project_id": row["project"],
        "schedule_type": "time-based",
        "frequency": row["frequency"],
        "retention_expire_after_days": row["retention_days"],
        "enabled": bool(row["enabled"]),
        "next_scheduled_run": (None if next_run is None else time(next_run, version)),
        "created_at": time(row["created_at"], version),
    }
