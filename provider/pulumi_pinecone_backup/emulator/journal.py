"""What was asked and what came of it, in order: the counts and events that tests read."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from pulumi_pinecone_backup.emulator.clock import timestamp

# Enough for every test; a service left running for weeks must not fill the memory.
_EVENTS_KEPT = 200_000


class Journal:
    """Ordered events since the start or the last reset, kept in memory."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=_EVENTS_KEPT)
        self._counts: Counter[str] = Counter()
        self._number = 0

    def effect(self, at: float, text: str, **fields: Any) -> None:
        """Records what happened to an object, such as `index created docs`."""
        self._append({"kind": "effect", "at": at, "effect": text, **fields})

    def request(
        self, at: float, operation: str, method: str, path: str, query: str, status: int | None
    ) -> None:
        """Records one answered request; status None is a dropped connection."""
        self._counts[operation] += 1
        self._append(
            {
                "kind": "request",
                "at": at,
                "operation": operation,
                "method": method,
                "target": path,
                "query": query,
                "status": status,
            }
        )

    def _append(self, event: dict[str, Any]) -> None:
        self._number += 1
        event["number"] = self._number
        self._events.append(event)

    def events(self) -> list[dict[str, Any]]:
        """Returns the events, oldest first."""
        return [{**event, "at": timestamp(event["at"])} for event in self._events]

    def requests(self) -> dict[str, int]:
        """Returns how often each operation was asked for."""
        return dict(self._counts)

    def clear(self) -> None:
        """Forgets everything."""
        self._events.clear()
        self._counts.clear()
        self._number = 0
