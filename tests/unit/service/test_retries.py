from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import pairwise

import pytest
from pulumi_pinecone_backup.errors import ApiError, PineconeBackupError, TransportError
from pulumi_pinecone_backup.service.endpoints import OPERATIONS
from pulumi_pinecone_backup.service.retries import Backoff, attempts_of, retry_after_seconds

PASSING = {429, 500, 502, 503, 504}
STATUSES = [400, 401, 402, 403, 404, 409, 412, 422, 429, 500, 501, 502, 503, 504]


AT_ONCE = Backoff(first_wait_seconds=0.0, jitter_seconds=0.0)
ATTEMPTS = AT_ONCE.attempts


REPEATABLE_POSTS = {"describe_index_stats", "query_vectors", "upsert_vectors", "delete_vectors"}


def _attempts(operation_id: str, error: PineconeBackupError, backoff: Backoff = AT_ONCE) -> int:
    made = []

    def run() -> None:
        for attempt in attempts_of(OPERATIONS[operation_id], backoff):
            with attempt:
                made.append(attempt.retry_state.attempt_number)
                raise error

    with pytest.raises(type(error)):
        run()
    return len(made)


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("wait", [None, 0.0])
def test_an_operation_is_repeated_only_where_nothing_can_have_happened_twice(
    operation_id: str, status: int, wait: float | None
) -> None:
    operation = OPERATIONS[operation_id]
    repeats = status in PASSING
    if operation.method in {"POST", "PATCH"} and operation_id not in REPEATABLE_POSTS:
        repeats = status == 429 or (status == 503 and wait is not None)
    error = ApiError("refused", status=status, retry_after_seconds=wait)
    assert _attempts(operation_id, error) == (ATTEMPTS if repeats else 1)


@pytest.mark.parametrize(
    ("operation_id", "attempts"),
    [
        ("describe_index", ATTEMPTS),
        ("list_project_backups", ATTEMPTS),
        ("delete_index", ATTEMPTS),
        ("delete_backup_schedule", ATTEMPTS),
        ("describe_index_stats", ATTEMPTS),
        ("create_backup", 1),
        ("create_index_from_backup_operation", 1),
        ("configure_index", 1),
        ("update_backup_schedule", 1),
    ],
)
def test_a_broken_connection_is_tried_again_for_reading_and_deleting_only(
    operation_id: str, attempts: int
) -> None:
    assert _attempts(operation_id, TransportError("broke")) == attempts


def test_a_wait_beyond_the_time_for_retries_is_not_begun() -> None:
    error = ApiError("refused", status=429, retry_after_seconds=AT_ONCE.total_seconds + 1)
    assert _attempts("create_backup", error) == 1


def test_the_first_wait_and_the_longest_bound_how_long_a_request_is_repeated() -> None:
    backoff = Backoff(
        attempts=5, first_wait_seconds=0.01, longest_wait_seconds=0.02, jitter_seconds=0.0
    )
    waits = []
    for attempt in attempts_of(OPERATIONS["describe_index"], backoff):
        with attempt:
            waits.append(attempt.retry_state.idle_for)
            if len(waits) < 5:
                raise ApiError("refused", status=503)
    assert [round(after - before, 3) for before, after in pairwise(waits)] == [
        0.01,
        0.02,
        0.02,
        0.02,
    ]


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_a_request_is_sent_no_more_often_than_the_backoff_says(attempts: int) -> None:
    backoff = replace(AT_ONCE, attempts=attempts)
    error = ApiError("refused", status=503)
    assert _attempts("describe_index", error, backoff) == attempts


def test_an_error_that_is_not_the_service_s_is_not_repeated() -> None:
    assert _attempts("describe_index", PineconeBackupError("ours")) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0.0), ("17", 17.0), ("", None), ("soon", None), ("-3", None), ("1.5", None)],
)
def test_seconds_to_wait_are_read(value: str, seconds: float | None) -> None:
    assert retry_after_seconds({"Retry-After": value}) == seconds
    assert retry_after_seconds({"retry-after": value}) == seconds


def test_a_date_to_wait_for_is_read() -> None:
    date = format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)
    wait = retry_after_seconds({"Retry-After": date})
    assert wait is not None
    assert 3000 < wait <= 3600


def test_a_date_in_the_past_means_no_wait() -> None:
    assert retry_after_seconds({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


def test_no_header_means_no_wish() -> None:
    assert retry_after_seconds({}) is None
