from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi_pinecone_backup.emulator.state import backups, creation, indexes, restores
from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.settings import Settings
from pulumi_pinecone_backup.emulator.state.settlers import SETTLERS
from pulumi_pinecone_backup.emulator.state.state import State, project_of
from pulumi_pinecone_backup.emulator.state.versions import NEWEST

PROJECT = project_of("emulator")
DEFINITION = Definition(
    deployment={"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}, dimension=2
)


@pytest.fixture
def state() -> Iterator[State]:
    opened = State(
        None, Settings(index_seconds=10, backup_seconds=20, restore_seconds=30), SETTLERS
    )
    yield opened
    opened.close()


def make_index(state: State, name: str = "docs") -> None:
    creation.create(
        state,
        PROJECT,
        NEWEST,
        DEFINITION,
        name=name,
        tags={},
        deletion_protection="disabled",
        read_capacity=None,
    )


def effects(state: State) -> list[str]:
    return [event["effect"] for event in state.journal.events()]


def test_what_became_due_happens_in_the_order_of_its_time(state: State) -> None:
    make_index(state)
    state.advance(10)
    backup = backups.create(state, PROJECT, NEWEST, "docs", name=None, description=None)
    indexes.delete(state, PROJECT, "docs")
    state.advance(3600)
    identifier = backup["backup_id"]
    assert effects(state) == [
        "index created docs",
        "index ready docs",
        f"backup created {identifier}",
        "index terminating docs",
        "index deleted docs",
        f"backup ready {identifier}",
    ]
    times = [event["at"] for event in state.journal.events()]
    assert times == sorted(times)


def test_a_restore_follows_one_after_the_other(state: State) -> None:
    make_index(state)
    state.advance(10)
    backup = backups.create(state, PROJECT, NEWEST, "docs", name=None, description=None)
    state.advance(20)
    job = restores.create(
        state,
        PROJECT,
        NEWEST,
        backup["backup_id"],
        name="restored",
        tags=None,
        deletion_protection="disabled",
        read_capacity=None,
    )
    state.advance(29)
    assert restores.find(state, PROJECT, job["job_id"])["status"] == "Pending"
    state.advance(1)
    assert restores.find(state, PROJECT, job["job_id"])["status"] == "Completed"
    assert effects(state)[-2:] == ["restore completed restored", "index ready restored"]


def test_a_change_that_fails_leaves_no_trace(state: State) -> None:
    def fail() -> None:
        with state.change() as connection:
            connection.execute("INSERT INTO past_indexes VALUES ('a', 'b', 'c', 1)")
            state.effect(1.0, "never happened")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    assert state.connection.execute("SELECT count(*) FROM past_indexes").fetchone()[0] == 0
    make_index(state)
    assert effects(state) == ["index created docs"]


def test_a_new_state_on_the_same_file_carries_out_what_was_planned(tmp_path: Path) -> None:
    path = tmp_path / "emulator.db"
    first = State(path, Settings(index_seconds=10), SETTLERS)
    make_index(first)
    first.close()
    second = State(path, Settings(), SETTLERS)
    second.settle()
    assert indexes.describe(second, PROJECT, "docs")["state"] == "Initializing"
    second.advance(10)
    assert indexes.describe(second, PROJECT, "docs")["state"] == "Ready"
    second.close()


def test_reset_plans_nothing_any_more(state: State) -> None:
    make_index(state)
    state.reset()
    state.advance(100)
    assert effects(state) == []
    make_index(state)
    state.advance(100)
    assert effects(state) == ["index created docs", "index ready docs"]


def test_a_project_is_seven_lower_case_alphanumerics_of_its_key() -> None:
    projects = {project_of(f"key-{number}") for number in range(100)}
    assert len(projects) == 100
    assert all(len(project) == 7 and project.isalnum() for project in projects)
    assert all(project == project.lower() for project in projects)
    assert project_of("emulator") == project_of("emulator")
