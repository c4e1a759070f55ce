"""When a request is sent again, and when it never is.

`GET` and `DELETE` are sent again after a connection error, 429, 500, 502, 503 and 504. A request
that may change something is sent again only where the service refused it before doing anything:
after a 429, and after a 503 that says when to come back. Bounded by attempts and by time; the waits
have jitter, so that restores that were refused together do not return together.

Source: rules of the service, see `docs/api-versions.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from threading import Event
from typing import Final

import tenacity
from tenacity.stop import stop_base

from pulumi_pinecone_backup.errors import ApiError, TransportError
from pulumi_pinecone_backup.service import deadlines
from pulumi_pinecone_backup.service.endpoints import Operation


@dataclass(frozen=True)
class Backoff:
    """How often and for how long a request is sent again.

    Attributes:
        attempts: How often it is sent at most.
        first_wait_seconds: Before the second attempt; each later wait is twice the one before.
        longest_wait_seconds: Between two attempts at most, unless the service asks for more.
        jitter_seconds: A random time up to this is added to each wait.
        total_seconds: No wait is begun that would end later than this after the first attempt.
    """

    attempts: int = 6
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 15.0
    jitter_seconds: float = 1.0
    total_seconds: float = 120.0


DEFAULT_BACKOFF: Final = Backoff()
_PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})


def attempts_of(
    operation: Operation, backoff: Backoff, cancelled: Event | None = None
) -> Iterator[tenacity.AttemptManager]:
    """Yield the attempts that an operation gets; enter each as a context manager.

    Args:
        operation: What is requested.
        backoff: How often and for how long it is sent again.
        cancelled: Once it is set, nothing is waited for, and no failure is followed by another
            attempt than the one that was due.

    No attempt is begun after the end of the operation that this thread works for.
    """
    growing = tenacity.wait_exponential(
        backoff.first_wait_seconds, max=backoff.longest_wait_seconds
    )
    jitter = tenacity.wait_random(0, backoff.jitter_seconds)
    cancelled = cancelled or Event()

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        wished = error.retry_after_seconds if isinstance(error, ApiError) else None
        return (growing(state) if wished is None else wished) + jitter(state)

    return iter(
        tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: _may_repeat(operation, error)),
            wait=wait,
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(backoff.attempts),
                tenacity.stop_before_delay(backoff.total_seconds),
                tenacity.stop_when_event_set(cancelled),
                _StopWithOperation(),
            ),
            sleep=tenacity.sleep_using_event(cancelled),
            reraise=True,
        )
    )


class _StopWithOperation(stop_base):
    """Stops where the operation that this thread works for is over before the next attempt."""

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        return deadlines.is_over(retry_state.upcoming_sleep)


def _may_repeat(operation: Operation, error: BaseException) -> bool:
    repeatable = not operation.changes or operation.method == "DELETE"
    if isinstance(error, TransportError):
        return repeatable
    if not isinstance(error, ApiError):
        return False
    if repeatable:
        return error.status in _PASSING_STATUSES
    told_when = error.retry_after_seconds is not None
    return error.status == 429 or (error.status == 503 and told_when)


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
