"""One exchange over HTTP in a thread of its own, which is left where its answer takes too long.

The timeout of a socket bounds the silence between two bytes, and the look-up of a name has none: an
answer that comes a byte a second would never end. So the caller waits beside the exchange.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from enum import Enum, auto
from typing import Final, TypeVar

from pulumi_pinecone_backup.errors import TransportError
from pulumi_pinecone_backup.service.deadlines import operation_deadline
from pulumi_pinecone_backup.service.error_texts import Attempt

CANCEL_GRACE_SECONDS: Final = 2.0
"""How long an answer is still waited for after a cancellation."""
CHANGE_GRACE_SECONDS: Final = 10.0
"""The same for a request that changes something: its answer may hold the id of an object."""
_CANCEL_CHECK_SECONDS: Final = 0.25

NETWORK_STEP: Final = (
    "Check the network, the proxy settings and `pinecone-backup:host`, then run again."
)

Answer = TypeVar("Answer")


class Left(Enum):
    """Why an exchange was left."""

    TOO_LONG = auto()
    OPERATION_OVER = auto()
    CANCELLED = auto()


_LEFT = {
    Left.TOO_LONG: ("the answer took too long", NETWORK_STEP),
    Left.OPERATION_OVER: (
        "the time of the operation was over",
        "`pulumi up` goes on, and `custom_timeouts` allows more time.",
    ),
    Left.CANCELLED: ("the run was cancelled", "`pulumi up` goes on."),
}


def exchanged(
    exchange: Callable[[threading.Event], Answer],
    *,
    seconds: float,
    grace_seconds: float,
    cancelled: threading.Event,
) -> Answer | Left:
    """Return what an exchange brings, or why it was left.

    Args:
        exchange: Sends and reads; is told by the event that nobody waits any more.
        seconds: How long the whole answer may take.
        grace_seconds: How long it may take after a cancellation.
        cancelled: Set when the engine cancels.
    """
    if time.monotonic() >= operation_deadline():
        return Left.OPERATION_OVER
    end = time.monotonic() + seconds
    left = threading.Event()
    result = _started(exchange, left)
    grace_end: float | None = None
    while True:
        now = time.monotonic()
        if cancelled.is_set() and grace_end is None:
            grace_end = now + grace_seconds
        ends = {
            Left.TOO_LONG: end,
            Left.OPERATION_OVER: operation_deadline(),
            Left.CANCELLED: end if grace_end is None else grace_end,
        }
        why = min(ends, key=lambda reason: ends[reason])
        wait([result], min(max(ends[why] - now, 0.0), _CANCEL_CHECK_SECONDS))
        if result.done():
            return result.result()
        if time.monotonic() >= ends[why]:
            left.set()
            return why


def left_error(about: Attempt, place: str, why: Left) -> TransportError:
    """Build the error for a request whose answer was not waited for to its end."""
    reason, step = _LEFT[why]
    doubt = about.doubt if about.changes else ""
    return TransportError(
        f"Could not {about.doing}: no answer from `{place}`, {reason}.{doubt} {step}",
        may_have_happened=about.changes,
    )


def _started(
    exchange: Callable[[threading.Event], Answer], left: threading.Event
) -> Future[Answer]:
    result: Future[Answer] = Future()

    def run() -> None:
        try:
            result.set_result(exchange(left))
        except BaseException as error:  # noqa: BLE001, RUF100 - raised where it is waited for
            result.set_exception(error)

    try:
        threading.Thread(target=run, name="exchange", daemon=True).start()
    except RuntimeError:  # the machine has no thread left at the moment
        run()
    return result
