"""The life of a `BackupSchedule`, over HTTP, without the engine's help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import KEY, OTHER_KEY, Service
from support.state_entry import Entry, Refused

NewProcess = Callable[..., Session]
pytestmark = pytest.mark.usefixtures("products")
INPUTS: dict[str, Any] = {
    "index_name": "products",
    "frequency": "daily",
    "retention_days": 14,
    "enabled": True,
}


def live(service: Service, entry: Entry) -> dict[str, Any]:
    return service.call("GET", f"/backup-schedules/{entry.id}")


def schedules(service: Service, index: str = "products") -> set[str]:
    found = service.call("GET", f"/indexes/{index}/backup-schedules")
    return {row["schedule_id"] for row in found["data"]}


@pytest.mark.parametrize("bridge", ["off", "on"])
def test_a_schedule_lives_from_create_to_delete(
    schedule: Entry, service: Service, process: NewProcess, bridge: str
) -> None:
    process(bridge=bridge)
    assert schedule.up(**INPUTS) == "created"
    assert schedules(service) == {schedule.id}
    assert schedule.outputs["enabled"] is True
    assert schedule.outputs["next_scheduled_run"]
    assert schedule.outputs["project"]

    process(bridge=bridge)
    assert schedule.up(**INPUTS) == "unchanged"
    before = (schedule.inputs, schedule.outputs)
    assert schedule.refresh()
    assert (schedule.inputs, schedule.outputs) == before

    changed = {**INPUTS, "frequency": "weekly", "retention_days": 30, "enabled": False}
    process(bridge=bridge)
    assert schedule.up(**changed) == "updated"
    found = live(service, schedule)
    assert found["enabled"] is False
    assert (schedule.outputs["frequency"], schedule.outputs["retention_days"]) == ("weekly", 30)

    process(bridge=bridge)
    schedule.down()
    assert schedules(service) == set()
    schedule.down()


def test_drift_is_seen_and_undone(schedule: Entry, service: Service, process: NewProcess) -> None:
    schedule.up(**INPUTS)
    service.call("PATCH", f"/backup-schedules/{schedule.id}", {"enabled": False})
    process()
    assert schedule.refresh()
    assert schedule.inputs["enabled"] is False
    assert schedule.up(**INPUTS) == "updated"
    assert live(service, schedule)["enabled"] is True


def test_a_schedule_may_begin_disabled(schedule: Entry, service: Service) -> None:
    schedule.up(**{**INPUTS, "enabled": False})
    assert live(service, schedule)["enabled"] is False
    assert schedule.outputs["enabled"] is False


def test_a_renamed_schedule_makes_room_for_itself(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    schedule.up(**INPUTS, name="first")
    process()
    assert schedule.up(**INPUTS, name="second") == "replaced"
    assert schedules(service) == {schedule.id}
    assert live(service, schedule)["name"] == "second"


def test_a_schedule_that_moves_to_another_index_is_made_there_first(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    service.index("other")
    schedule.up(**INPUTS)
    process()
    assert schedule.up(**{**INPUTS, "index_name": "other"}) == "replaced"
    assert schedules(service) == set()
    assert schedules(service, "other") == {schedule.id}


def test_an_index_takes_one_enabled_schedule_and_the_other_one_is_named(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    other = Entry("BackupSchedule", "weekly")
    other.up(**INPUTS, name="already-there")
    with pytest.raises(Refused, match=r"takes one enabled schedule, and resource `.*` is one"):
        schedule.check(**INPUTS)
    process()
    with pytest.raises(Refused, match="a disabled one cannot be made beside it"):
        schedule.check(**{**INPUTS, "enabled": False})
    with pytest.raises(OneLineError, match="takes one enabled schedule and has") as caught:
        schedule.up(**INPUTS)
    assert f"`already-there` (`{other.id}`)" in str(caught.value)
    assert schedules(service) == {other.id}


@pytest.mark.parametrize("first", ["enabled", "disabled"])
def test_the_enabled_one_of_two_is_swapped_in_one_run(
    service: Service, process: NewProcess, first: str
) -> None:
    one, two = Entry("BackupSchedule", "one"), Entry("BackupSchedule", "two")
    one.up(**INPUTS, name="one")
    process()
    one.up(**{**INPUTS, "enabled": False}, name="one")
    process()
    two.up(**INPUTS, name="two")
    process()
    changes = [(two, {**INPUTS, "enabled": False, "name": "two"}), (one, {**INPUTS, "name": "one"})]
    checked = [(entry, entry.check(**given)) for entry, given in changes]
    for entry, news in checked if first == "disabled" else reversed(checked):
        entry._update(news)
    listed = service.call("GET", "/indexes/products/backup-schedules")["data"]
    enabled = {row["name"]: row["enabled"] for row in listed}
    assert enabled == {"one": True, "two": False}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "drop_before"},
        {"kind": "status", "status": 500, "after": True},
        {"kind": "status", "status": 500, "after": False},
    ],
)
def test_a_lost_answer_leaves_exactly_one_schedule(
    schedule: Entry,
    emulator: Emulator,
    service: Service,
    fault: dict[str, Any],
) -> None:
    emulator.add_fault("create_backup_schedule", **fault)
    schedule.up(**INPUTS)
    assert schedules(service) == {schedule.id}


def test_what_a_lost_run_has_made_is_named_and_never_adopted(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    lost = schedule.copy()
    lost.up(**INPUTS)
    before = live(service, lost)
    process()
    with pytest.raises(OneLineError) as caught:
        schedule.up(**{**INPUTS, "retention_days": 30})
    assert f"`pinecone-backup import backup-schedule daily {lost.id}`" in str(caught.value)
    assert schedules(service) == {lost.id}
    assert live(service, lost) == before


def test_a_schedule_is_not_replaced_beside_itself(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    schedule.up(**INPUTS)
    process()
    schedule.check(**INPUTS)
    again = schedule.copy()
    with pytest.raises(OneLineError, match="it cannot be replaced beside itself"):
        again._create(again.check({}, **INPUTS))
    assert schedules(service) == {schedule.id}


def test_a_schedule_of_that_name_that_another_made_is_a_conflict(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    other = Entry("BackupSchedule", "weekly")
    other.up(**{**INPUTS, "name": "same", "enabled": False})
    process()
    with pytest.raises(OneLineError, match="has a schedule named `same` already"):
        schedule.up(**INPUTS, name="same")
    assert schedules(service) == {other.id}


def test_an_id_reaches_the_state_although_a_later_step_fails(
    schedule: Entry,
    emulator: Emulator,
    service: Service,
    process: NewProcess,
    capsys: pytest.CaptureFixture[str],
) -> None:
    emulator.add_fault("update_backup_schedule", "status", status=403)
    schedule.up(**{**INPUTS, "enabled": False})
    assert schedules(service) == {schedule.id}
    assert "Could not change backup schedule" in capsys.readouterr().err
    process()
    assert schedule.up(**{**INPUTS, "enabled": False}) == "updated"
    assert live(service, schedule)["enabled"] is False


def test_a_version_without_schedules_is_named_at_preview(
    schedule: Entry, process: NewProcess, version: str
) -> None:
    process(version)
    if version == "2026-07":
        assert schedule.check(**INPUTS)["frequency"] == "daily"
        return
    with pytest.raises(Refused, match="set `pinecone-backup:apiVersion`") as caught:
        schedule.check(**INPUTS)
    assert f"API version `{version}` has no backup schedules" in str(caught.value)


def test_an_index_with_a_customers_key_is_refused_at_preview(
    schedule: Entry, service: Service
) -> None:
    name = service.index("sealed", cmek_id="key-1")
    with pytest.raises(Refused, match="customer-managed key"):
        schedule.check(**{**INPUTS, "index_name": name})


def test_a_retention_beyond_the_maximum_is_refused_with_the_service_s_text(schedule: Entry) -> None:
    with pytest.raises(OneLineError, match="must be between 1 and 365"):
        schedule.up(**{**INPUTS, "retention_days": 4000})
    assert schedule.id is None


def test_an_index_that_is_not_there_is_a_warning_at_preview_and_an_error_later(
    schedule: Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OneLineError, match="Could not read index `missing`"):
        schedule.up(**{**INPUTS, "index_name": "missing"})
    assert "index `missing` does not exist yet in this project" in capsys.readouterr().err


def test_a_schedule_that_went_with_its_index_is_dropped_by_a_refresh(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    service.index("other")
    schedule.up(**INPUTS)
    service.call("DELETE", "/indexes/products")
    process()
    assert schedule.refresh() is False
    schedule.down()


def test_a_key_of_another_project_neither_drops_nor_deletes(
    schedule: Entry, service: Service, process: NewProcess
) -> None:
    schedule.up(**INPUTS)
    service.session.headers["Api-Key"] = OTHER_KEY
    service.index("theirs", records=0)
    service.session.headers["Api-Key"] = KEY
    process(key=OTHER_KEY)
    with pytest.raises(OneLineError, match="the API key reads another project"):
        schedule.refresh()
    with pytest.raises(OneLineError, match="the API key reads another project"):
        schedule.down()
    assert schedules(service) == {schedule.id}


def test_a_schedule_is_only_read_by_get(schedule: Entry, service: Service) -> None:
    made = Entry("BackupSchedule", "other")
    made.up(**INPUTS)
    outputs = schedule.get(str(made.id))
    assert outputs["schedule_id"] == made.id
    assert (outputs["frequency"], outputs["retention_days"]) == ("daily", 14)
    assert schedules(service) == {made.id}
