"""How each API version words indexes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.state import capacity
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import (
    DENSE_FIELD,
    SPARSE_FIELD,
    Definition,
    from_json,
)
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


def typed_fields(definition: Definition, version: ApiVersion) -> dict[str, dict[str, Any]]:
    """Return the fields of an index or a backup with their types."""
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
    return _index(row, version, capacity.state_of(row, now), host)


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
    read_capacity = _capacity(row, definition, capacity_now)
    if version.index_shape == "deployment":
        result["deployment"] = _deployment(definition, version)
        result["schema"] = {"fields": typed_fields(definition, version)}
        if read_capacity is not None:
            result["read_capacity"] = read_capacity
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
    result["spec"] = _spec(definition, version, read_capacity)
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
    definition: Definition, version: ApiVersion, read_capacity: dict[str, Any] | None
) -> dict[str, Any]:
    deployment = definition.deployment
    kind = deployment["deployment_type"]
    place = {key: value for key, value in deployment.items() if key != "deployment_type"}
    if kind == "pod":
        return {"pod": place | definition.pods}
    if version.spec_read_capacity:
        place["read_capacity"] = read_capacity
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


def _capacity(row: Row, definition: Definition, state: str) -> dict[str, Any] | None:
    if definition.is_pod:
        return None
    asked = capacity.asked_for(row)
    status: dict[str, Any] = {"state": state}
    if asked["mode"] == "Dedicated" and state == "Ready":
        manual = asked["dedicated"]["manual"]
        status |= {"current_replicas": manual["replicas"], "current_shards": manual["shards"]}
    if state == "Error":
        status["error_message"] = "The read capacity could not be provisioned"
    return asked | {"status": status}
