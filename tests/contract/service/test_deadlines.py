"""Every deadline holds for whole answers, by the wall: drips, silence and retries end with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import PineconeBackupError, TransportError, WaitTimeoutError
from pulumi_pinecone_backup.service.deadlines import requests_until
from pulumi_pinecone_backup.service.exchange import CANCEL_GRACE_SECONDS
from pulumi_pinecone_backup.service.retries import Backoff
from pulumi_pinecone_backup.waiting.shared_answer import SharedAnswer

from .conftest import ClientOf

ONCE = Backoff(attempts=1)
SLACK_SECONDS = 10.0
SLOW: dict[str, dict[str, Any]] = {"drip": {"seconds": 0.2}, "delay": {"seconds": 30.0}}


def failure(act: Callable[[], object]) -> tuple[PineconeBackupError, float]:
    """Return the error that an act ends with, and the seconds that it took."""
    began = time.monotonic()
    with pytest.raises(PineconeBackupError) as caught:
        act()
    return caught.value, time.monotonic() - began


@pytest.mark.parametrize("kind", SLOW)
def test_a_whole_answer_has_a_limit(client_of: ClientOf, emulator: Emulator, kind: str) -> None:
    emulator.add_fault("list_indexes", kind, times=9, **SLOW[kind])
    client = client_of(backoff=ONCE, read_timeout_seconds=0.8)
    error, seconds = failure(client.list_indexes)
    assert "the answer took too long" in str(error)
    assert seconds < 0.8 + SLACK_SECONDS


@pytest.mark.parametrize("kind", SLOW)
def test_no_answer_outlives_its_operation(
    client_of: ClientOf, emulator: Emulator, kind: str
) -> None:
    emulator.add_fault("list_indexes", kind, times=9, **SLOW[kind])
    with requests_until(time.monotonic() + 0.5):
        error, seconds = failure(client_of().list_indexes)
    assert "the time of the operation was over" in str(error)
    assert "`custom_timeouts` allows more time" in str(error)
    assert seconds < 0.5 + SLACK_SECONDS


@pytest.mark.parametrize("kind", SLOW)
def test_a_change_whose_answer_was_left_may_have_happened(
    client_of: ClientOf, emulator: Emulator, kind: str
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", kind, **SLOW[kind])
    with requests_until(time.monotonic() + 0.5):
        error, _ = failure(lambda: client.create_backup("docs"))
    assert isinstance(error, TransportError)
    assert error.may_have_happened
    assert "It may have taken effect all the same." in str(error)


def test_nothing_is_sent_once_the_operation_is_over(
    client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    with requests_until(time.monotonic() - 1.0), requests_until(time.monotonic() + 60.0):
        error, _ = failure(client.list_indexes)
    assert "the time of the operation was over" in str(error)
    assert "list_indexes" not in emulator.requests()
    assert client.list_indexes() == []


def test_retries_end_with_the_operation(client_of: ClientOf, emulator: Emulator) -> None:
    emulator.add_fault("list_indexes", "status", status=503, times=50)
    backoff = Backoff(attempts=50, first_wait_seconds=0.4, longest_wait_seconds=0.4)
    with requests_until(time.monotonic() + 1.0):
        error, seconds = failure(client_of(backoff=backoff).list_indexes)
    assert "503" in str(error) or "the time of the operation was over" in str(error)
    assert seconds < 1.0 + SLACK_SECONDS


@pytest.mark.parametrize("kind", SLOW)
def test_a_cancellation_ends_what_is_under_way(
    client_of: ClientOf, emulator: Emulator, kind: str
) -> None:
    emulator.add_fault("list_indexes", kind, times=9, **SLOW[kind])
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    error, seconds = failure(client_of(cancelled=cancelled).list_indexes)
    assert "the run was cancelled" in str(error)
    assert seconds < 0.3 + CANCEL_GRACE_SECONDS + SLACK_SECONDS


def test_an_answer_that_comes_right_after_the_cancellation_is_taken(
    client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of(cancelled=threading.Event())
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", "delay", seconds=0.5)
    cancelled = threading.Event()
    threading.Timer(0.1, cancelled.set).start()
    assert client_of(cancelled=cancelled).create_backup("docs").backup_id


def test_a_shared_answer_outlives_the_operation_that_asked_first() -> None:
    shared: SharedAnswer[str] = SharedAnswer()
    is_asked, may_answer = threading.Event(), threading.Event()
    asked = []

    def ask() -> str:
        asked.append(True)
        is_asked.set()
        may_answer.wait(10.0)
        return "answer"

    ended: list[Exception] = []

    def first() -> None:
        with requests_until(time.monotonic() + 0.3):
            try:
                shared.get(ask)
            except WaitTimeoutError as error:
                ended.append(error)

    impatient = threading.Thread(target=first)
    impatient.start()
    is_asked.wait(10.0)
    found: list[str] = []
    patient = threading.Thread(target=lambda: found.append(shared.get(ask)))
    patient.start()
    impatient.join(10.0)
    may_answer.set()
    patient.join(10.0)
    assert [str(error) for error in ended] == ["timed out while a list was being read"]
    assert found == ["answer"]
    assert len(asked) == 1
