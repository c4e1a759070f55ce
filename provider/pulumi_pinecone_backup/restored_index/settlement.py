"""When an index's mark turns from pending to kept: once a state records the index.

Only what an unfinished run has left may be adopted by another one. Between the request and the
saved state a kill would leave a kept index that no state holds, so the mark is turned at the end
of the run; what was killed before that is turned by the next run of the stack that records it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pulumi_pinecone_backup.engine import endings
from pulumi_pinecone_backup.engine.engine_process import is_preview_command
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, is_pending, without_pending
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.client import Client

_REQUESTS_AT_ONCE: Final = 16


class RecordedMarks:
    """The marks of the indexes that the state records, by index name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: dict[str, str] = {}
        self._waits_for_end = False

    def add(self, name: str, mark: str) -> None:
        """Remember the recorded mark of an index."""
        with self._lock:
            self._marks[name] = mark

    def register(self, at_end: Callable[[], bool]) -> bool:
        """Return whether the end of the run is waited for: from now on, if not before.

        Args:
            at_end: Registers for the end of the run; returns False where nobody tells of it.
        """
        with self._lock:
            self._waits_for_end = self._waits_for_end or at_end()
            return self._waits_for_end

    def take(self) -> dict[str, str]:
        """Return the marks and forget them."""
        with self._lock:
            marks, self._marks = self._marks, {}
            self._waits_for_end = False
            return marks


def settle(session: Session, name: str, mark: str | None) -> None:
    """Let the mark of a new result be kept: from the end of the run on, or now without one.

    Args:
        session: The process's session.
        name: Name of the index.
        mark: The recorded mark; an index without one is adopted by nobody.
    """
    if not _settles_at_end(session, name, mark):
        _settle_all(session)


def settle_recorded(session: Session, name: str, mark: str | None) -> None:
    """Let the mark of an index that the state has recorded before be kept at the end of the run.

    A preview asks for nothing and changes nothing, where it can be told that it is one.
    """
    if not is_preview_command():
        _settles_at_end(session, name, mark)


def _settles_at_end(session: Session, name: str, mark: str | None) -> bool:
    if not mark:
        return True
    marks = session.memory(RecordedMarks)
    marks.add(name, mark)
    return marks.register(lambda: endings.at_end(lambda: _settle_all(session)))


def _settle_all(session: Session) -> None:
    """Turn what is pending; what fails stays pending, and a later run turns it."""
    marks = session.memory(RecordedMarks).take()
    try:
        client = session.client()
        pending = {
            index.name: marks[index.name]
            for index in client.list_indexes()
            if is_pending(index.tags.get(MARK_TAG))
            and without_pending(index.tags.get(MARK_TAG)) == marks.get(index.name)
        }
    except PineconeBackupError:
        return
    if not pending:
        return
    with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as pool:
        for name, mark in pending.items():
            pool.submit(_keep, client, name, mark)


def _keep(client: Client, name: str, mark: str) -> None:
    try:
        client.configure_index(name, tags={MARK_TAG: mark})
    except PineconeBackupError:
        return
