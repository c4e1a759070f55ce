"""Runs that are killed and services that fail: one recovery `up` makes all of it whole.

`PINECONE_BACKUP_CHAOS_CASES=60` runs that many cases, `PINECONE_BACKUP_CHAOS_SEEDS=7,23` those of
the named seeds, `PINECONE_BACKUP_CHAOS_DOORS=plugin` through that door alone; a failure prints its
seed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos.cases import MOMENTS, SCENARIOS, STORMS, TARGETS, case_of
from chaos.disturbance import Disturbance
from chaos.emulator_process import EmulatorProcess
from support.doors import DYNAMIC, PLUGIN, Door
from support.live_service import KEY
from support.pulumi_stack import Stack

DOORS = {door.name: door for door in (DYNAMIC, PLUGIN)}
SHORT = {"dynamic": range(8), "plugin": range(8, 14)}


def cases() -> list[tuple[str, int]]:
    """Return doors and seeds to run: the short form, or what the environment asks for."""
    named = os.environ.get("PINECONE_BACKUP_CHAOS_SEEDS")
    count = os.environ.get("PINECONE_BACKUP_CHAOS_CASES")
    if not named and not count:
        return [(door, seed) for door, short in SHORT.items() for seed in short]
    asked = map(int, named.split(",")) if named else range(int(count or 0))
    doors = os.environ.get("PINECONE_BACKUP_CHAOS_DOORS", ",".join(DOORS)).split(",")
    return [(door, seed) for seed in asked for door in doors]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[EmulatorProcess]:
    with EmulatorProcess(tmp_path) as running:
        yield running


@pytest.mark.engine
@pytest.mark.parametrize(("door", "seed"), cases(), ids=str)
def test_one_up_recovers(door: str, seed: int, emulator: EmulatorProcess, tmp_path: Path) -> None:
    case = case_of(seed)
    print(case)  # noqa: T201 - what pytest shows of a failure
    stack = new_stack(
        emulator,
        tmp_path,
        in_configuration=seed % 3 == 0,
        version=case.version,
        door=DOORS[door],
    )
    disturbance = Disturbance(case, stack, emulator)
    disturbance.prepare()
    disturbance.run()
    print(f"the disturbed run ended with {disturbance.code}")  # noqa: T201
    disturbance.assert_whole()
    disturbance.assert_no_gap()
    disturbance.assert_no_key()


def new_stack(
    emulator: EmulatorProcess,
    folder: Path,
    *,
    in_configuration: bool,
    version: str,
    door: Door = DYNAMIC,
) -> Stack:
    """Return a stack whose key is in its environment, or secret in its configuration."""
    environment = {"PINECONE_CONTROLLER_HOST": emulator.url, "PINECONE_API_VERSION": version}
    if not in_configuration:
        return Stack(folder / "stack", {**environment, "PINECONE_API_KEY": KEY}, door=door)
    stack = Stack(folder / "stack", environment, door=door)
    stack.run("config", "set", "--secret", "pinecone-backup:apiKey", KEY)
    return stack


@pytest.mark.engine
def test_a_restore_that_never_ends_is_given_up_by_changed_triggers(
    emulator: EmulatorProcess, tmp_path: Path
) -> None:
    case = case_of(0)
    stack = new_stack(emulator, tmp_path, in_configuration=False, version=case.version)
    service = Disturbance(case, stack, emulator).service
    service.index()
    backup = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    emulator.add_fault("create_index_from_backup_operation", "never_finish")
    program = """
        timeouts = pulumi.CustomTimeouts(create="2s")
        options = ResourceOptions(custom_timeouts=timeouts)
        RestoredIndex("r", backup_id="{backup}", triggers=["{word}"], opts=options)
    """
    stack.program(program.format(backup=backup, word="a"))
    assert "the wait timed out after 2 s" in stack.up(code=None).text
    stuck = stack.outputs("r")["name"]
    stack.program(program.format(backup=backup, word="b").replace("2s", "60s"))
    stack.up()
    assert stack.outputs("r")["status"] == "Ready"
    assert service.indexes() == {"products", stack.outputs("r")["name"]}
    assert stuck not in service.indexes()


def test_the_cases_of_the_long_form_cover_every_scenario_target_and_storm() -> None:
    cases = [case_of(seed) for seed in range(60)]
    assert {case.scenario.name for case in cases} == {scenario.name for scenario in SCENARIOS}
    assert {case.target for case in cases} == {*TARGETS, ""}
    assert {case.restart for case in cases} == {"", "with the kill", "in the midst"}
    assert {case.moment for case in cases} == set(MOMENTS)
    assert {repr(case.storm) for case in cases} == {repr(storm) for storm in STORMS}
    assert cases == [case_of(seed) for seed in range(60)]
