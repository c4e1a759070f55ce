"""Records of indexes and backups: who owns which payload.

An owner is the key of an index, or the negative key of a backup. A payload (the vectors and
metadata of one record) is stored once, whoever refers to it, and removed with the last reference.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# SQLite takes many more parameters in one statement, but not in every build.
_CHUNK = 500


class Record(NamedTuple):
    """One record as stored: little-endian float32 and uint32 arrays, metadata as JSON."""

    id: str
    dense: bytes | None
    sparse_indices: bytes | None = None
    sparse_values: bytes | None = None
    metadata: str | None = None

    @property
    def size(self) -> int:
        """The bytes that the record counts for."""
        parts = (self.dense, self.sparse_indices, self.sparse_values, self.metadata)
        return len(self.id) + sum(len(part) for part in parts if part is not None)


_SCAN_BY_ID = """
SELECT id, dense, sparse_indices, sparse_values, metadata
FROM records JOIN payloads USING (payload)
WHERE owner = ? AND namespace = ? ORDER BY id
"""
# The limit keeps SQLite from sorting whole payloads, where sorting their numbers is enough.
_SCAN_BY_PAYLOAD = """
SELECT id, dense, sparse_indices, sparse_values, metadata
FROM (
  SELECT id, payload FROM records WHERE owner = ? AND namespace = ? ORDER BY payload LIMIT -1
) CROSS JOIN payloads USING (payload)
"""


@dataclass(frozen=True)
class Totals:
    """Sums over an owner's records."""

    record_count: int
    namespace_count: int
    size_bytes: int


def upsert(
    connection: sqlite3.Connection, owner: int, namespace: str, rows: Sequence[Record]
) -> None:
    """Write records, in place of those with the same ids."""
    latest = {row.id: row for row in rows}
    replaced = _payloads_of(connection, owner, namespace, list(latest))
    first = connection.execute("SELECT coalesce(max(payload), 0) + 1 FROM payloads").fetchone()[0]
    numbered = list(enumerate(latest.values(), start=first))
    connection.executemany(
        "INSERT INTO payloads VALUES (?, ?, ?, ?, ?)",
        (
            (number, row.dense, row.sparse_indices, row.sparse_values, row.metadata)
            for number, row in numbered
        ),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)",
        ((owner, namespace, row.id, number, row.size) for number, row in numbered),
    )
    connection.execute(
        "INSERT OR IGNORE INTO namespaces (owner, name) VALUES (?, ?)", (owner, namespace)
    )
    _drop_unused(connection, list(replaced.values()))


