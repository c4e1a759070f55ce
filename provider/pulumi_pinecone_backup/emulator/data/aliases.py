"""Namespace aliases of an index: other names under which a namespace is read (2026-07).

They belong to an index: neither a backup nor a restore has them.
"""

from __future__ import annotations

import re
from typing import Any

from pulumi_pinecone_backup.emulator.call import (
    Answer,
    Call,
    read_object,
)
from pulumi_pinecone_backup.emulator.data.paging import asked_page, next_page
from pulumi_pinecone_backup.emulator.data.target import index_of, namespace_of
from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.clock import timestamp
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.problems import ServiceError, invalid

MOST_ALIASES = 1000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,512}")


def create_namespace_alias(call: Call) -> Answer:
    """Create an alias of an existing namespace."""
    index = index_of(call)
    body = read_object(call.body)
    name, target = body.get("name"), _target(call, index, body)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid("`name` must be 1 to 512 letters, digits, `_` and `-`")
    if name in records.counts(call.state.connection, index["key"]):
        raise ServiceError(409, "ALREADY_EXISTS", f"A namespace named {name} exists")
    known = _all(call, index)
    if name in known:
        raise ServiceError(409, "ALREADY_EXISTS", f"Namespace alias {name} already exists")
    if len(known) >= MOST_ALIASES:
        raise ServiceError(
            400, "RESOURCE_EXHAUSTED", f"An index can have at most {MOST_ALIASES} aliases"
        )
    now = call.state.clock.now()
    with call.state.change() as connection:
        connection.execute(
            "INSERT INTO aliases VALUES (?, ?, ?, ?, ?)", (index["key"], name, target, now, now)
        )
    return Answer(200, _described(_find(call, index, name)))


def list_namespace_aliases(call: Call) -> Answer:
    """List aliases by name, page by page."""
    index = index_of(call)
    limit, after = asked_page(call)
    prefix = call.query.get("prefix", "")
    fitting = [row for name, row in _all(call, index).items() if name.startswith(prefix)]
    rest = [row for row in fitting if row["name"] > after]
    payload: dict[str, Any] = {
        "namespace_aliases": [_described(row) for row in rest[:limit]],
        "total_count": len(fitting),
    }
    if len(rest) > limit:
        payload["pagination"] = next_page(rest[limit - 1]["name"])
    return Answer(200, payload)


def describe_namespace_alias(call: Call) -> Answer:
    """Describe an alias."""
    return Answer(200, _described(_find(call, index_of(call), call.parameters["alias_name"])))


def repoint_namespace_alias(call: Call) -> Answer:
    """Let an alias stand for another namespace."""
    index = index_of(call)
    row = _find(call, index, call.parameters["alias_name"])
    target = _target(call, index, read_object(call.body))
    with call.state.change() as connection:
        connection.execute(
            "UPDATE aliases SET target = ?, updated_at = ? WHERE owner = ? AND name = ?",
            (target, call.state.clock.now(), index["key"], row["name"]),
        )
    return Answer(200, _described(_find(call, index, row["name"])))


def delete_namespace_alias(call: Call) -> Answer:
    """Remove an alias; its namespace stays."""
    index = index_of(call)
    row = _find(call, index, call.parameters["alias_name"])
    with call.state.change() as connection:
        connection.execute(
            "DELETE FROM aliases WHERE owner = ? AND name = ?", (index["key"], row["name"])
        )
    return Answer(200, {})


def _target(call: Call, index: Row, body: dict[str, Any]) -> str:
    target = namespace_of(body.get("target_namespace"))
    if target not in records.counts(call.state.connection, index["key"]):
        raise ServiceError(404, "NOT_FOUND", "Namespace not found")
    return target


def _all(call: Call, index: Row) -> dict[str, Row]:
    rows = call.state.connection.execute(
        "SELECT * FROM aliases WHERE owner = ? ORDER BY name", (index["key"],)
    )
    return {row["name"]: row for row in rows}


def _find(call: Call, index: Row, name: str) -> Row:
    row = _all(call, index).get(name)
    if row is None:
        raise ServiceError(404, "NOT_FOUND", f"Namespace alias {name} not found")
    return row


def _described(row: Row) -> dict[str, Any]:
    return {
        "name": row["name"],
        "target_namespace": row["target"] or "__default__",
        "created_at": timestamp(row["created_at"]),
        "updated_at": timestamp(row["updated_at"]),
    }
