"""How each API version words indexes, backups, restore jobs and schedules."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.state.clock import timestamp
from pulumi_pinecone_backup.emulator.state.definitions import (
    DENSE_FIELD,
    SPARSE_FIELD,
    Definition,
    from_json,
)
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion

Row = sqlite3.Row


def _typed_fields(definition: Definition, version: ApiVersion) -> dict[str, dict[str, Any]]:
    if definition.fields is not None:
        return definition.fields
    fields: dict[str, dict[str, Any]] = {}
    if definition.embed is not None:
        text = str(definition.embed["field_map"]["text"])
        fields[text] = {
            "type": "semantic_text",
            "model": definition.embed["model"],
            "metric": definition.metric,
            "read_parameters": definition.embed["read_parameters"],
            "write_parameters": definition.embed["write_parameters"],
        }
    elif definition.vector_type == "dense":
        fields[DENSE_FIELD] = {
            "type": "dense_vector",
            "dimension": definition.dimension,
            "metric": definition.metric,
        }
        fields[SPARSE_FIELD] = {"type": "sparse_vector"}
    elif definition.vector_type == "sparse":
        fields[SPARSE_FIELD] = {"type": "sparse_vector"}
    for name, options in (definition.metadata_schema or {}).get("fields", {}).items():
        # Fields from before typed schemas have no type; the version that insists gets one.
        fields[name] = {"type": "string"} if version.typed_schema_only else options
    return fields


def index(row: Row, version: ApiVersion, *, now: float, host: str) -> bytes:
    """Return an index as this version describes it, as JSON."""
    return _index(row, version, capacity_state(row, now), host)


# Everything that the answer depends on is an argument, so it may be kept as long as there is room.
@lru_cache(maxsize=8192)
def _index(row: Row, version: ApiVersion, capacity_now: str, host: str) -> bytes:
    return orjson.dumps(_index_fields(row, version, capacity_now, host))


def _index_fields(row: Row, version: ApiVersion, capacity_now: str, host: str) -> dict[str, Any]:
    definition = from_json(row["definition"])
    tags = orjson.loads(row["tags"])
    state = _index_state(row, version)
    result: dict[str, Any] = {
        "name": row["name"],
        "host": host,
        "status": {"ready": state == "Ready", "state": state},
        "deletion_protection": row["deletion_protection"],
    }
    if tags or not version.explicit_nulls:
        result["tags"] = tags
    else:
        result["tags"] = None
    if definition.deployment["deployment_type"] == "byoc":
        result["private_host"] = host
    capacity = _capacity(row, definition, capacity_now)
    if version.index_shape == "deployment":
        result["deployment"] = _deployment(definition, version)
        result["schema"] = {"fields": _typed_fields(definition, version)}
        if capacity is not None:
            result["read_capacity"] = capacity
        for name, value in (
            ("source_backup_id", row["source_backup_id"]),
            ("cmek_id", definition.cmek_id),
            ("source_collection", definition.source_collection),
        ):
            if value is not None:
                result[name] = value
        return result
    result["metric"] = definition.metric
    result["vector_type"] = "sparse" if definition.vector_type == "sparse" else "dense"
    if definition.dimension is not None:
        result["dimension"] = definition.dimension
    result["spec"] = _spec(definition, version, capacity)
    if definition.embed is not None:
        result["embed"] = _embed(definition)
    return result


def _index_state(row: Row, version: ApiVersion) -> str:
    state = str(row["state"])
    if state == "Failed" and not version.failed_index_states:
        return "InitializationFailed"
    return state


def _deployment(definition: Definition, version: ApiVersion) -> dict[str, Any]:
    deployment = dict(definition.deployment)
    if deployment["deployment_type"] == "managed" and version.explicit_nulls:
        deployment["environment"] = f"{deployment['cloud']}-{deployment['region']}"
    return deployment


def _spec(
    definition: Definition, version: ApiVersion, capacity: dict[str, Any] | None
) -> dict[str, Any]:
    deployment = definition.deployment
    kind = deployment["deployment_type"]
    place = {key: value for key, value in deployment.items() if key != "deployment_type"}
    if kind == "pod":
        return {"pod": place | definition.pods}
    if version.spec_read_capacity:
        place["read_capacity"] = capacity
        if definition.metadata_schema is not None:
            place["schema"] = definition.metadata_schema
    return {"serverless" if kind == "managed" else "byoc": place}


def _embed(definition: Definition) -> dict[str, Any]:
    embed = dict(definition.embed or {})
    embed["metric"] = definition.metric
    embed["vector_type"] = definition.vector_type
    if definition.dimension is not None:
        embed["dimension"] = definition.dimension
    return embed


def capacity_state(row: Row, now: float) -> str:
    """Return the state of an index's read capacity."""
    if row["capacity_state"] is not None:
        return str(row["capacity_state"])
    ready_at = row["capacity_ready_at"]
    return "Ready" if ready_at is None or ready_at <= now else "Scaling"


def read_capacity(row: Row) -> dict[str, Any]:
    """Return the read capacity that an index was asked to have."""
    if row["read_capacity"] is None:
        return {"mode": "OnDemand"}
    asked: dict[str, Any] = orjson.loads(row["read_capacity"])
    return asked


def _capacity(row: Row, definition: Definition, state: str) -> dict[str, Any] | None:
    if definition.is_pod:
        return None
    asked = read_capacity(row)
    status: dict[str, Any] = {"state": state}
    if asked["mode"] == "Dedicated" and state == "Ready":
        manual = asked["dedicated"]["manual"]
        status |= {"current_replicas": manual["replicas"], "current_shards": manual["shards"]}
    if state == "Error":
        status["error_message"] = "The read capacity could not be provisioned"
    return asked | {"status": status}


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
        result["schema"] = {"fields": _typed_fields(definition, version)}
    if version.reports_deleted_source and deleted_at is not None:
        result["source_index_deleted_at"] = time(deleted_at, version)
    return result


def time(at: float, version: ApiVersion) -> str:
    """Return a time as this version words it."""
    return timestamp(at, suffix=version.time_suffix)


def planned_backup(
    index_row: Row, version: ApiVersion, *, backup_id: str, name: str, at: float
) -> dict[str, Any]:
    """Return a backup that a schedule will make, as its history tells it."""
    deployment = from_json(index_row["definition"]).deployment
    return {
        "backup_id": backup_id,
        "source_index_name": index_row["name"],
        "source_index_id": index_row["index_id"],
        "name": name,
        "status": "Scheduled",
        "cloud": deployment.get("cloud", "byoc"),
        "region": deployment.get("region", deployment.get("environment")),
        "created_at": time(at, version),
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
