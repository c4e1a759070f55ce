"""A schedule goes with its index: it is made again with the index, and odd ones are kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import OTHER_KEY, Service
from support.state_entry import Entry

NewProcess = Callable[..., Session]
INPUTS = {"index_name": "products", "frequency": "daily", "retention_days": 7, "enabled": True}


@pytest.fixture
def made(schedule: Entry, products: str, process: NewProcess) -> Entry:
    """A schedule in the state, and a new process."""
    assert schedule.up(**INPUTS) == "created"
    process()
    del products
    return schedule


@pytest.mark.parametrize("change", [{}, {"frequency": "weekly"}, {"enabled": False}])
def test_a_schedule_whose_index_was_made_anew_is_made_again(
    made: Entry,
    service: Service,
    change: dict[str, object],
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = made.id
    service.call("DELETE", "/indexes/products")
    service.index("products")
    assert made.up(**{**INPUTS, **change}) == "replaced"
    assert f"backup schedule `{before}` does not exist any more" in capfd.readouterr().err
    listed = service.call("GET", "/indexes/products/backup-schedules")
    assert [row["schedule_id"] for row in listed["data"]] == [made.id]


def test_a_schedule_that_is_there_stays(made: Entry) -> None:
    assert made.up(**INPUTS) == "unchanged"


def test_a_key_of_another_project_does_not_make_it_again(
    made: Entry, service: Service, process: NewProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    service.session.headers["Api-Key"] = OTHER_KEY
    service.index("elsewhere")
    process(key=OTHER_KEY)
    assert made.up(**INPUTS) == "unchanged"
    assert "because the API key reads another project" in capfd.readouterr().err


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 403}])
def test_a_service_that_does_not_answer_is_no_reason_to_make_it_again(
    made: Entry, emulator: Emulator, fault: dict[str, int], capfd: pytest.CaptureFixture[str]
) -> None:
    emulator.add_fault("describe_backup_schedule", "status", times=50, **fault)
    assert made.up(**INPUTS) == "unchanged"
    assert "still exists could not be told" in capfd.readouterr().err


def test_without_looks_at_the_service_nothing_is_asked(
    made: Entry, emulator: Emulator, process: NewProcess
) -> None:
    process(preflight="false")
    before = emulator.requests()
    assert made.up(**INPUTS) == "unchanged"
    assert emulator.requests() == before


@pytest.mark.parametrize("change", [{"frequency": "hourly"}, {"frequency": "custom-cron"}])
def test_a_live_frequency_that_no_program_may_ask_for_is_read(
    made: Entry, emulator: Emulator, process: NewProcess, change: dict[str, str]
) -> None:
    emulator.add_fault("describe_backup_schedule", "rewrite", times=9, change=change)
    assert made.refresh()
    assert made.refresh()
    assert made.outputs["frequency"] == change["frequency"]
    emulator.clear_faults()
    process()
    assert made.up(**INPUTS) == "updated"
    assert made.outputs["frequency"] == "daily"
