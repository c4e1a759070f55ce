"""Runs that are killed and services that fail: one recovery `up` makes all of it whole.

`PINECONE_BACKUP_CHAOS_CASES=60` runs that many cases, `PINECONE_BACKUP_CHAOS_SEEDS=7,23` those of
the named seeds; a failure prints its seed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos.cases import MOMENTS, SCENARIOS, STORMS, TARGETS, case_of
from chaos.disturbance import Disturbance
from chaos.emulator_process import EmulatorProcess
from live_service import KEY
from pulumi_stack import Stack

SHORT = range(8)


def seeds() -> list[int]:
    """Return the seeds to run: the short form, or what the environment asks for."""
    named = os.environ.get("PINECONE_BACKUP_CHAOS_SEEDS")
    if named:
        return [int(seed) for seed in named.split(",")]
    count = os.environ.get("PINECONE_BACKUP_CHAOS_CASES")
    return list(range(int(count))) if count else list(SHORT)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[EmulatorProcess]:
    with EmulatorProcess(tmp_path) as running:
        yield running


@pytest.mark.engine
@pytest.mark.parametrize("seed", seeds())
def test_one_up_recovers(
    seed: int, emulator: EmulatorProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = case_of(seed)
    with capsys.disabled():
        print(f"\n{case}")  # noqa: T201 - which case it was must be seen if the machine dies
    environment = {
        "PINECONE_API_KEY": KEY,
        "PINECONE_CONTROLLER_HOST": emulator.url,
        "PINECONE_API_VERSION": case.version,
    }
    disturbance = Disturbance(case, Stack(tmp_path / "stack", environment), emulator)
    disturbance.prepare()
    disturbance.run()
    with capsys.disabled():
        print(f"the disturbed run ended with {disturbance.code}")  # noqa: T201
    disturbance.assert_whole()
    disturbance.assert_no_gap()
    disturbance.assert_no_key()


def test_the_cases_of_the_long_form_cover_every_scenario_target_and_storm() -> None:
    cases = [case_of(seed) for seed in range(60)]
    assert {case.scenario.name for case in cases} == {scenario.name for scenario in SCENARIOS}
    assert {case.target for case in cases} == {*TARGETS, ""}
    assert {case.restart for case in cases} == {"", "with the kill", "in the midst"}
    assert {case.moment for case in cases} == set(MOMENTS)
    assert {repr(case.storm) for case in cases} == {repr(storm) for storm in STORMS}
    assert cases == [case_of(seed) for seed in range(60)]