def _payloads_of(
    connection: sqlite3.Connection, owner: int, namespace: str, ids: Sequence[str]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        found.update(
            connection.execute(
                "SELECT id, payload FROM records"  # noqa: S608 - only question marks
                f" WHERE owner = ? AND namespace = ? AND id IN ({marks})",
                (owner, namespace, *chunk),
            ).fetchall()
        )
    return found


def _drop_unused(connection: sqlite3.Connection, payloads: Sequence[int]) -> None:
    connection.executemany(
        "DELETE FROM payloads WHERE payload = :payload"
        " AND NOT EXISTS (SELECT 1 FROM records WHERE payload = :payload)",
        ({"payload": payload} for payload in payloads),
    )


def delete_ids(
    connection: sqlite3.Connection, owner: int, namespace: str, ids: Sequence[str]
) -> None:
    """Remove the records with these ids; those that do not exist do not matter."""
    found = _payloads_of(connection, owner, namespace, ids)
    connection.executemany(
        "DELETE FROM records WHERE owner = ? AND namespace = ? AND id = ?",
        ((owner, namespace, record) for record in found),
    )
    _drop_unused(connection, list(found.values()))


def delete_namespace(connection: sqlite3.Connection, owner: int, namespace: str) -> None:
    """Remove a namespace and all its records."""
    connection.execute(
        "DELETE FROM payloads WHERE payload IN"
        " (SELECT payload FROM records WHERE owner = :owner AND namespace = :namespace)"
        " AND NOT EXISTS (SELECT 1 FROM records r WHERE r.payload = payloads.payload"
        " AND NOT (r.owner = :owner AND r.namespace = :namespace))",
        {"owner": owner, "namespace": namespace},
    )
    connection.execute("DELETE FROM records WHERE owner = ? AND namespace = ?", (owner, namespace))
    connection.execute("DELETE FROM namespaces WHERE owner = ? AND name = ?", (owner, namespace))


def drop(connection: sqlite3.Connection, owner: int) -> None:
    """Remove everything that an owner has."""
    connection.execute(
        "DELETE FROM payloads WHERE payload IN (SELECT payload FROM records WHERE owner = :owner)"
        " AND NOT EXISTS"
        " (SELECT 1 FROM records r WHERE r.payload = payloads.payload AND r.owner <> :owner)",
        {"owner": owner},
    )
    connection.execute("DELETE FROM records WHERE owner = ?", (owner,))
    connection.execute("DELETE FROM namespaces WHERE owner = ?", (owner,))
    connection.execute("DELETE FROM aliases WHERE owner = ?", (owner,))


def snapshot(connection: sqlite3.Connection, source: int, target: int) -> None:
    """Give a new owner all records of another one; payloads are shared, aliases stay behind."""
    connection.execute(
        "INSERT INTO records SELECT ?, namespace, id, payload, size FROM records WHERE owner = ?",
        (target, source),
    )
    connection.execute(
        "INSERT INTO namespaces SELECT ?, name, fields FROM namespaces WHERE owner = ?",
        (target, source),
    )


def withhold(
    connection: sqlite3.Connection, owner: int, count: int, namespaces: Sequence[str] | None
) -> None:
    """Remove a number of records, the last ones first, from some namespaces or all."""
    rows = connection.execute(
        "SELECT namespace, id FROM records WHERE owner = ? ORDER BY namespace DESC, id DESC",
        (owner,),
    ).fetchall()
    chosen = [row for row in rows if namespaces is None or row["namespace"] in namespaces]
    for row in chosen[:count]:
        delete_ids(connection, owner, row["namespace"], [row["id"]])
    connection.execute(
        "DELETE FROM namespaces WHERE owner = :owner AND fields IS NULL"
        " AND name NOT IN (SELECT namespace FROM records WHERE owner = :owner)",
        {"owner": owner},
    )


def totals(connection: sqlite3.Connection, owner: int) -> Totals:
    """Return the sums over an owner's records."""
    row = connection.execute(
        "SELECT count(*), count(DISTINCT namespace), coalesce(sum(size), 0)"
        " FROM records WHERE owner = ?",
        (owner,),
    ).fetchone()
    return Totals(*row)


def counts(connection: sqlite3.Connection, owner: int) -> dict[str, tuple[int, int]]:
    """Return the number of records and their bytes for each namespace, also an empty one."""
    result = dict.fromkeys(
        (
            row["name"]
            for row in connection.execute(
                "SELECT name FROM namespaces WHERE owner = ? ORDER BY name", (owner,)
            )
        ),
        (0, 0),
    )
    for namespace, count, size in connection.execute(
        "SELECT namespace, count(*), sum(size) FROM records WHERE owner = ? GROUP BY namespace",
        (owner,),
    ):
        result[namespace] = (count, size)
    return result


def fetch(
    connection: sqlite3.Connection, owner: int, namespace: str, ids: Sequence[str]
) -> list[Record]:
    """Return the records with these ids, those that exist."""
    result: list[Record] = []
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        rows = connection.execute(
            "SELECT id, dense, sparse_indices, sparse_values, metadata"  # noqa: S608
            " FROM records JOIN payloads USING (payload)"
            f" WHERE owner = ? AND namespace = ? AND id IN ({marks})",
            (owner, namespace, *chunk),
        )
        result.extend(Record._make(row) for row in rows)
    return result


def scan(
    connection: sqlite3.Connection, owner: int, namespace: str, *, is_ordered: bool = True
) -> Iterator[Record]:
    """Return all records of a namespace one by one, without holding them in memory.

    Args:
        connection: The database.
        owner: Whose records.
        namespace: Which of them.
        is_ordered: Whether they come by id; else as they lie on disk, which is much faster.
    """
    rows = connection.execute(_SCAN_BY_ID if is_ordered else _SCAN_BY_PAYLOAD, (owner, namespace))
    return map(Record._make, rows)


def all_ids(connection: sqlite3.Connection, owner: int, namespace: str) -> list[str]:
    """Return all ids of a namespace."""
    rows = connection.execute(
        "SELECT id FROM records WHERE owner = ? AND namespace = ?", (owner, namespace)
    )
    return [row["id"] for row in rows]


def list_ids(
    connection: sqlite3.Connection,
    owner: int,
    namespace: str,
    *,
    prefix: str,
    after: str | None,
    limit: int,
) -> list[str]:
    """Return ids in order, those with a prefix, after a given one."""
    rows = connection.execute(
        "SELECT id FROM records WHERE owner = ? AND namespace = ? AND id >= ?"
        " AND (? IS NULL OR id > ?) AND substr(id, 1, ?) = ? ORDER BY id LIMIT ?",
        (owner, namespace, prefix, after, after, len(prefix), prefix, limit),
    )
    return [row["id"] for row in rows]
