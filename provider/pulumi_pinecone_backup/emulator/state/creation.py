"""Indexes: checked, created, and ready in the end."""

from __future__ import annotations

import uuid
from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.state import capacity, indexes, rules
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import (
    already_exists,
    forbidden,
    not_found,
    payment_required,
)
from pulumi_pinecone_backup.emulator.state.state import State
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


def new_name() -> str:
    """Return a name for an index whose creator gave none."""
    return f"index-{uuid.uuid4().hex[:7]}"


def check_new(
    state: State, project: str, name: str, tags: dict[str, str], version: ApiVersion
) -> None:
    """Refuse an index that cannot be made: name, tags, payment, quota, name taken."""
    rules.check_index_name(name)
    rules.check_tags(tags, version)
    if not state.settings.paid:
        raise payment_required()
    if indexes.find(state, project, name) is not None:
        raise already_exists()
    quota = state.settings.index_quota
    if quota is not None:
        count = state.connection.execute(
            "SELECT count(*) FROM indexes WHERE project = ?", (project,)
        ).fetchone()[0]
        if count >= quota:
            raise forbidden(
                f"Request failed. You've reached the max serverless indexes allowed in "
                f"project {project} ({quota}). To add more serverless indexes, delete unused "
                "indexes or upgrade your plan."
            )


def create(
    state: State,
    project: str,
    version: ApiVersion,
    definition: Definition,
    *,
    name: str,
    tags: dict[str, str],
    deletion_protection: str,
    read_capacity: dict[str, Any] | None,
    fault: Fault | None = None,
) -> Row:
    """Create an empty index."""
    check_new(state, project, name, tags, version)
    asked = capacity.checked(state, definition, read_capacity)
    with state.change():
        index_id, key = insert(
            state,
            project,
            definition,
            name=name,
            tags=tags,
            deletion_protection=deletion_protection,
            read_capacity=asked,
            outcome="Failed" if fault and fault.kind == "fail_job" else "Ready",
        )
        if not (fault and fault.kind == "never_finish"):
            state.plan(state.clock.now() + state.settings.index_seconds, "index_ready", key)
    state.settle()
    row = indexes.find(state, project, name)
    if row is None:
        raise not_found(index_id)
    return row


def insert(
    state: State,
    project: str,
    definition: Definition,
    *,
    name: str,
    tags: dict[str, str],
    deletion_protection: str,
    read_capacity: dict[str, Any] | None,
    outcome: str = "Ready",
    source_backup_id: str | None = None,
) -> tuple[str, int]:
    """Write the row of a new index, still initializing; call inside a change.

    Returns:
        The id and the key of the index.
    """
    index_id = str(uuid.uuid4())
    now = state.clock.now()
    cursor = state.connection.execute(
        "INSERT INTO indexes (index_id, project, name, definition, tags, deletion_protection,"
        " read_capacity, state, outcome, source_backup_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'Initializing', ?, ?, ?)",
        (
            index_id,
            project,
            name,
            definition.to_json(),
            orjson.dumps(tags).decode(),
            deletion_protection,
            orjson.dumps(read_capacity).decode() if read_capacity else None,
            outcome,
            source_backup_id,
            now,
        ),
    )
    state.effect(now, f"index created {name}", project=project, index_id=index_id)
    return index_id, int(cursor.lastrowid or 0)


def ready(state: State, ref: str, at: float) -> None:
    """Carry out the end of an index's initialization."""
    row = indexes.by_key(state, int(ref))
    if row is None or row["state"] != "Initializing":
        return
    finish(state, row, at)


def finish(state: State, row: Row, at: float) -> None:
    """End the initialization of an index; call inside a change."""
    final = "Ready" if row["outcome"] == "Ready" else "InitializationFailed"
    state.connection.execute(
        "UPDATE indexes SET state = ?, ready_at = ? WHERE key = ?", (final, at, row["key"])
    )
    word = "ready" if final == "Ready" else "failed"
    state.effect(at, f"index {word} {row['name']}", project=row["project"])
