"""One watcher asks for the state of everything of one kind that is waited for.

One wait asks for its object; several share a list call, so that the load on the service does not
grow with the number of waits. Each request has a thread of its own, from a bounded number: a slow
or failing one holds nothing back, and an answer older than the last is dropped. Retrying a call is
not watching: retries live in the transport and end; a wait goes on until its own deadline.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pulumi_pinecone_backup.engine.cancellation import cancelled, on_cancel
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import (
    ApiError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    TransportError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.waiting.pace import WatcherPace

_FINAL_STATUSES = frozenset({400, 401, 402, 403, 405, 422})

Model = TypeVar("Model")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class _Wait:
    """One wait: what was asked for it last, and what the youngest answer was."""

    object_id: str
    started: float
    event: threading.Event = field(default_factory=threading.Event)
    asked_at: float | None = None
    sequence: int = -1
    answer: Any = None


class Watcher(Generic[Model]):
    """Asks for the state of every object of one kind that is waited for.

    Args:
        describe: Asks for one object by id; raises NotFoundError where there is none.
        list_all: Asks for all objects.
        object_id: Returns the id of a listed object.
        pace: How often to look.
        page: Rows that one request of a list gets; None where it gets them all.
    """

    def __init__(
        self,
        describe: Callable[[str], Model],
        list_all: Callable[[], Iterable[Model]],
        object_id: Callable[[Model], str],
        *,
        pace: WatcherPace,
        page: int | None = None,
    ) -> None:
        self._pace = pace
        self._page = page
        self._describe = describe
        self._list_all = list_all
        self._object_id = object_id
        self._lock = threading.Condition()
        self._waits: list[_Wait] = []
        self._thread: threading.Thread | None = None
        self._slots = threading.Semaphore(self._pace.requests_at_once)
        self._sequence = 0
        self._list_requests = 1
        self._may_list = True
        self._quick_looks = float(self._pace.quick_looks)
        self._refilled_at = time.monotonic()
        self._ended_at = 0.0
        on_cancel(self._wake)

    def wait(
        self,
        object_id: str,
        until: Callable[[Model | None], Answer | None],
        *,
        deadline: float,
        on_look: Callable[[Model | None], None] = lambda _: None,
    ) -> Answer:
        """Wait until `until` answers, and return its answer.

        Args:
            object_id: Id (of an index: name) of what is waited for.
            until: Given the object, or None where the service says there is none; returns None to
                wait on; may raise.
            deadline: `time.monotonic()` at which the wait ends.
            on_look: Called after each look, and at times while requests fail.

        Raises:
            WaitTimeoutError: The deadline has passed, or the engine cancelled.
            ApiError: The service refuses the question for good, for example with 403.
        """
        wait = _Wait(object_id, time.monotonic())
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
                self._thread.start()
            self._waits.append(wait)
            self._lock.notify_all()
        try:
            answer = self._follow(wait, until, deadline, on_look)
            self._ended_at = time.monotonic()
            return answer
        finally:
            with self._lock:
                self._waits.remove(wait)
                self._lock.notify_all()

    def _follow(
        self,
        wait: _Wait,
        until: Callable[[Model | None], Answer | None],
        deadline: float,
        on_look: Callable[[Model | None], None],
    ) -> Answer:
        model: Model | None = None
        while True:
            left = deadline - time.monotonic()
            if cancelled.is_set() or (left <= 0 and not wait.event.is_set()):
                raise _ended(wait)
            if wait.event.wait(min(max(left, 0.0), self._pace.idle)) and wait.sequence >= 0:
                wait.event.clear()
                if not isinstance(wait.answer, Exception):
                    model = wait.answer
                    answer = until(model)
                    if answer is not None:
                        return answer
                elif _is_final(wait.answer):
                    raise wait.answer
            on_look(model)

    def _wake(self) -> None:
        with self._lock:
            for wait in self._waits:
                wait.event.set()
            self._lock.notify_all()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._lock.wait_for(lambda: self._waits, self._pace.idle):
                    self._thread = None
                    return
                self._sequence += 1
                waits = list(self._waits)
            if self._may_list and len({wait.object_id for wait in waits}) > self._list_requests:
                self._start(self._look_at_list, self._sequence, waits)
            else:
                self._look_at_each(self._sequence, waits)
            self._rest()

    def _rest(self) -> None:
        """Wait until the next look is due; a new wait may have one of a few quick ones."""
        with self._lock:
            begun = time.monotonic()
            gained = (begun - self._refilled_at) / self._pace.quick_refill
            self._quick_looks = min(self._quick_looks + gained, self._pace.quick_looks)
            self._refilled_at = begun
            while (left := begun + self._interval() - time.monotonic()) > 0 and self._waits:
                self._lock.wait(left)
            if time.monotonic() - begun < self._pace.ending:
                self._quick_looks = max(0.0, self._quick_looks - 1)

    def _interval(self) -> float:
        started = max((wait.started for wait in self._waits), default=0.0)
        elapsed = time.monotonic() - started
        if elapsed < self._pace.quick_while and self._quick_looks >= 1:
            return self._pace.quick
        # What started together ends together.
        if time.monotonic() - self._ended_at < self._pace.ending_while:
            return self._pace.ending
        requests = min(len(self._waits), self._list_requests)
        due = max(self._pace.shortest * requests, self._pace.share_of_elapsed * elapsed)
        return min(due, self._pace.longest)

    def _start(self, look: Callable[..., None], *arguments: Any) -> bool:
        """Start a request in a thread of its own, unless too many are under way; or later."""
        if not self._slots.acquire(blocking=False):
            return False

        def run() -> None:
            try:
                look(*arguments)
            finally:
                self._slots.release()

        try:
            threading.Thread(target=run, name="watcher-look", daemon=True).start()
        except RuntimeError:  # the machine has no thread left at the moment
            self._slots.release()
            return False
        return True

    def _look_at_list(self, sequence: int, waits: list[_Wait]) -> None:
        try:
            rows = {self._object_id(row): row for row in self._list_all()}
        except ForbiddenError:
            self._may_list = False
            return
        except (ApiError, TransportError, InvalidResponseError) as error:
            self._deliver(sequence, {wait: error for wait in waits})
            return
        self._list_requests = max(1, -(-len(rows) // self._page)) if self._page else 1
        self._deliver(sequence, {w: rows[w.object_id] for w in waits if w.object_id in rows})
        missing = [wait for wait in waits if wait.object_id not in rows]
        self._look_at_each(sequence, missing, are_unlisted=True)

    def _look_at_each(
        self, sequence: int, waits: list[_Wait], *, are_unlisted: bool = False
    ) -> None:
        """Ask for single objects: what no list has shown yet at once, the others by turns.

        A list may be late or miss rows, and an object's own 404 may be wrong: it is gone only
        where both agree.
        """
        new = [wait for wait in waits if wait.asked_at is None]
        asked = sorted((w for w in waits if w not in new), key=lambda w: w.asked_at or 0.0)
        for wait in new + asked[: self._pace.repeated_describes]:
            if self._start(self._look_at_one, sequence, wait, are_unlisted):
                wait.asked_at = time.monotonic()

    def _look_at_one(self, sequence: int, wait: _Wait, is_unlisted: bool) -> None:
        answer: Model | Exception | None
        try:
            answer = self._describe_or_find(wait.object_id, is_unlisted=is_unlisted)
        except (ApiError, TransportError, InvalidResponseError) as error:
            answer = error
        self._deliver(sequence, {wait: answer})

    def _describe_or_find(self, object_id: str, *, is_unlisted: bool) -> Model | None:
        """Return an object as it describes itself, else as the list shows it; None if gone."""
        try:
            return self._describe(object_id)
        except NotFoundError:
            if is_unlisted or not self._may_list:
                return None
        try:
            listed = self._list_all()
        except ForbiddenError:
            self._may_list = False
            return None
        return next((row for row in listed if self._object_id(row) == object_id), None)

    def _deliver(self, sequence: int, answers: dict[_Wait, Any]) -> None:
        with self._lock:
            for wait, answer in answers.items():
                if wait.sequence < sequence:
                    wait.answer, wait.sequence = answer, sequence
                    wait.event.set()


def _ended(wait: _Wait) -> WaitTimeoutError:
    how = "cancelled" if cancelled.is_set() else "timed out"
    failed = isinstance(wait.answer, Exception)
    last = f"; the last request failed: {wait.answer}" if failed else ""
    return WaitTimeoutError(
        f"{how} after {duration(time.monotonic() - wait.started)}{last}",
        resource_id=wait.object_id,
        last_status=how,
    )


def _is_final(error: Exception) -> bool:
    """Return whether asking again is pointless: refused for good, not a passing fault."""
    return isinstance(error, ApiError) and error.status in _FINAL_STATUSES
