"""The emulator's time: real time plus an offset that tests move forward.

Nothing in the emulator runs in the background. Whatever takes time is stored with the moment at
which it is due, and is carried out when something is asked after that moment.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone


class Clock:
    """Tells the emulator's time in seconds since the epoch."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds

    def now(self) -> float:
        """Return the current time in seconds since the epoch."""
        return time.time() + self.offset_seconds

    def advance(self, seconds: float) -> None:
        """Move the time forward.

        Args:
            seconds: How far; not negative.

        Raises:
            ValueError: `seconds` is negative: what has happened cannot be undone.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"`seconds` must be zero or more, not {seconds}")
        self.offset_seconds += seconds


def timestamp(seconds: float, *, suffix: str = "Z") -> str:
    """Format a time as the service does, in UTC with microseconds.

    Args:
        seconds: Seconds since the epoch.
        suffix: `Z` or `+00:00`; the service has been seen with both.
    """
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + suffix
