"""Cancellation of a run: one event that every wait of the process looks at."""

from __future__ import annotations

import threading
from collections.abc import Callable

cancelled = threading.Event()
"""Set when the engine cancels: every wait ends with what it has."""

_lock = threading.Lock()
_callbacks: list[Callable[[], None]] = []


def on_cancel(callback: Callable[[], None]) -> None:
    """Call `callback` when the engine cancels; at once if it already has."""
    with _lock:
        _callbacks.append(callback)
    if cancelled.is_set():
        callback()


def cancel() -> None:
    """End every wait of this process."""
    cancelled.set()
    with _lock:
        callbacks = list(_callbacks)
    for callback in callbacks:
        callback()


def pause(seconds: float) -> bool:
    """Wait that long; return False at once when the engine cancels."""
    return not cancelled.wait(seconds)
