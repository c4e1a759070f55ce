"""Namespaces of an index: created, listed, described, deleted."""

from __future__ import annotations

from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.call import (
    Answer,
    Call,
    read_object,
)
from pulumi_pinecone_backup.emulator.data.paging import asked_page, next_page
from pulumi_pinecone_backup.emulator.data.target import index_of, namespace_of
from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.problems import ServiceError, already_exists, invalid

_DEFAULT = "__default__"


def missing() -> ServiceError:
    """Return the error for a namespace that does not exist."""
    return ServiceError(404, "NOT_FOUND", "Namespace not found")


def _fields(call: Call, index: Row, name: str) -> dict[str, Any] | None:
    row = call.state.connection.execute(
        "SELECT fields FROM namespaces WHERE owner = ? AND name = ?", (index["key"], name)
    ).fetchone()
    return orjson.loads(row["fields"]) if row is not None and row["fields"] else None


def _description(call: Call, index: Row, name: str, count: int, size: int) -> dict[str, Any]:
    # The service words 64-bit integers as strings here.
    result: dict[str, Any] = {
        "name": name or _DEFAULT,
        "record_count": str(count),
        "size_bytes": str(size),
    }
    fields = _fields(call, index, name)
    if fields is not None:
        result["schema"] = {"fields": fields}
        result["indexed_fields"] = {"fields": sorted(fields)}
    return result


def create_namespace(call: Call) -> Answer:
    """Create an empty namespace."""
    index = index_of(call)
    body = read_object(call.body)
    name = body.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= 512 or name == _DEFAULT:
        raise invalid("`name` must be a string of 1 to 512 characters, not the default namespace")
    schema = body.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if schema is not None and not isinstance(fields, dict):
        raise invalid("`schema` must hold `fields`")
    if name in records.counts(call.state.connection, index["key"]):
        raise already_exists()
    with call.state.change() as connection:
        connection.execute(
            "INSERT INTO namespaces VALUES (?, ?, ?)",
            (index["key"], name, orjson.dumps(fields).decode() if fields else None),
        )
    return Answer(200, _description(call, index, name, 0, 0))


def list_namespaces(call: Call) -> Answer:
    """List namespaces by name, page by page."""
    index = index_of(call)
    prefix = call.query.get("prefix", "")
    limit, after = asked_page(call)
    counts = records.counts(call.state.connection, index["key"])
    shown = sorted((name or _DEFAULT, name) for name in counts)
    fitting = [pair for pair in shown if pair[0].startswith(prefix)]
    rest = [pair for pair in fitting if pair[0] > after]
    payload: dict[str, Any] = {
        "namespaces": [_description(call, index, name, *counts[name]) for _, name in rest[:limit]],
        "total_count": len(fitting),
    }
    if len(rest) > limit:
        payload["pagination"] = next_page(rest[limit - 1][0])
    return Answer(200, payload)


def describe_namespace(call: Call) -> Answer:
    """Describe a namespace."""
    index = index_of(call)
    name = namespace_of(call.parameters["namespace"])
    counts = records.counts(call.state.connection, index["key"])
    if name not in counts:
        raise missing()
    return Answer(200, _description(call, index, name, *counts[name]))


def delete_namespace(call: Call) -> Answer:
    """Remove a namespace and all its records."""
    index = index_of(call)
    name = namespace_of(call.parameters["namespace"])
    if name not in records.counts(call.state.connection, index["key"]):
        raise missing()
    with call.state.change() as connection:
        records.delete_namespace(connection, index["key"], name)
    return Answer(200, {})
