"""What was asked and what came of it, in order: the counts and events that tests read."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from pulumi_pinecone_backup.emulator.state.clock import timestamp


class Journal:
    """Ordered events since the start or the last reset, the newest of them, kept in memory."""

    def __init__(self, kept: int) -> None:
        """Begin an empty journal that keeps that many events."""
        # Tuples of texts and numbers, since the garbage collector need not look at those.
        self._events: deque[tuple[Any, ...]] = deque(maxlen=kept)
        self._counts: Counter[str] = Counter()
        self._number = 0

    def keep(self, count: int) -> None:
        """Keep that many events from now on, and forget older ones."""
        if count != self._events.maxlen:
            self._events = deque(self._events, maxlen=count)

    def effect(self, at: float, text: str, **fields: Any) -> None:
        """Record what happened to an object, such as `index created docs`."""
        self._number += 1
        self._events.append((self._number, at, text, tuple(fields.items())))

    def request(
        self, at: float, operation: str, method: str, path: str, query: str, status: int | None
    ) -> None:
        """Record one answered request; status None is a dropped connection."""
        self._counts[operation] += 1
        self._number += 1
        self._events.append((self._number, at, operation, method, path, query, status))

    def events(self) -> list[dict[str, Any]]:
        """Return the events, oldest first."""
        return [_readable(*event) for event in self._events]

    def requests(self) -> dict[str, int]:
        """Return how often each operation was asked for."""
        return dict(self._counts)

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()
        self._counts.clear()
        self._number = 0


def _readable(number: int, at: float, name: str, *rest: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"number": number, "at": timestamp(at)}
    if len(rest) == 1:
        return common | {"kind": "effect", "effect": name} | dict(rest[0])
    method, path, query, status = rest
    return common | {
        "kind": "request",
        "operation": name,
        "method": method,
        "target": path,
        "query": query,
        "status": status,
    }
