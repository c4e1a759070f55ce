"""The emulator's time: real time plus an offset that tests move forward.

Nothing in the emulator runs in the background. Whatever takes time is stored with the moment at
which it is due, and is carried out when something is asked after that moment.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone

# Far enough from where the platform's calendar ends for every duration and retention.
LATEST = datetime(2200, 1, 1, tzinfo=timezone.utc).timestamp()


class Clock:
    """The emulator's time in seconds since the epoch."""

    def __init__(self, offset_seconds: float = 0.0, skew_seconds: float = 0.0) -> None:
        """Start a clock.

        Args:
            offset_seconds: How far tests have moved the time forward.
            skew_seconds: How far the service's clock is ahead of everybody's, or behind it.
        """
        self.offset_seconds = offset_seconds
        self.skew_seconds = skew_seconds

    def now(self) -> float:
        """Return the current time in seconds since the epoch."""
        return time.time() + self.offset_seconds + self.skew_seconds

    def advance(self, seconds: float) -> None:
        """Move the time forward.

        Args:
            seconds: How far; not negative.

        Raises:
            ValueError: `seconds` is negative, since what has happened cannot be undone, or the
                time would be after the year 2199.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"`seconds` must be zero or more, not {seconds}")
        if self.now() + seconds > LATEST:
            raise ValueError(
                f"`seconds`: {seconds:g} would move the time from {timestamp(self.now())} beyond "
                "the year 2199, where the emulator's calendar ends; advance by less"
            )
        self.offset_seconds += seconds


def timestamp(seconds: float, *, suffix: str = "Z") -> str:
    """Format a time as the service does, in UTC with microseconds.

    Args:
        seconds: Seconds since the epoch.
        suffix: `Z` or `+00:00`; the service has been seen with both.
    """
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + suffix
