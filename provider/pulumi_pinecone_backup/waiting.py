"""Waiting for backups, indexes and restore jobs: one watcher per process asks for all waits.

Polling a job is not retrying a call: retries live in the transport and end; a wait goes on through
failing requests until its own deadline. One wait asks for its object; several share a list call,
so that the load on the service does not grow with the number of waits. A slow request holds
nothing back: the next one is sent an interval later, and an answer older than the last is dropped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from . import engine_bridge
from .client import Client
from .engine_bridge import Call
from .errors import (
    ApiError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    TransportError,
    WaitTimeoutError,
)
from .models import BackupModel, IndexModel

CREATE_SECONDS = 6 * 3600.0
UPDATE_SECONDS = 3600.0
DELETE_SECONDS = 900.0

_FIRST_SECONDS = 2.0
_FIRST_INTERVAL = 0.25
_SHORT_INTERVAL = 1.2
_LONG_INTERVAL = 30.0
_SHARE_OF_ELAPSED = 0.03
_REQUESTS_AT_ONCE = 4
_CONFIRM_SECONDS = 5.0
_IDLE_SECONDS = 5.0
_PAGE = 100
RETRY_SECONDS = 2.0
_SHOW_SECONDS = 2.0
_SHOW_SHARE = 0.02

Model = TypeVar("Model")
Answer = TypeVar("Answer")


@dataclass
class _Wait(Generic[Model]):
    object_id: str
    started: float
    event: threading.Event = field(default_factory=threading.Event)
    sequence: int = -1
    model: Model | None = None
    error: Exception | None = None


class Watcher(Generic[Model]):
    """Asks for the state of every object of one kind that is waited for.

    Args:
        describe: Asks for one object by id; raises NotFoundError where there is none.
        list_all: Asks for all objects.
        object_id: Returns the id of a listed object.
    """

    def __init__(
        self,
        describe: Callable[[str], Model],
        list_all: Callable[[], Iterable[Model]],
        object_id: Callable[[Model], str],
    ) -> None:
        self._describe = describe
        self._list_all = list_all
        self._object_id = object_id
        self._lock = threading.Condition()
        self._waits: list[_Wait[Model]] = []
        self._thread: threading.Thread | None = None
        self._slots = threading.Semaphore(_REQUESTS_AT_ONCE)
        self._sequence = 0
        self._list_pages = 1
        self._may_list = True
        engine_bridge.on_cancel(self._wake)

    def wait(
        self,
        object_id: str,
        until: Callable[[Model | None], Answer | None],
        *,
        deadline: float,
        on_look: Callable[[Model | None], None] = lambda _: None,
    ) -> Answer:
        """Waits until `until` answers, and returns its answer.

        Args:
            object_id: Id (of an index: name) of what is waited for.
            until: Given the object, or None where the service says there is none; returns None to
                wait on; may raise.
            deadline: `time.monotonic()` at which the wait ends.
            on_look: Called after each look, also while requests fail.

        Raises:
            WaitTimeoutError: The deadline has passed, or the engine cancelled.
            ApiError: The service refuses the question for good, for example with 403.
        """
        wait = _Wait[Model](object_id, time.monotonic())
        with self._lock:
            self._waits.append(wait)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
                self._thread.start()
            self._lock.notify_all()
        try:
            return self._follow(wait, until, deadline, on_look)
        finally:
            with self._lock:
                self._waits.remove(wait)

    def _follow(
        self,
        wait: _Wait[Model],
        until: Callable[[Model | None], Answer | None],
        deadline: float,
        on_look: Callable[[Model | None], None],
    ) -> Answer:
        confirmed = 0.0
        while True:
            left = deadline - time.monotonic()
            if engine_bridge.cancelled.is_set() or left <= 0:
                raise self._ended(wait)
            wait.event.wait(min(left, _IDLE_SECONDS))
            arrived = wait.event.is_set()
            wait.event.clear()
            if wait.error is not None and _is_final(wait.error):
                raise wait.error
            model = wait.model
            if arrived and wait.error is None:
                if model is None and time.monotonic() - confirmed > _CONFIRM_SECONDS:
                    model, sure = self._confirm(wait.object_id)
                    confirmed = time.monotonic()
                else:
                    sure = model is not None
                if sure:
                    answer = until(model)
                    if answer is not None:
                        return answer
            on_look(model)

    def _confirm(self, object_id: str) -> tuple[Model | None, bool]:
        """Asks for an object that a list left out: lists may be late or miss rows."""
        try:
            return self._describe(object_id), True
        except NotFoundError:
            return None, True
        except (ApiError, TransportError, InvalidResponseError):
            return None, False

    def _ended(self, wait: _Wait[Model]) -> WaitTimeoutError:
        seconds = duration(time.monotonic() - wait.started)
        how = "cancelled" if engine_bridge.cancelled.is_set() else "timed out"
        last = "" if wait.error is None else f"; the last request failed: {wait.error}"
        return WaitTimeoutError(
            f"{how} after {seconds}{last}", resource_id=wait.object_id, last_status=how
        )

    def _wake(self) -> None:
        with self._lock:
            for wait in self._waits:
                wait.event.set()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waits and not self._lock.wait_for(lambda: self._waits, _IDLE_SECONDS):
                    self._thread = None
                    return
                self._sequence += 1
                sequence, waits = self._sequence, list(self._waits)
            if self._slots.acquire(blocking=False):
                threading.Thread(
                    target=self._look, args=(sequence, waits), name="watcher-look", daemon=True
                ).start()
            time.sleep(_FIRST_INTERVAL)
            with self._lock:
                self._lock.wait_for(
                    lambda: any(wait.sequence < 0 for wait in self._waits),
                    self._interval(waits) - _FIRST_INTERVAL,
                )

    def _interval(self, waits: list[_Wait[Model]]) -> float:
        elapsed = time.monotonic() - max(wait.started for wait in waits)
        if elapsed < _FIRST_SECONDS:
            return _FIRST_INTERVAL
        return min(max(_SHORT_INTERVAL, _SHARE_OF_ELAPSED * elapsed), _LONG_INTERVAL)

    def _look(self, sequence: int, waits: list[_Wait[Model]]) -> None:
        try:
            ids = sorted({wait.object_id for wait in waits})
            if self._may_list and len(ids) > self._list_pages:
                found = self._listed(ids)
            else:
                found = {object_id: self._described(object_id) for object_id in ids}
        except ForbiddenError:
            self._may_list = False
        else:
            self._deliver(sequence, waits, found)
        finally:
            self._slots.release()

    def _listed(self, ids: list[str]) -> dict[str, Model | Exception | None]:
        try:
            rows = {self._object_id(row): row for row in self._list_all()}
        except ForbiddenError:
            raise
        except (ApiError, TransportError, InvalidResponseError) as error:
            return dict.fromkeys(ids, error)
        self._list_pages = max(1, -(-len(rows) // _PAGE))
        return {object_id: rows.get(object_id) for object_id in ids}

    def _described(self, object_id: str) -> Model | Exception | None:
        try:
            return self._describe(object_id)
        except NotFoundError:
            return None
        except (ApiError, TransportError, InvalidResponseError) as error:
            return error

    def _deliver(
        self,
        sequence: int,
        waits: list[_Wait[Model]],
        found: dict[str, Model | Exception | None],
    ) -> None:
        with self._lock:
            for wait in waits:
                if wait.sequence < sequence:
                    wait.sequence = sequence
                    answer = found[wait.object_id]
                    wait.error = answer if isinstance(answer, Exception) else None
                    wait.model = wait.model if isinstance(answer, Exception) else answer
                    wait.event.set()


_shown: dict[str, tuple[float, str]] = {}


def show(call: Call, text: str, started: float) -> None:
    """Show state and elapsed time on the resource's row, more rarely the longer it takes."""
    now = time.monotonic()
    elapsed = now - started
    shown_at, shown = _shown.get(call.urn or "", (0.0, ""))
    if now - shown_at < (
        _FIRST_INTERVAL if shown != text else max(_SHOW_SECONDS, _SHOW_SHARE * elapsed)
    ):
        return
    _shown[call.urn or ""] = (now, text)
    engine_bridge.progress(f"{text}, {duration(elapsed)}", call)


def duration(seconds: float) -> str:
    """Return seconds as people say them: `42 s`, `3 min 5 s`, `2 h 10 min`."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _is_final(error: Exception) -> bool:
    """Returns whether asking again is pointless: refused for good, not a passing fault."""
    return isinstance(error, ApiError) and error.status in (400, 401, 402, 403, 405, 422)


class Watchers:
    """The watchers of one process and key."""

    def __init__(self, client: Client) -> None:
        self.indexes: Watcher[IndexModel] = Watcher(
            client.describe_index, client.list_indexes, lambda index: index.name
        )
        self.backups: Watcher[BackupModel] = Watcher(
            client.describe_backup,
            lambda: client.list_project_backups(confirm=False),
            lambda backup: backup.backup_id,
        )


def pause(seconds: float) -> bool:
    """Waits that long; returns False at once when the engine cancels."""
    return not engine_bridge.cancelled.wait(seconds)
