"""When a request is sent again, and when it never is.

`GET` and `DELETE` are sent again after a connection error, 429, 500, 502, 503 and 504; a request
that may change something only after a 429 or 503 that says when to come back, because then the
service has refused it before doing anything. Bounded by attempts and by time; the waits have
jitter, so that restores that were refused together do not return together.

Source: rules of the service, see `docs/api-versions.md`.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Final

import stamina

from .errors import ApiError, TransportError
from .operations import Operation

ATTEMPTS: Final = 6
SECONDS: Final = 120.0
_FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 15.0
_JITTER_SECONDS: Final = 1.0
_PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_REFUSING_STATUSES: Final = frozenset({429, 503})


def attempts_of(operation: Operation, seconds: float = SECONDS) -> Iterator[stamina.Attempt]:
    """Yield the attempts that an operation gets; enter each as a context manager.

    Args:
        operation: What is requested.
        seconds: How long it may be repeated.
    """
    started = time.monotonic()

    def backoff(error: Exception) -> bool | float:
        if not _may_repeat(operation, error):
            return False
        wait = error.retry_after_seconds if isinstance(error, ApiError) else None
        if wait is None:
            return True
        if time.monotonic() - started + wait > seconds:
            return False
        return wait + random.uniform(0, _JITTER_SECONDS)  # noqa: S311 - spreads load, no secret

    return iter(
        stamina.retry_context(
            on=backoff,
            attempts=ATTEMPTS,
            timeout=seconds,
            wait_initial=_FIRST_WAIT_SECONDS,
            wait_max=_LONGEST_WAIT_SECONDS,
            wait_jitter=_JITTER_SECONDS,
        )
    )


def keep_retries_off_stderr() -> None:
    """Keep the retry library's log lines from stderr, where no logging is set up.

    Python prints warnings of loggers without any handler; here that would be the user's terminal.
    """
    logger = logging.getLogger("stamina")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _may_repeat(operation: Operation, error: Exception) -> bool:
    repeatable = not operation.changes or operation.method == "DELETE"
    if isinstance(error, TransportError):
        return repeatable
    if not isinstance(error, ApiError):
        return False
    if repeatable:
        return error.status in _PASSING_STATUSES
    return error.status in _REFUSING_STATUSES and error.retry_after_seconds is not None


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long the service asks to wait, from seconds or a date; None if it does not."""
    lowered = {name.lower(): value for name, value in headers.items()}
    value = lowered.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
