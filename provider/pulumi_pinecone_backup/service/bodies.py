"""Request bodies, in the shape of each version.

Source: CreateIndexRequest, ConfigureIndexRequest and CreateBackupScheduleRequest of the versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.service.shapes import DENSE_FIELD, SPARSE_FIELD
from pulumi_pinecone_backup.service.versions import ApiVersion

Json = dict[str, Any]


def given(**values: Any) -> Json:
    """Return the values that are not None."""
    return {key: value for key, value in values.items() if value is not None}


def create_index(
    version: ApiVersion,
    name: str,
    *,
    dimension: int | None,
    metric: str,
    cloud: str,
    region: str,
) -> Json:
    """Describe a new serverless index; without a `dimension` a sparse one."""
    place = {"cloud": cloud, "region": region}
    if version.request_shape == "spec":
        vector: Json = {"dimension": dimension, "metric": metric, "vector_type": "dense"}
        if dimension is None:
            vector = {"metric": "dotproduct", "vector_type": "sparse"}
        return {"name": name, "spec": {"serverless": place}, **vector}
    fields: Json = {DENSE_FIELD: {"type": "dense_vector", "dimension": dimension, "metric": metric}}
    if dimension is None:
        fields = {SPARSE_FIELD: {"type": "sparse_vector"}}
    deployment = {"deployment_type": "managed", **place}
    return {"name": name, "deployment": deployment, "schema": {"fields": fields}}


def read_capacity(version: ApiVersion, capacity: Mapping[str, Any], deployment_type: str) -> Json:
    """Describe a change of read capacity."""
    if version.request_shape == "spec":
        part = "byoc" if deployment_type == "byoc" else "serverless"
        return {"spec": {part: {"read_capacity": dict(capacity)}}}
    return {"read_capacity": dict(capacity)}


def create_backup_schedule(name: str, frequency: str, expire_after_days: int) -> Json:
    """Describe a new backup schedule."""
    return {
        "name": name,
        "schedule": {"type": "time-based", "frequency": frequency},
        "retention": {"expire_after_days": expire_after_days},
    }
