"""Stacks in PostgreSQL, as teams share them: the main job, the lock, and a killed run."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support import postgres
from support.background_run import BackgroundRun, wait_until
from support.live_service import Service
from support.postgres import PostgresServer
from support.pulumi_stack import Stack
from support.ritual import perform_ritual

pytestmark = [pytest.mark.engine, pytest.mark.postgres]

RESTORE = "create_index_from_backup_operation"
PROGRAM = """
    backup = Backup("nightly", index_name="products")
    RestoredIndex("recovered", backup_id=backup.id)
"""
LOCKED = (
    "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or "
    "delete the lock file with `pulumi cancel`."
)
slow = pytest.mark.parametrize("emulator", [{"restore_seconds": 3600.0}], indirect=True)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer(postgres.find()) as running:
        yield running


@pytest.fixture
def url(server: PostgresServer) -> str:
    """The backend of a test: a database of its own."""
    return server.database(f"state-{uuid4().hex}")


@pytest.fixture
def shared(new_stack: Callable[..., Stack], url: str) -> Callable[..., Stack]:
    """Make a stack in the shared backend, worked on by a machine of its own."""

    def make(name: str = "test") -> Stack:
        return new_stack(name, PULUMI_BACKEND_URL=url)

    return make


def words(text: str) -> str:
    """Return a text without the engine's line breaks and margins."""
    return " ".join(text.split())


def posts(emulator: Emulator) -> int:
    """Return how often a restore was asked for."""
    return sum(event.get("operation") == RESTORE for event in emulator.events())


def test_the_ritual_from_up_to_destroy(shared: Callable[..., Stack], service: Service) -> None:
    perform_ritual(shared(), service)


@slow
def test_a_second_up_is_refused_and_the_first_completes(
    shared: Callable[..., Stack], service: Service, emulator: Emulator
) -> None:
    service.index()
    stack = shared()
    stack.program(PROGRAM)
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as first:
        wait_until(lambda: posts(emulator), "the restore of the first run")
        second = stack.up(code=1)
        assert LOCKED in words(second.text)
        assert "postgres://****:****@127.0.0.1" in second.text
        assert PostgresServer.password not in second.text
        stack.preview()  # reading needs no lock
        emulator.advance(7200)
        ended = first.end()
    assert ended.code == 0, ended
    stack.unchanged()
    assert posts(emulator) == 1
    assert len(service.backups()) == 1


@slow
def test_of_two_ups_at_the_same_moment_at_most_one_works(
    shared: Callable[..., Stack], service: Service, emulator: Emulator
) -> None:
    service.index()
    stack = shared()
    stack.program(PROGRAM)
    command = ("up", "--yes", "--skip-preview")
    with BackgroundRun(stack, *command) as one, BackgroundRun(stack, *command) as other:
        wait_until(lambda: one.is_over() or other.is_over(), "a refusal")
        service.emulator.configure(restore_seconds=0.0)
        emulator.advance(7200)
        results = [one.end(), other.end()]
    refused = [each for each in results if each.code != 0]
    assert refused
    assert all(LOCKED in words(each.text) for each in refused), refused
    assert posts(emulator) == 2 - len(refused)
    stack.up()
    assert posts(emulator) == 1
    assert len(service.backups()) == 1


def test_many_stacks_are_listed_by_one_connection_at_a_time(
    shared: Callable[..., Stack], server: PostgresServer
) -> None:
    stack = shared()
    database = stack.environment["PULUMI_BACKEND_URL"].rpartition("/")[2].partition("?")[0]
    server.sql(
        "INSERT INTO pulumi_state (key, data) SELECT replace(key, '/test.json', "
        "'/copy' || n || '.json'), data FROM pulumi_state, generate_series(1, 200) n "
        "WHERE key LIKE '%/stacks/%/test.json'",
        database,
    )
    # With the ten that Pulumi 3.259 takes by itself, this never ends on a small machine.
    setting = {"PULUMI_DIY_BACKEND_PARALLEL": "1"}
    listed = stack.run("stack", "ls", "--json", environment=setting).text
    assert len(json.loads(listed)) == 201


@slow
def test_stacks_of_one_backend_work_side_by_side(
    shared: Callable[..., Stack], service: Service, emulator: Emulator
) -> None:
    service.index()
    stacks = [shared("one"), shared("two")]
    for stack in stacks:
        stack.program(PROGRAM)
    command = ("up", "--yes", "--skip-preview")
    with BackgroundRun(stacks[0], *command) as one, BackgroundRun(stacks[1], *command) as other:
        wait_until(lambda: posts(emulator) == 2, "the restores of both")
        emulator.advance(7200)
        results = [one.end(), other.end()]
    assert [each.code for each in results] == [0, 0], results
    names = {stack.outputs("recovered")["name"] for stack in stacks}
    assert service.indexes() == {"products", *names}


@slow
def test_a_killed_run_leaves_its_lock_and_its_restore_is_continued(
    shared: Callable[..., Stack], service: Service, emulator: Emulator
) -> None:
    service.index()
    stack = shared()
    stack.program(PROGRAM)
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: posts(emulator), "the restore")
        run.signal(signal.SIGKILL)
        run.end()
    pending = stack.export()["deployment"]["pending_operations"]
    assert [row["type"] for row in pending] == ["creating"]
    assert LOCKED in words(stack.up(code=1).text)
    stack.run("cancel", "--yes")
    emulator.advance(7200)
    stack.up()
    stack.refresh("--clear-pending-creates")
    stack.unchanged()
    assert posts(emulator) == 1
    assert service.indexes() == {"products", stack.outputs("recovered")["name"]}
