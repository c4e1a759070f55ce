"""A refresh of many indexes shares one list, and asks for itself where the list is not enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import Service
from support.state_entry import Entry

NewProcess = Callable[..., Session]
MANY = 8
SINGLE = 3


@pytest.fixture
def many(backup_id: str, process: NewProcess) -> list[Entry]:
    """Restored indexes in the state, in a new process."""
    entries = [Entry("RestoredIndex", f"thing-{number}") for number in range(MANY)]
    for entry in entries:
        entry.up(backup_id=backup_id)
    process()
    return entries


def asked(emulator: Emulator, before: dict[str, int]) -> dict[str, int]:
    now = emulator.requests()
    return {name: now[name] - before.get(name, 0) for name in now if now[name] != before.get(name)}


def test_many_share_one_list(many: list[Entry], emulator: Emulator) -> None:
    before = emulator.requests()
    states = [(entry.inputs, entry.outputs) for entry in many]
    assert all(entry.refresh() for entry in many)
    assert [(entry.inputs, entry.outputs) for entry in many] == states
    assert asked(emulator, before) == {"describe_index": SINGLE, "list_indexes": 1}


def test_one_that_is_gone_is_found_gone_and_the_others_stay(
    many: list[Entry], process: NewProcess
) -> None:
    many[-1].copy().down()
    process()
    assert [entry.refresh() for entry in many] == [True] * (MANY - 1) + [False]


def test_what_changed_elsewhere_is_seen_in_the_list(many: list[Entry], service: Service) -> None:
    name = str(many[-1].id)
    service.call("PATCH", f"/indexes/{name}", {"tags": {"team": "search"}})
    for entry in many:
        entry.refresh()
    assert many[-1].outputs["effective_tags"] == {"team": "search"}


def test_without_permission_to_list_each_is_asked_for(
    many: list[Entry], emulator: Emulator
) -> None:
    emulator.add_fault("list_indexes", "status", status=403, times=50)
    before = emulator.requests()
    assert all(entry.refresh() for entry in many)
    assert asked(emulator, before)["describe_index"] == MANY
    assert asked(emulator, before)["list_indexes"] == 1


def test_one_that_is_not_ready_describes_itself(
    many: list[Entry], emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    emulator.configure(restore_seconds=3600.0)
    slow = Entry("RestoredIndex", "slow")
    slow.up(backup_id=backup_id, wait=False)
    process()
    before = emulator.requests()
    assert all(entry.refresh() for entry in [*many, slow])
    assert asked(emulator, before)["describe_index"] == SINGLE + 1
    assert slow.outputs["status"] == "Initializing"
