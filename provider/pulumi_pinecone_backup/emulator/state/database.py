"""The SQLite file that holds everything the emulator knows.

Rows of vectors live once in `payloads`; an index and a backup are lists of references to them in
`records`, so that a snapshot copies references and never vectors. Every change is one transaction:
a process killed at any moment leaves the state before or after it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

Row = sqlite3.Row

_LAYOUT = 3
# A killed predecessor lets go of the file at once, a stopping one soon.
_LOCK_SECONDS = 2.0

_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE indexes (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  index_id TEXT NOT NULL UNIQUE, project TEXT NOT NULL, name TEXT NOT NULL,
  definition TEXT NOT NULL, tags TEXT NOT NULL, deletion_protection TEXT NOT NULL,
  read_capacity TEXT, capacity_ready_at REAL, capacity_state TEXT,
  state TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT 'Ready',
  source_backup_id TEXT, created_at REAL NOT NULL, ready_at REAL, gone_at REAL,
  UNIQUE (project, name)
);
CREATE TABLE past_indexes (
  index_id TEXT PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL, deleted_at REAL NOT NULL
);
CREATE TABLE backups (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  backup_id TEXT NOT NULL UNIQUE, project TEXT NOT NULL, name TEXT, description TEXT,
  index_id TEXT NOT NULL, index_name TEXT NOT NULL,
  definition TEXT NOT NULL, tags TEXT NOT NULL,
  record_count INTEGER NOT NULL, namespace_count INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  status TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT 'Ready',
  schedule_id TEXT, scheduled_at REAL,
  created_at REAL NOT NULL, ready_at REAL, gone_at REAL, expires_at REAL
);
CREATE INDEX backups_of_project ON backups (project, backup_id);
CREATE INDEX backups_of_index ON backups (index_id);
CREATE TABLE restore_jobs (
  job_id TEXT PRIMARY KEY, project TEXT NOT NULL, backup_id TEXT NOT NULL,
  backup_key INTEGER NOT NULL, index_key INTEGER NOT NULL,
  index_id TEXT NOT NULL, index_name TEXT NOT NULL,
  status TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT 'Completed',
  withheld TEXT, created_at REAL NOT NULL, due_at REAL, completed_at REAL
);
CREATE INDEX restore_jobs_of_project ON restore_jobs (project, job_id);
CREATE INDEX restore_jobs_of_backup ON restore_jobs (backup_id);
CREATE TABLE schedules (
  schedule_id TEXT PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL,
  index_id TEXT NOT NULL, frequency TEXT NOT NULL, retention_days INTEGER NOT NULL,
  enabled INTEGER NOT NULL, next_run_at REAL, next_backup_id TEXT NOT NULL,
  created_at REAL NOT NULL, planned_at REAL
);
CREATE INDEX schedules_of_index ON schedules (index_id);
CREATE TABLE due (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL
);
CREATE INDEX due_at ON due (at, number);
CREATE TABLE payloads (
  payload INTEGER PRIMARY KEY,
  dense BLOB, sparse_indices BLOB, sparse_values BLOB, metadata TEXT
);
CREATE TABLE records (
  owner INTEGER NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, payload INTEGER NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (owner, namespace, id)
) WITHOUT ROWID;
CREATE INDEX records_of_payload ON records (payload);
CREATE TABLE namespaces (
  owner INTEGER NOT NULL, name TEXT NOT NULL, fields TEXT,
  PRIMARY KEY (owner, name)
) WITHOUT ROWID;
"""
_ALIASES = """
CREATE TABLE aliases (
  owner INTEGER NOT NULL, name TEXT NOT NULL, target TEXT NOT NULL,
  created_at REAL NOT NULL, updated_at REAL NOT NULL,
  PRIMARY KEY (owner, name)
) WITHOUT ROWID;
"""
_TABLES += _ALIASES


# Layout -> what makes it the next one.
_UPGRADES = {
    1: """
ALTER TABLE schedules ADD COLUMN planned_at REAL;
UPDATE schedules SET planned_at = created_at;
""",
    2: _ALIASES,
}


class DatabaseError(Exception):
    """The file cannot be used as the emulator's database."""


def _unusable(path: Path | None, error: sqlite3.Error) -> DatabaseError:
    hint = "; is another emulator using it?" if "locked" in str(error) else ""
    return DatabaseError(f"Cannot use `{path}` as the emulator's database: {error}{hint}")


class Database:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, or a private temporary database that is gone at the end.

        Raises:
            DatabaseError: The file is not a database of this emulator, or cannot be opened.
        """
        # An empty name makes a database that spills to disk, so vectors need no memory.
        name = "" if path is None else str(path)
        try:
            self.connection = sqlite3.connect(
                name, timeout=_LOCK_SECONDS, check_same_thread=False, isolation_level=None
            )
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            self.connection.row_factory = sqlite3.Row
            self._prepare()
        except sqlite3.Error as error:
            self.connection.close()
            raise _unusable(path, error) from error
        except DatabaseError:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        # Looked at before anything is written: a file of something else stays as it is.
        layout = self.connection.execute("PRAGMA user_version").fetchone()[0]
        tables = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if layout not in (*_UPGRADES, _LAYOUT) and (layout or tables):
            raise DatabaseError(
                f"The database has layout {layout}, this emulator reads layout {_LAYOUT}: "
                "use another file"
            )
        # Several vectors fit in a page of this size; in a smaller one much of it would be empty.
        self.connection.execute("PRAGMA page_size = 16384")
        # Held until the end: two emulators on one file would each miss what the other planned.
        self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing at this level; only a power cut may lose the last writes.
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA cache_size = -65536")
        self.connection.executescript("BEGIN IMMEDIATE; COMMIT;")
        if layout == _LAYOUT:
            return
        steps = "".join(_UPGRADES[number] for number in range(layout, _LAYOUT)) if layout else ""
        self.connection.executescript(
            f"BEGIN;{steps or _TABLES}PRAGMA user_version = {_LAYOUT};COMMIT;"
        )

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Make everything inside happen together or not at all; may be nested."""
        if self.connection.in_transaction:
            yield self.connection
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself after some errors, such as a full disk.
            with contextlib.suppress(sqlite3.OperationalError):
                self.connection.execute("ROLLBACK")
            raise

    def clear(self) -> None:
        """Remove everything but the settings."""
        with self.transaction() as connection:
            for table in (
                "due",
                "indexes",
                "past_indexes",
                "backups",
                "restore_jobs",
                "schedules",
                "payloads",
                "records",
                "namespaces",
                "aliases",
            ):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names are ours

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
