"""Restores that look complete and are not: the right counts, and other content."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Sequence
from typing import Final, Literal

import orjson

from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.records import Record

Tampering = Literal["swap_namespaces", "replace_ids", "flip_value", "change_metadata"]


def tamper(
    connection: sqlite3.Connection,
    owner: int,
    how: Tampering,
    count: int | None,
    namespaces: Sequence[str] | None,
) -> None:
    """Change what an index holds without changing how much it is.

    Args:
        connection: The database, in a transaction.
        owner: Key of the index.
        how: What is changed.
        count: How many records of each namespace, the first by id; all where it is None.
        namespaces: In which; all where it is None.
    """
    chosen = [
        name
        for name in records.counts(connection, owner)
        if namespaces is None or name in namespaces
    ]
    if how == "swap_namespaces":
        if len(chosen) > 1:
            _swap(connection, owner, chosen[0], chosen[1])
        return
    for namespace in chosen:
        ids = sorted(records.all_ids(connection, owner, namespace))[:count]
        found = records.fetch(connection, owner, namespace, ids)
        if how == "replace_ids":
            records.delete_ids(connection, owner, namespace, ids)
        if found:
            changed = [_CHANGES[how](record) for record in found]
            records.upsert(connection, owner, namespace, changed)


def _swap(connection: sqlite3.Connection, owner: int, first: str, second: str) -> None:
    between = "\x00swapped"
    for old, new in ((first, between), (second, first), (between, second)):
        connection.execute(
            "UPDATE records SET namespace = ? WHERE owner = ? AND namespace = ?",
            (new, owner, old),
        )


def _other_id(record: Record) -> Record:
    return record._replace(id=f"other-{record.id}")


def _flipped(record: Record) -> Record:
    """Turn the sign of the record's last number that is not 0, else make one of it."""
    for part in ("dense", "sparse_values"):
        packed: bytes | None = getattr(record, part)
        if not packed:
            continue
        values = list(struct.unpack(f"<{len(packed) // 4}f", packed))
        position = max((n for n, value in enumerate(values) if value), default=0)
        values[position] = -values[position] or 1.0
        flipped = struct.pack(f"<{len(values)}f", *values)
        if part == "dense":
            return record._replace(dense=flipped)
        return record._replace(sparse_values=flipped)
    return record


def _other_metadata(record: Record) -> Record:
    metadata = orjson.loads(record.metadata) if record.metadata else {}
    metadata["tampered"] = True
    return record._replace(metadata=orjson.dumps(metadata).decode())


_CHANGES: Final[dict[str, Callable[[Record], Record]]] = {
    "replace_ids": _other_id,
    "flip_value": _flipped,
    "change_metadata": _other_metadata,
}
