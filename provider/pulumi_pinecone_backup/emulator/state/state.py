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
        self.journal = Journal(settings.journal_events)
        self.faults = FaultQueue()
        self.lock = threading.RLock()
        self.clock = Clock(self._stored("clock_offset"), self._stored("clock_skew"))
        self._next_due = 0.0
        self._effects: list[tuple[float, str, dict[str, Any]]] = []
        self._set_skew(settings.clock_skew_seconds)

    def _stored(self, name: str) -> float:
        row = self.connection.execute(
            "SELECT value FROM settings WHERE name = ?", (name,)
        ).fetchone()
        return float(row["value"]) if row else 0.0

    def _store(self, name: str, value: float) -> None:
        self.connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, str(value)))

    def configure(self, settings: Settings) -> None:
        """Change what the service is like."""
        self._set_skew(settings.clock_skew_seconds)
        self.journal.keep(settings.journal_events)
        self.settings = settings

    def _set_skew(self, seconds: float) -> None:
        """Set the clock ahead or behind; what is planned still takes as long as it would."""
        change = seconds - self.clock.skew_seconds
        if not change:
            return
        with self.change() as connection:
            connection.execute("UPDATE due SET at = at + ?", (change,))
            for table, column in (
                ("indexes", "capacity_ready_at"),
                ("backups", "expires_at"),
                ("schedules", "next_run_at"),
            ):
                connection.execute(
                    f"UPDATE {table} SET {column} = {column} + ?",  # noqa: S608 - names are ours
                    (change,),
                )
            self._store("clock_skew", seconds)
        self.clock.skew_seconds = seconds
        self._next_due = 0.0

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

    @property
    def listed_until(self) -> float:
        """The latest creation that lists show."""
        lag = self.settings.list_lag_seconds
        return self.clock.now() - lag if lag else float("inf")

    def advance(self, seconds: float) -> None:
        """Move the time forward and carry out what became due.

        Raises:
            ValueError: `seconds` is negative or too large; the time stays.
        """
        before = self.clock.offset_seconds
        self.clock.advance(seconds)
        try:
            with self.change():
                self._store("clock_offset", self.clock.offset_seconds)
        except BaseException:
            self.clock.offset_seconds = before
            raise
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
