"""Deletion protection: what is protected, and the two steps that replace or delete it.

What replaces and what removes protection never happen in one step.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.lifecycle.session import Session


class LiftedProtection:
    """The resources whose protection is lifted in this run, and nothing else; by resource key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    def add(self, key: str) -> None:
        """Remember a resource whose protection is lifted."""
        with self._lock:
            self._keys.add(key)

    def __contains__(self, key: str) -> bool:
        with self._lock:
            return key in self._keys


def is_protected(session: Session, recorded: Mapping[str, Any]) -> bool:
    """Return whether the live index has deletion protection; offline, what is recorded counts."""
    indexes = session.lists.indexes()
    if indexes is None:
        return recorded.get("deletion_protection") == "enabled"
    live = indexes.get(str(recorded.get("name")))
    return live is not None and live.deletion_protection == "enabled"


def protected_text(name: str) -> str:
    """Return the two steps that delete or replace a protected index."""
    return (
        f'index `{name}` has deletion protection: 1. set `deletion_protection="disabled"` and '
        "run `pulumi up`; 2. then replace or destroy it"
    )
