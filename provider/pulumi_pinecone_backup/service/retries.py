"""When a request is sent again, and when it never is.

`GET` and `DELETE` are sent again after a connection error, 429, 500, 502, 503 and 504; a request
that may change something only after a 429 or 503 that says when to come back, because then the
service has refused it before doing anything. Bounded by attempts and by time; the waits have
jitter, so that restores that were refused together do not return together.

Source: rules of the service, see `docs/api-versions.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from threading import Event
from typing import Final

import tenacity

from pulumi_pinecone_backup.errors import ApiError, TransportError
from pulumi_pinecone_backup.service.operations import Operation

ATTEMPTS: Final = 6
SECONDS: Final = 120.0
FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 15.0
JITTER_SECONDS: Final = 1.0
_PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_REFUSING_STATUSES: Final = frozenset({429, 503})


def attempts_of(
    operation: Operation, seconds: float = SECONDS, cancelled: Event | None = None
) -> Iterator[tenacity.AttemptManager]:
    """Yield the attempts that an operation gets; enter each as a context manager.

    Args:
        operation: What is requested.
        seconds: How long it may be repeated.
        cancelled: Once it is set, nothing is waited for, and no failure is followed by another
            attempt than the one that was due.
    """
    backoff = tenacity.wait_exponential(FIRST_WAIT_SECONDS, max=_LONGEST_WAIT_SECONDS)
    jitter = tenacity.wait_random(0, JITTER_SECONDS)
    cancelled = cancelled or Event()

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        wished = error.retry_after_seconds if isinstance(error, ApiError) else None
        return (backoff(state) if wished is None else wished) + jitter(state)

    return iter(
        tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: _may_repeat(operation, error)),
            wait=wait,
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(ATTEMPTS),
                tenacity.stop_before_delay(seconds),
                tenacity.stop_when_event_set(cancelled),
            ),
            sleep=tenacity.sleep_using_event(cancelled),
            reraise=True,
        )
    )


def _may_repeat(operation: Operation, error: BaseException) -> bool:
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
