"""One question for all who ask it at the same time, without a lock held while it is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Generic, TypeVar

from pulumi_pinecone_backup.engine.cancellation import cancelled
from pulumi_pinecone_backup.errors import WaitTimeoutError

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
            WaitTimeoutError: The run was cancelled while somebody else's question was under way.
        """
        with self._lock:
            found = self._under_way
            mine: Future[Answer] = found or Future()
            self._under_way = mine
        if found is None:
            self._ask(mine, ask)
        while True:
            try:
                return mine.result(_CANCEL_CHECK_SECONDS)
            except NotYet:
                if cancelled.is_set():
                    raise WaitTimeoutError(
                        "cancelled while a list was being read",
                        resource_id="",
                        last_status="cancelled",
                    ) from None

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
