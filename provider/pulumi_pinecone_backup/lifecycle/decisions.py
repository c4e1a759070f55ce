"""What the checks of one process have decided."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Decision:
    """What a check has decided for a resource that a state records.

    Attributes:
        digest: Stands for the program's inputs, so that the same question gets the same answer.
        inputs: What the check answered: pinned values in place of the program's.
        replacement_inputs: What a new object is made with: the program's values.
    """

    digest: str
    inputs: dict[str, Any]
    replacement_inputs: dict[str, Any]


class Decisions:
    """What the checks of this process have decided, by resource key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions: dict[str, Decision] = {}
        self._checked: set[str] = set()

    def of(self, key: str) -> Decision | None:
        """Return what was decided for a resource, or None."""
        with self._lock:
            return self._decisions.get(key)

    def note(self, keys: set[str], decision: Decision | None) -> None:
        """Remember a check, and what it has decided if it had old inputs."""
        with self._lock:
            self._checked |= keys
            if decision is not None:
                self._decisions |= dict.fromkeys(keys, decision)

    def take_check(self, key: str) -> bool:
        """Return whether a check came right before, and forget it."""
        with self._lock:
            seen = key in self._checked
            self._checked.discard(key)
            return seen
