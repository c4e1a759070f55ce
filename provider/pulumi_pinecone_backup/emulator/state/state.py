"""The emulated service without HTTP: its database, time, settings, faults and journal.

What belongs to one kind of object is in the modules `indexes`, `backups`, `restores`, `schedules`
and `records`, as functions over this state. Whatever takes time is a row in `due`, carried out by
`settle` when the state is next used, in the order of its time: a restart goes on by itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pulumi_pinecone_backup.emulator.state.clock import Clock
from pulumi_pinecone_backup.emulator.state.database import Database
from pulumi_pinecone_backup.emulator.state.faults import FaultQueue
from pulumi_pinecone_backup.emulator.state.journal import Journal
from pulumi_pinecone_backup.emulator.state.settings import Settings

Settler = Callable[["State", str, float], None]


class State:
    """Everything the emulator knows. Hold `lock` while using it."""

    def __init__(
        self, database: Path | None, settings: Settings, settlers: Mapping[str, Settler]
    ) -> None:
        """Open the database and go on where it was left.

        Args:
            database: File that keeps everything; without it all is gone at the end.
            settings: What the service is like.
            settlers: What carries out each kind of what is due; see `settlers`.
        """
        self._settlers = settlers
        self.database = Database(database)
        self.settings = settings
        self.journal = Journal()
        self.faults = FaultQueue()
        self.lock = threading.RLock()
        self.clock = Clock(self._stored_offset())
        self._next_due = 0.0
        self._effects: list[tuple[float, str, dict[str, Any]]] = []

    def _stored_offset(self) -> float:
        row = self.connection.execute(
            "SELECT value FROM settings WHERE name = 'clock_offset'"
        ).fetchone()
        return float(row["value"]) if row else 0.0

    @property
    def connection(self) -> sqlite3.Connection:
        """The database's connection, for reading; change inside `change` only."""
        return self.database.connection

    @contextlib.contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Make a change as one transaction; its effects are journaled once it is certain."""
        if self.connection.in_transaction:
            yield self.connection
            return
        self._effects.clear()
        with self.database.transaction() as connection:
            yield connection
        for at, text, fields in self._effects:
            self.journal.effect(at, text, **fields)
        self._effects.clear()

    def effect(self, at: float, text: str, **fields: Any) -> None:
        """Note an effect of the running change."""
        self._effects.append((at, text, fields))

    def plan(self, at: float, kind: str, ref: str | int) -> None:
        """Plan that something happens at a time; call inside `change`."""
        self.connection.execute(
            "INSERT INTO due (at, kind, ref) VALUES (?, ?, ?)", (at, kind, str(ref))
        )
        self._next_due = min(self._next_due, at)

    def settle(self) -> None:
        """Carry out everything that is due by now."""
        now = self.clock.now()
        while now >= self._next_due:
            row = self.connection.execute(
                "SELECT number, at, kind, ref FROM due ORDER BY at, number LIMIT 1"
            ).fetchone()
            if row is None or row["at"] > now:
                self._next_due = float("inf") if row is None else row["at"]
                return
            with self.change() as connection:
                connection.execute("DELETE FROM due WHERE number = ?", (row["number"],))
                self._settlers[row["kind"]](self, row["ref"], row["at"])

    def advance(self, seconds: float) -> None:
        """Move the time forward and carry out what became due.

        Raises:
            ValueError: `seconds` is negative.
        """
        self.clock.advance(seconds)
        with self.change() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO settings VALUES ('clock_offset', ?)",
                (str(self.clock.offset_seconds),),
            )
        self.settle()

    def reset(self) -> None:
        """Remove all objects, faults and events; time and settings stay."""
        self.database.clear()
        self.faults.clear()
        self.journal.clear()
        self._next_due = 0.0

    def close(self) -> None:
        """Close the database."""
        self.database.close()


@lru_cache(maxsize=1024)
def project_of(api_key: str) -> str:
    """Return the id of the project that a key belongs to: 7 lower-case alphanumerics."""
    number = int.from_bytes(hashlib.sha256(api_key.encode()).digest()[:8], "big")
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    digits = []
    for _ in range(7):
        number, digit = divmod(number, len(letters))
        digits.append(letters[digit])
    return "".join(digits)
