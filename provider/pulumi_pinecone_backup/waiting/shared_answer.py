"""One question for all who ask it at the same time, without a lock held while it is under way.

The question has a thread of its own: whoever waits for the answer ends with his own operation, and
nobody's end cuts it short for the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

from pulumi_pinecone_backup.engine.cancellation import cancelled
from pulumi_pinecone_backup.errors import WaitTimeoutError
from pulumi_pinecone_backup.service.deadlines import is_over, seconds_left

_CANCEL_CHECK_SECONDS = 0.25

Answer = TypeVar("Answer")


class SharedAnswer(Generic[Answer]):
    """Asks once for everybody who asks while the answer is under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: Future[Answer] | None = None

    def get(self, ask: Callable[[], Answer]) -> Answer:
        """Return the answer to the question that is under way, or to a new one.

        Args:
            ask: Asks the question; its exception is raised for everybody who waits.

        Raises:
            WaitTimeoutError: The run was cancelled, or the operation's time was over.
        """
        with self._lock:
            found = self._under_way
            mine: Future[Answer] = found or Future()
            self._under_way = mine
        if found is None:
            self._start(mine, ask)
        while not mine.done():
            wait([mine], min(_CANCEL_CHECK_SECONDS, max(0.0, seconds_left())))
            if not mine.done() and (cancelled.is_set() or is_over()):
                how = "cancelled" if cancelled.is_set() else "timed out"
                raise WaitTimeoutError(
                    f"{how} while a list was being read", resource_id="", last_status=how
                )
        return mine.result()

    def _start(self, future: Future[Answer], ask: Callable[[], Answer]) -> None:
        try:
            threading.Thread(
                target=self._ask, args=(future, ask), name="shared-answer", daemon=True
            ).start()
        except RuntimeError:  # the machine has no thread left at the moment
            self._ask(future, ask)

    def _ask(self, future: Future[Answer], ask: Callable[[], Answer]) -> None:
        try:
            answer = ask()
        except BaseException as error:
            self._end()
            future.set_exception(error)
        else:
            self._end()
            future.set_result(answer)

    def _end(self) -> None:
        with self._lock:
            self._under_way = None
