"""Waits that share a watcher: what is asked, how often, and what holds nobody back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from pulumi_pinecone_backup.engine import cancellation
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import (
    ApiError,
    ForbiddenError,
    NotFoundError,
    TransportError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.service.models import RestoreJobModel
from pulumi_pinecone_backup.waiting.jobs import JobBoard
from pulumi_pinecone_backup.waiting.pace import JobsPace, Pace, WatcherPace
from pulumi_pinecone_backup.waiting.watcher import Watcher
from pulumi_pinecone_backup.waiting.watchers import Absence

PACE = WatcherPace(shortest=0.02, quick=0.01)
FOREVER = 60.0
Thing = tuple[str, str]


def api_error(kind: type[ApiError], status: int) -> ApiError:
    return kind("no", status=status, method="GET", path="/things")


@dataclass
class Service:
    """Things with a state, and what was asked for them."""

    states: dict[str, str] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    describe_error: Callable[[str], Exception | None] = lambda _: None
    list_error: Exception | None = None
    before_answer: Callable[[str], object] = lambda _: None
    described: list[str] = field(default_factory=list)
    lists: int = 0

    def describe(self, name: str) -> Thing:
        self.described.append(name)
        state = self.states.get(name)
        self.before_answer(name)
        error = self.describe_error(name)
        if error is not None:
            raise error
        if state is None:
            raise api_error(NotFoundError, 404)
        return name, state

    def list_all(self) -> list[Thing]:
        self.lists += 1
        if self.list_error is not None:
            raise self.list_error
        return [(name, state) for name, state in self.states.items() if name not in self.unlisted]

    def watcher(self) -> Watcher[Thing]:
        return Watcher(self.describe, self.list_all, lambda thing: thing[0], pace=PACE)


@pytest.fixture(autouse=True)
def not_cancelled() -> Iterator[None]:
    yield
    cancellation.cancelled.clear()


def is_ready(thing: Thing | None) -> str | None:
    return "ready" if thing is not None and thing[1] == "Ready" else None


def is_gone(thing: Thing | None) -> str | None:
    return "gone" if thing is None else None


class Waits:
    """Waits in threads of their own."""

    def __init__(self, watched: Watcher[Thing], count: int = 8) -> None:
        self.watched = watched
        self.pool = ThreadPoolExecutor(count)

    def start(
        self,
        name: str,
        until: Callable[[Thing | None], str | None] = is_ready,
        seconds: float = FOREVER,
        on_look: Callable[[Thing | None], None] = lambda _: None,
    ) -> Future[str]:
        deadline = time.monotonic() + seconds
        return self.pool.submit(self.watched.wait, name, until, deadline=deadline, on_look=on_look)


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + FOREVER
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_one_wait_asks_for_its_object_alone() -> None:
    service = Service({"a": "Ready"})
    assert service.watcher().wait("a", is_ready, deadline=time.monotonic() + FOREVER) == "ready"
    assert service.described == ["a"]
    assert service.lists == 0


def test_several_waits_share_the_list() -> None:
    service = Service({str(n): "Initializing" for n in range(30)})
    waits = Waits(service.watcher(), 30)
    ends = [waits.start(str(n)) for n in range(30)]
    until(lambda: service.lists >= 5)
    described = len(service.described)
    until(lambda: service.lists >= 15)
    assert len(service.described) == described
    service.states = {str(n): "Ready" for n in range(30)}
    assert {end.result(FOREVER) for end in ends} == {"ready"}


def test_what_a_list_leaves_out_is_asked_for_by_turns_and_only_its_404_means_gone() -> None:
    service = Service({"a": "Initializing", "b": "Initializing"}, unlisted={"a", "b"})
    waits = Waits(service.watcher())
    ends = [waits.start("a", is_gone), waits.start("b")]
    until(lambda: {"a", "b"} <= set(service.described) and service.lists >= 3)
    assert not ends[0].done()
    service.states = {"b": "Ready"}
    assert [end.result(FOREVER) for end in ends] == ["gone", "ready"]


def test_where_lists_are_forbidden_each_object_is_asked_for() -> None:
    service = Service({"a": "Ready", "b": "Ready", "c": "Ready"})
    service.list_error = api_error(ForbiddenError, 403)
    waits = Waits(service.watcher())
    assert [waits.start(name).result(FOREVER) for name in "abc"] == ["ready"] * 3
    ends = [waits.start(name) for name in "abc"]
    assert [end.result(FOREVER) for end in ends] == ["ready"] * 3


def test_a_request_that_hangs_holds_no_other_wait_back() -> None:
    release = threading.Event()
    service = Service({"slow": "Ready", "quick": "Ready"}, unlisted={"slow", "quick"})
    service.before_answer = lambda name: release.wait(FOREVER) if name == "slow" else None
    waits = Waits(service.watcher())
    slow = waits.start("slow")
    until(lambda: "slow" in service.described)
    assert waits.start("quick").result(FOREVER) == "ready"
    assert not slow.done()
    release.set()
    assert slow.result(FOREVER) == "ready"


def test_an_answer_that_is_older_than_the_last_is_dropped() -> None:
    first, seen = threading.Event(), []
    service = Service({"a": "Old"})
    service.before_answer = lambda _: first.wait(FOREVER) if len(service.described) == 1 else None
    waits = Waits(service.watcher())

    def note(thing: Thing | None) -> str | None:
        seen.append(thing and thing[1])
        return is_ready(thing)

    end = waits.start("a", note)
    until(lambda: len(service.described) == 1)
    service.states = {"a": "New"}
    until(lambda: "New" in seen)
    first.set()
    asked = len(service.described)
    until(lambda: len(service.described) > asked + 3)
    assert "Old" not in seen
    service.states = {"a": "Ready"}
    assert end.result(FOREVER) == "ready"


def test_passing_faults_end_no_wait_and_the_last_one_is_told_at_its_deadline() -> None:
    service = Service({"a": "Ready"})
    service.describe_error = lambda _: TransportError("connection reset", may_have_happened=False)
    looks: list[Any] = []
    with pytest.raises(WaitTimeoutError, match=r"timed out after 0 s; .*connection reset"):
        service.watcher().wait("a", is_ready, deadline=time.monotonic() + 0.3, on_look=looks.append)
    assert len(looks) > 1
    errors = [api_error(ApiError, 500), api_error(ApiError, 503)]
    service.describe_error = lambda _: errors.pop() if errors else None
    assert service.watcher().wait("a", is_ready, deadline=time.monotonic() + FOREVER) == "ready"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 422])
def test_a_refusal_for_good_ends_the_wait(status: int) -> None:
    service = Service({"a": "Ready"})
    service.describe_error = lambda _: api_error(ApiError, status)
    with pytest.raises(ApiError):
        service.watcher().wait("a", is_ready, deadline=time.monotonic() + FOREVER)


def test_a_cancel_ends_every_wait_even_while_requests_hang() -> None:
    release = threading.Event()
    service = Service({str(n): "Initializing" for n in range(5)}, unlisted={"0", "1"})
    service.before_answer = lambda _: release.wait(FOREVER)
    waits = Waits(service.watcher())
    ends = [waits.start(str(n)) for n in range(5)]
    until(lambda: service.described)
    cancellation.cancel()
    for end in ends:
        with pytest.raises(WaitTimeoutError, match="cancelled after"):
            end.result(FOREVER)
    release.set()


def test_500_waits_need_one_list_at_a_time_and_few_threads() -> None:
    before = threading.active_count()
    service = Service({str(n): "Initializing" for n in range(500)})
    waits = Waits(service.watcher(), 500)
    most = 0

    def note(_: Thing | None) -> None:
        nonlocal most
        most = max(most, threading.active_count())

    ends = [waits.start(str(n), on_look=note) for n in range(500)]
    until(lambda: service.lists >= 3)
    service.states = {str(n): "Ready" for n in range(500)}
    assert {end.result(FOREVER) for end in ends} == {"ready"}
    assert most <= before + 500 + PACE.requests_at_once + 1


def test_an_answer_that_came_in_time_counts_at_the_deadline() -> None:
    service = Service({"a": "Ready"})
    found = service.watcher().wait("a", is_ready, deadline=time.monotonic() + 0.5)
    assert found == "ready"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (42, "42 s"), (185, "3 min 5 s"), (3600, "1 h 0 min"), (7800, "2 h 10 min")],
)
def test_durations_are_told_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_machine_that_has_no_thread_left_for_a_moment_delays_a_wait_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused: list[threading.Thread] = []
    start = threading.Thread.start

    def start_or_refuse(thread: threading.Thread) -> None:
        if thread.name == "watcher-look" and len(refused) < PACE.requests_at_once + 1:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_refuse)
    service = Service({"a": "Ready"})
    assert service.watcher().wait("a", is_ready, deadline=time.monotonic() + FOREVER) == "ready"
    assert len(refused) == PACE.requests_at_once + 1


def test_an_object_is_gone_once_its_absence_has_lasted() -> None:
    pace = Pace(gone=0.05)
    never_seen, seen = Absence(pace), Absence(pace)
    assert not seen.is_certain(object())
    assert not seen.is_certain(None)
    assert not never_seen.is_certain(None)
    time.sleep(0.06)
    assert seen.is_certain(None)
    assert not never_seen.is_certain(None)
    assert not seen.is_certain(object())
    assert not seen.is_certain(None)


def test_a_job_that_could_not_be_asked_for_is_asked_for_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Jobs:
        def describe_restore_job(self, restore_job_id: str) -> RestoreJobModel:
            return RestoreJobModel.model_validate(
                {
                    "restore_job_id": restore_job_id,
                    "backup_id": "b",
                    "target_index_name": "i",
                    "status": "Completed",
                }
            )

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    board = JobBoard(Jobs(), JobsPace(when_ready=0.05))  # type: ignore[arg-type]
    with monkeypatch.context() as refusing:
        refusing.setattr(threading.Thread, "start", refuse)
        assert board.look_when_ready("j") is None
    until(lambda: board.look_when_ready("j") is not None)
    job = board.look_when_ready("j")
    assert job is not None
    assert job.is_completed
