"""What the emulator's ordered journal proves about restored indexes and backups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from support.live_service import Service
from support.pulumi_stack import Stack


@dataclass(frozen=True)
class Gap:
    """A moment from which on no restored index was usable.

    Attributes:
        index: Name of the index that was deleted.
        backup: The backup that the next restore was made from, or None.
        was_seen_ready: Whether that backup was described as Ready before the delete, in this run.
    """

    index: str
    backup: str | None
    was_seen_ready: bool


class Journal:
    """The journal since a mark: one run of a stack with one restored index."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._mark = 0

    def mark(self) -> None:
        """Start anew: what was until now belongs to an earlier run."""
        self._mark = int(self._all()[-1]["number"])

    def effects(self, *words: str) -> list[str]:
        """Return the effects since the mark that start with one of the words."""
        texts = [event["effect"] for event in self._since() if event["kind"] == "effect"]
        return [text for text in texts if not words or text.startswith(words)]

    def requests(self, operation: str) -> int:
        """Return how often an operation was asked for since the mark."""
        return sum(event.get("operation") == operation for event in self._since())

    def gaps(self) -> list[Gap]:
        """Return every moment since the mark at which the last usable restored index went."""
        usable: set[str] = set()
        restored: set[str] = set()
        found = []
        for event in self._all():
            kind, _, name = event.get("effect", "").rpartition(" ")
            if kind == "restore started":
                restored.add(name)
            elif kind == "index ready" and name in restored:
                usable.add(name)
            elif kind in ("index terminating", "index deleted") and name in usable:
                usable.discard(name)
                if not usable and event["number"] > self._mark:
                    found.append(self._gap(event["number"], name))
        return found

    def _gap(self, number: int, index: str) -> Gap:
        later = (event for event in self._all() if event["number"] > number)
        starts = (e for e in later if e.get("effect", "").startswith("restore started "))
        backup = next((event["backup_id"] for event in starts), None)
        return Gap(index, backup, self._was_seen_ready(backup, number))

    def _was_seen_ready(self, backup: str | None, before: int) -> bool:
        """Return whether a describe of the backup was answered after it had become Ready."""
        is_ready = False
        for event in self._all():
            if event["number"] >= before:
                return False
            is_ready = is_ready or event.get("effect") == f"backup ready {backup}"
            if (
                is_ready
                and event["number"] > self._mark
                and event.get("operation") == "describe_backup"
                and event["target"].endswith(f"/{backup}")
                and event["status"] == 200
            ):
                return True
        return False

    def _all(self) -> list[dict[str, Any]]:
        return self.service.emulator.events()

    def _since(self) -> Iterator[dict[str, Any]]:
        return (event for event in self._all() if event["number"] > self._mark)


def assert_exactly_declared(stack: Stack, service: Service, *sources: str) -> None:
    """Assert that the service holds what the state records and the sources, and nothing else."""
    rows = [row for row in stack.rows() if row["type"].startswith(stack.door.tokens)]
    assert not [row["id"] for row in rows if row.get("delete")], "pending deletes are left"
    ids = {kind: {row["id"] for row in rows if row["type"].endswith(kind)} for kind in _KINDS}
    assert service.indexes() == ids[":RestoredIndex"] | set(sources or ("products",))
    assert service.backups() == ids[":Backup"]


_KINDS = (":RestoredIndex", ":Backup")
