"""The journal of a recovery: which records differ, and which are written, in a file.

It is an SQLite database, so that it holds any number of ids without memory, and that a run that is
killed goes on without writing a record twice: what was sent without an answer is compared again.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pulumi_pinecone_backup.errors import ConfigurationError

# What is known of a record; `sent` was written without an answer yet.
LISTED, MISSING, DIFFERENT, EQUAL, EXTRA, SENT, WRITTEN, DELETED = range(8)
_FORMAT: Final = 1
_SCHEMA: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE namespaces (name TEXT PRIMARY KEY, step INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    namespace TEXT NOT NULL, id TEXT NOT NULL,
    in_backup INTEGER NOT NULL DEFAULT 0, in_index INTEGER NOT NULL DEFAULT 0,
    was INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (namespace, id)
) WITHOUT ROWID;
"""
_SIDES: Final = ("in_backup", "in_index")


class Journal:
    """What is known and done; many threads may use one.

    Args:
        path: The file, which is made if it does not exist.

    Raises:
        ConfigurationError: It is not a journal, of another version, or in use by another run.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        is_new = not path.exists()
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(path, timeout=2.0, check_same_thread=False)
            self._connection = connection
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA journal_mode = WAL")
            with self._connection:
                if is_new:
                    self._connection.executescript(_SCHEMA)
                    self.note("format", _FORMAT)
            version = self.fact("format")
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise ConfigurationError(
                f"`{path}` cannot be used as the journal of a recovery: {error}"
            ) from error
        if version != _FORMAT:
            self.close()
            raise ConfigurationError(f"`{path}` is the journal of another version: `{version}`")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def remove(self) -> None:
        """Close and delete the file: nothing has to go on."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    @property
    def is_begun(self) -> bool:
        """Whether anything is known that another run could go on with."""
        with self._lock:
            row = self._connection.execute("SELECT EXISTS (SELECT 1 FROM records)").fetchone()
        return bool(row[0])

    def note(self, name: str, value: Any) -> None:
        """Remember a fact of the run."""
        with self._write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value))
            )

    def fact(self, name: str, default: Any = None) -> Any:
        """Return a fact."""
        with self._lock:
            row = self._connection.execute(
                "SELECT value FROM facts WHERE name = ?", (name,)
            ).fetchone()
        return default if row is None else json.loads(row[0])

    def step(self, namespace: str) -> int:
        """Return how many steps of a namespace are done."""
        with self._lock:
            row = self._connection.execute(
                "SELECT step FROM namespaces WHERE name = ?", (namespace,)
            ).fetchone()
        return 0 if row is None else int(row[0])

    def finish_step(self, namespace: str, step: int) -> None:
        """Remember that a step of a namespace is done."""
        with self._write() as connection:
            connection.execute("INSERT OR REPLACE INTO namespaces VALUES (?, ?)", (namespace, step))

    def add(self, namespace: str, ids: Iterable[str], *, in_backup: bool) -> None:
        """Note ids that one side has."""
        side = _SIDES[0] if in_backup else _SIDES[1]
        with self._write() as connection:
            connection.executemany(
                f"INSERT INTO records (namespace, id, {side}) VALUES (?, ?, 1) "  # noqa: S608
                f"ON CONFLICT DO UPDATE SET {side} = 1",
                ((namespace, each) for each in ids),
            )

    def add_missing(self, namespace: str, ids: Sequence[str]) -> list[str]:
        """Note ids that only the backup has; return those that were not known before."""
        marks = ", ".join("?" * len(ids))
        with self._write() as connection:
            rows = connection.execute(
                "SELECT id FROM records WHERE namespace = ? "  # noqa: S608
                f"AND id IN ({marks})",
                (namespace, *ids),
            ).fetchall()
            connection.executemany(
                "INSERT OR IGNORE INTO records (namespace, id, in_backup, was, state) "
                "VALUES (?, ?, 1, ?, ?)",
                ((namespace, each, MISSING, MISSING) for each in ids),
            )
        known = {row[0] for row in rows}
        return [each for each in ids if each not in known]

    def forget(self, namespace: str) -> None:
        """Drop a listing that did not come to its end."""
        with self._write() as connection:
            connection.execute("DELETE FROM records WHERE namespace = ?", (namespace,))

    def sort_by_side(self, namespace: str) -> None:
        """Settle what the listings alone tell: what is missing, and what is extra."""
        with self._write() as connection:
            for state, backup, index in ((MISSING, 1, 0), (EXTRA, 0, 1)):
                connection.execute(
                    "UPDATE records SET state = ?, was = ? "
                    "WHERE namespace = ? AND in_backup = ? AND in_index = ? AND state = ?",
                    (state, state, namespace, backup, index, LISTED),
                )

    def settle(self, namespace: str, states: Mapping[str, int]) -> None:
        """Note what a comparison has shown; what it shows first is what was found."""
        with self._write() as connection:
            connection.executemany(
                "UPDATE records SET state = ?, was = CASE was WHEN 0 THEN ? ELSE was END "
                "WHERE namespace = ? AND id = ?",
                ((state, state, namespace, key) for key, state in states.items()),
            )

    def settle_rest(self, namespace: str, before: int, after: int) -> None:
        """Note one state for all records that have another one."""
        with self._write() as connection:
            connection.execute(
                "UPDATE records SET state = ?, was = CASE was WHEN 0 THEN ? ELSE was END "
                "WHERE namespace = ? AND state = ?",
                (after, after, namespace, before),
            )

    def move(self, namespace: str, ids: Iterable[str], state: int) -> None:
        """Note what was done with records."""
        with self._write() as connection:
            connection.executemany(
                "UPDATE records SET state = ? WHERE namespace = ? AND id = ?",
                ((state, namespace, each) for each in ids),
            )

    def ids(self, namespace: str, states: Sequence[int], count: int = 1000) -> Iterator[list[str]]:
        """Yield ids in some states, in order and in parts; states may change meanwhile."""
        after: str | None = None
        marks = ", ".join("?" * len(states))
        while True:
            with self._lock:
                rows = self._connection.execute(
                    "SELECT id FROM records WHERE namespace = ? AND id > ? "  # noqa: S608
                    f"AND state IN ({marks}) ORDER BY id LIMIT ?",
                    (namespace, after or "", *states, count),
                ).fetchall()
            if not rows:
                return
            found = [str(row[0]) for row in rows]
            yield found
            after = found[-1]

    def sample(self, namespace: str, states: Sequence[int], count: int) -> list[str]:
        """Return ids in some states, spread evenly over their order."""
        marks = ", ".join("?" * len(states))
        total = sum(self.counts(namespace).get(state, 0) for state in states)
        step = max(1, -(-total // count))
        with self._lock:
            rows = self._connection.execute(
                "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n "  # noqa: S608
                f"FROM records WHERE namespace = ? AND state IN ({marks})) WHERE n % ? = ?",
                (namespace, *states, step, 1 % step),
            ).fetchall()
        return [str(row[0]) for row in rows]

    def counts(self, namespace: str, column: str = "state") -> dict[int, int]:
        """Return how many records are in each state; `was` counts what was found at first."""
        if column not in ("state", "was"):
            raise ValueError(column)
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {column}, count(*) FROM records "  # noqa: S608 - one of two words
                f"WHERE namespace = ? GROUP BY {column}",
                (namespace,),
            ).fetchall()
        return {int(state): int(count) for state, count in rows}

    def in_backup(self, namespace: str) -> int:
        """Return how many records the backup has."""
        with self._lock:
            row = self._connection.execute(
                "SELECT count(*) FROM records WHERE namespace = ? AND in_backup", (namespace,)
            ).fetchone()
        return int(row[0])

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection
