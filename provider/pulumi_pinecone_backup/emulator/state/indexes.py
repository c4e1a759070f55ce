"""Indexes: listed, described, configured, deleted."""

from __future__ import annotations

from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.state import capacity, records, rules
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import (
    invalid,
    not_found,
    protected,
)
from pulumi_pinecone_backup.emulator.state.state import State
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


def find(state: State, project: str, name: str) -> Row | None:
    """Return the index of that name, in whatever state."""
    row: Row | None = state.connection.execute(
        "SELECT * FROM indexes WHERE project = ? AND name = ?", (project, name)
    ).fetchone()
    return row


def by_key(state: State, key: int) -> Row | None:
    """Return the index with that key."""
    row: Row | None = state.connection.execute(
        "SELECT * FROM indexes WHERE key = ?", (key,)
    ).fetchone()
    return row


def describe(state: State, project: str, name: str) -> Row:
    """Return the index of that name.

    Raises:
        ServiceError: 404 where there is none, or it is too new to be seen.
    """
    row = find(state, project, name)
    lag = state.settings.describe_lag_seconds
    if row is None or (lag and row["created_at"] + lag > state.clock.now()):
        raise not_found(name)
    return row


def list_all(state: State, project: str) -> list[Row]:
    """Return the project's indexes by name."""
    return state.connection.execute(
        "SELECT * FROM indexes WHERE project = ? AND created_at <= ? ORDER BY name",
        (project, state.listed_until),
    ).fetchall()


def configure(
    state: State,
    project: str,
    version: ApiVersion,
    name: str,
    *,
    tags: dict[str, str] | None = None,
    deletion_protection: str | None = None,
    read_capacity: dict[str, Any] | None = None,
    definition: Definition | None = None,
) -> Row:
    """Change an index in place; what is None stays."""
    row = describe(state, project, name)
    if row["state"] == "Terminating":
        raise invalid(f"Index {name} is being deleted")
    columns: dict[str, Any] = {}
    if tags is not None:
        columns["tags"] = orjson.dumps(_merged(orjson.loads(row["tags"]), tags, version)).decode()
    if deletion_protection is not None:
        columns["deletion_protection"] = deletion_protection
    if definition is not None:
        columns["definition"] = definition.to_json()
    if read_capacity is not None:
        columns |= capacity.changed(state, row, read_capacity)
    if columns:
        with state.change() as connection:
            assignments = ", ".join(f"{column} = ?" for column in columns)
            connection.execute(
                f"UPDATE indexes SET {assignments} WHERE key = ?",  # noqa: S608 - names are ours
                (*columns.values(), row["key"]),
            )
            state.effect(
                state.clock.now(),
                f"index configured {name}",
                project=project,
                changed=sorted(columns),
            )
    changed = by_key(state, row["key"])
    if changed is None:
        raise not_found(name)
    return changed


def _merged(old: dict[str, str], new: dict[str, str], version: ApiVersion) -> dict[str, str]:
    rules.check_tags({key: value for key, value in new.items() if value}, version)
    merged = {key: value for key, value in (old | new).items() if value}
    if len(merged) > rules.TAG_LIMIT:
        raise invalid(f"An index can have at most {rules.TAG_LIMIT} tags, got {len(merged)}")
    return merged


def delete(state: State, project: str, name: str, fault: Fault | None = None) -> None:
    """Delete an index: it terminates for a while and is gone then."""
    row = describe(state, project, name)
    if row["deletion_protection"] == "enabled":
        raise protected()
    if row["state"] == "Terminating":
        return
    now = state.clock.now()
    gone_at = now + state.settings.delete_seconds
    with state.change() as connection:
        connection.execute(
            "UPDATE indexes SET state = 'Terminating', gone_at = ? WHERE key = ?",
            (gone_at, row["key"]),
        )
        connection.execute(
            "UPDATE restore_jobs SET status = 'Cancelled', completed_at = ?"
            " WHERE index_key = ? AND status = 'Pending'",
            (now, row["key"]),
        )
        state.effect(now, f"index terminating {name}", project=project, index_id=row["index_id"])
        if not (fault and fault.kind == "never_finish"):
            state.plan(gone_at, "index_gone", row["key"])
    state.settle()


def gone(state: State, ref: str, at: float) -> None:
    """Carry out the end of an index's deletion."""
    row = by_key(state, int(ref))
    if row is None:
        return
    records.drop(state.connection, row["key"])
    state.connection.execute(
        "INSERT INTO past_indexes VALUES (?, ?, ?, ?)",
        (row["index_id"], row["project"], row["name"], at),
    )
    state.connection.execute("DELETE FROM schedules WHERE index_id = ?", (row["index_id"],))
    state.connection.execute("DELETE FROM indexes WHERE key = ?", (row["key"],))
    state.effect(
        at, f"index deleted {row['name']}", project=row["project"], index_id=row["index_id"]
    )


def deleted_at(state: State, index_id: str) -> float | None:
    """Return when an index was deleted, None while it exists."""
    row = state.connection.execute(
        "SELECT deleted_at FROM past_indexes WHERE index_id = ?", (index_id,)
    ).fetchone()
    return None if row is None else float(row["deleted_at"])


def has_existed(state: State, project: str, name: str) -> bool:
    """Tell whether an index of that name was deleted."""
    row = state.connection.execute(
        "SELECT 1 FROM past_indexes WHERE project = ? AND name = ? LIMIT 1", (project, name)
    ).fetchone()
    return row is not None


def fix(state: State, project: str, name: str, column: str, value: str | None) -> None:
    """Fix the `state` of an index, or its `capacity_state` (None lets it go its way again)."""
    row = describe(state, project, name)
    with state.change() as connection:
        connection.execute(
            f"UPDATE indexes SET {column} = ? WHERE key = ?",  # noqa: S608 - names are ours
            (value, row["key"]),
        )
