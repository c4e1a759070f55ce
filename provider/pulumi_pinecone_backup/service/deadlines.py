"""Until when the requests of an operation may last: no answer is waited for beyond that.

A deadline belongs to the thread that works for an operation; what many operations share, such as a
watcher, has threads of its own and knows none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def requests_until(deadline: float) -> Iterator[None]:
    """Let every request of this thread end at a time; an earlier end of an outer block counts.

    Args:
        deadline: `time.monotonic()` at which no answer is waited for any more.
    """
    token = _deadline.set(min(deadline, _deadline.get()))
    try:
        yield
    finally:
        _deadline.reset(token)


def operation_deadline() -> float:
    """Return the `time.monotonic()` at which this thread's operation ends; infinite without one."""
    return _deadline.get()


def seconds_left() -> float:
    """Return the seconds until this thread's operation ends, below 0 if it has."""
    return _deadline.get() - time.monotonic()


def is_over(seconds_from_now: float = 0.0) -> bool:
    """Return whether this thread's operation is over, now or that much later."""
    return seconds_left() <= seconds_from_now
