"""What is done once a run's results are in the state: at the run's end, where a door tells of it.

The engine calls `Cancel` at the end of every run, after it has saved the state, and waits for the
answer; after Ctrl-C it calls it at once. So what is left to do waits here for the operations that
are still ending, and for a moment in which their results are saved.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_WAIT_SECONDS: Final = 1.0
SAVING_SECONDS: Final = 0.2

_changed = threading.Condition()
_callbacks: list[Callable[[], None]] = []
_is_offered = False
_under_way = 0
_last_end = 0.0


def offer() -> None:
    """Let a door promise that it calls `run` at the end of the run."""
    global _is_offered
    with _changed:
        _is_offered = True


def forget() -> None:
    """Start over, as a new plugin process would."""
    global _is_offered, _under_way
    with _changed:
        _is_offered, _under_way = False, 0
        _callbacks.clear()


def at_end(callback: Callable[[], None]) -> bool:
    """Call `callback` at the end of the run; return False where no door tells of it."""
    with _changed:
        if _is_offered:
            _callbacks.append(callback)
        return _is_offered


@contextmanager
def operation() -> Iterator[None]:
    """Count an operation whose result the state will hold."""
    global _under_way, _last_end
    with _changed:
        _under_way += 1
    try:
        yield
    finally:
        with _changed:
            _under_way -= 1
            _last_end = time.monotonic()
            _changed.notify_all()


def run() -> None:
    """Do what is left, once the last operation has ended and its result is saved."""
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    with _changed:
        while (now := time.monotonic()) < end:
            since_end = now - _last_end
            if _under_way:
                _changed.wait(end - now)
            elif since_end < SAVING_SECONDS:
                _changed.wait(SAVING_SECONDS - since_end)
            else:
                break
        callbacks = list(_callbacks)
        _callbacks.clear()
    for callback in callbacks:
        callback()
