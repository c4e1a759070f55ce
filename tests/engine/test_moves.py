"""A state moves between the two doors by aliases: nothing is restored, taken or deleted again."""

from __future__ import annotations

import pytest
from support.doors import DYNAMIC, PLUGIN, Door
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
    def moved(kind):
        return ResourceOptions(aliases=[pulumi.Alias(type_="{tokens}" + kind)])

    backup = Backup("nightly", index_name="products", triggers=["a", 1], opts=moved("Backup"))
    restored = RestoredIndex(
        "recovered", backup_id=backup.id, tags={{"cost_center": "search"}},
        opts=moved("RestoredIndex"),
    )
    RestoreDrill(
        "weekly", index_name="products", backup_id=backup.id, triggers=["1"],
        opts=moved("RestoreDrill"),
    )
    BackupSchedule(
        "daily", index_name="products", frequency="daily", retention_days=7,
        opts=moved("BackupSchedule"),
    )
"""
WRITES = ("create_backup", "create_index_from_backup_operation", "create_backup_schedule",
          "configure_index", "delete_index", "delete_backup", "delete_backup_schedule")  # fmt: skip
DOORS = {DYNAMIC: PLUGIN, PLUGIN: DYNAMIC}


def writes(service: Service) -> dict[str, int]:
    """Return how often each operation that writes was asked for."""
    asked = service.emulator.requests()
    return {name: asked.get(name, 0) for name in WRITES}


def move(stack: Stack, to: Door) -> None:
    """Let the program declare the same resources through a door, with the other one's aliases."""
    stack.door = to
    stack.program(PROGRAM.format(tokens=DOORS[to].tokens))


@pytest.mark.parametrize("first", [DYNAMIC, PLUGIN], ids=lambda door: door.name)
def test_a_state_moves_to_the_other_door_and_back(
    stack: Stack, service: Service, first: Door
) -> None:
    service.index()
    move(stack, first)
    stack.up()
    before, made = stack.resources(), writes(service)
    for door in (DOORS[first], first):
        move(stack, door)
        said = stack.up(preview=True).text
        assert "replace" not in said
        stack.unchanged()
        stack.refresh("--expect-no-changes")
        assert writes(service) == made
        now = stack.resources()
        assert {name: row["id"] for name, row in now.items()} == {
            name: row["id"] for name, row in before.items()
        }
        for name, row in now.items():
            kept = {key: value for key, value in row["outputs"].items() if key != "__provider"}
            was = {key: value for key, value in before[name]["outputs"].items() if key in kept}
            assert kept == was, name
    stack.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set()


@pytest.mark.parametrize("first", [DYNAMIC, PLUGIN], ids=lambda door: door.name)
def test_a_move_that_would_replace_as_well_is_refused_before_anything_happens(
    stack: Stack, service: Service, first: Door
) -> None:
    service.index()
    move(stack, first)
    stack.up()
    made = writes(service)
    stack.door = DOORS[first]
    program = PROGRAM.format(tokens=first.tokens).replace('["a", 1]', '["b"]')
    stack.program(program)
    said = stack.up("--continue-on-error", code=1).text
    assert "this resource moves between the Python resources and the plugin, and `triggers`" in said
    assert writes(service) == made
    move(stack, DOORS[first])
    stack.up()
    stack.program(program)
    stack.up()
    assert writes(service)["create_backup"] == made["create_backup"] + 1


@pytest.mark.parametrize("first", [DYNAMIC, PLUGIN], ids=lambda door: door.name)
def test_a_failed_restore_moves_and_is_repeated_at_the_other_door(
    stack: Stack, service: Service, first: Door
) -> None:
    service.index()
    service.emulator.add_fault("create_index_from_backup_operation", "fail_job", times=2)
    move(stack, first)
    stack.up(code=1)
    move(stack, DOORS[first])
    stack.up()
    rows = stack.resources()
    assert rows["recovered"]["outputs"]["status"] == "Ready"
    assert rows["weekly"]["outputs"]["result"] == "passed"
    assert service.indexes() == {"products", rows["recovered"]["id"]}
    stack.unchanged()
