from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from contract.emulator.api import Api, refusal
from pulumi_pinecone_backup.emulator import Emulator

DAY = 86_400


def create_schedule(api: Api, **changes: Any) -> Any:
    return api.post("/indexes/docs/backup-schedules", body(**changes))


def body(*, name: str = "nightly", frequency: str = "daily", days: int = 3) -> dict[str, Any]:
    return {
        "name": name,
        "schedule": {"type": "time-based", "frequency": frequency},
        "retention": {"expire_after_days": days},
    }


def backups(api: Api) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get("/backups")["data"]
    return rows


def test_a_schedule_is_described_listed_and_deleted(api: Api) -> None:
    api.create_index()
    created = create_schedule(api)
    path = f"/backup-schedules/{created['schedule_id']}"
    assert (created["frequency"], created["retention_expire_after_days"]) == ("daily", 3)
    assert created["enabled"] is True
    assert api.get(path) == created
    assert api.get("/indexes/docs/backup-schedules")["data"] == [created]
    assert api.send("DELETE", path).status_code == 204
    assert api.send("GET", path).status_code == 404
    assert api.get("/indexes/docs/backup-schedules")["data"] == []


@pytest.mark.parametrize("frequency", ["daily", "weekly", "monthly"])
def test_the_first_run_is_at_the_next_six_o_clock_and_then_one_period_away(
    emulator: Emulator, api: Api, frequency: str
) -> None:
    api.create_index()
    schedule = create_schedule(api, frequency=frequency)
    created = datetime.fromisoformat(schedule["created_at"])
    first = datetime.fromisoformat(schedule["next_scheduled_run"])
    assert (first.hour, first.minute, first.second, first.microsecond) == (6, 0, 0, 0)
    assert timedelta(0) < first - created <= timedelta(days=1)
    emulator.advance(DAY)
    described = api.get(f"/backup-schedules/{schedule['schedule_id']}")
    second = datetime.fromisoformat(described["next_scheduled_run"])
    days = {"daily": {1}, "weekly": {7}, "monthly": {28, 29, 30, 31}}
    assert (second - first).days in days[frequency]
    assert second.hour == 6


def test_a_schedule_takes_backups_that_expire(emulator: Emulator, api: Api) -> None:
    api.create_index()
    api.upsert(2)
    create_schedule(api, days=3)
    assert backups(api) == []
    emulator.advance(DAY)
    assert [row["record_count"] for row in backups(api)] == [2]
    api.upsert(5)
    emulator.advance(DAY)
    assert sorted(row["record_count"] for row in backups(api)) == [2, 5]
    emulator.advance(30 * DAY)
    assert len(backups(api)) == 3
    taken = [event for event in emulator.events() if "backup created" in event.get("effect", "")]
    assert len(taken) == 32


def test_a_backup_has_the_records_of_its_own_time(emulator: Emulator, api: Api) -> None:
    api.create_index()
    api.upsert(2)
    create_schedule(api, days=30)
    emulator.advance(2 * DAY)
    api.upsert(9)
    assert [row["record_count"] for row in backups(api)] == [2, 2]


def test_names_come_from_the_schedule_and_the_time(emulator: Emulator, api: Api) -> None:
    api.create_index()
    schedule = create_schedule(api)
    planned = datetime.fromisoformat(schedule["next_scheduled_run"])
    emulator.advance(DAY)
    assert [row["name"] for row in backups(api)] == [f"nightly-{planned:%Y%m%dT%H%M%SZ}"]


def test_the_history_has_what_was_made_and_what_is_planned(emulator: Emulator, api: Api) -> None:
    emulator.configure(backup_seconds=60)
    api.create_index()
    schedule = create_schedule(api)
    path = f"/backup-schedules/{schedule['schedule_id']}/history"
    (planned,) = api.get(path)["data"]
    assert planned["status"] == "Initializing"
    assert planned["created_at"] == schedule["created_at"]
    assert planned["scheduled_execution_at"] == schedule["next_scheduled_run"]
    until_run = datetime.fromisoformat(schedule["next_scheduled_run"]) - now(api)
    emulator.advance(until_run.total_seconds() + 1)
    made, following = api.get(path)["data"]
    assert (made["backup_id"], made["name"]) == (planned["backup_id"], planned["name"])
    assert (made["status"], following["status"]) == ("Initializing", "Initializing")
    assert made["scheduled_execution_at"] == planned["scheduled_execution_at"]
    assert made["created_at"] == planned["created_at"]
    assert following["created_at"] == made["scheduled_execution_at"]
    emulator.advance(60)
    assert api.get(path)["data"][0]["status"] == "Ready"


def now(api: Api) -> datetime:
    return datetime.fromisoformat(api.get("/_emulator/health")["time"].replace("Z", "+00:00"))


def test_a_backup_of_a_run_tells_when_the_run_was_planned(emulator: Emulator, api: Api) -> None:
    api.create_index()
    schedule = create_schedule(api)
    emulator.advance(DAY)
    (row,) = backups(api)
    assert row["created_at"] == schedule["created_at"]
    planned = datetime.fromisoformat(schedule["next_scheduled_run"])
    assert row["name"].endswith(f"{planned:%Y%m%dT%H%M%SZ}")


@pytest.mark.parametrize("status", ["Scheduled", "Pending"])
def test_a_planned_run_can_be_shown_under_another_status(emulator: Emulator, status: str) -> None:
    api = Api(emulator, is_checked=False)
    api.create_index()
    emulator.configure(planned_run_status=status)
    path = f"/backup-schedules/{create_schedule(api)['schedule_id']}/history"
    assert [row["status"] for row in api.get(path)["data"]] == [status]
    emulator.add_fault(
        "list_backup_schedule_history",
        "rewrite",
        change={"name": None, "record_count": None},
        remove=["scheduled_execution_at"],
    )
    (row,) = api.get(path)["data"]
    assert row["name"] is None
    assert "scheduled_execution_at" not in row
    api.close()


def test_a_name_has_no_rule_but_over_28_characters_its_runs_fail(
    emulator: Emulator, api: Api
) -> None:
    api.create_index()
    schedule = create_schedule(api, name="Nightly, of all that is in the index!")
    emulator.advance(DAY)
    (row,) = backups(api)
    assert row["status"] == "InitializationFailed"
    assert row["name"].startswith("Nightly, of all that is in the index!-2")
    api.delete(f"/backup-schedules/{schedule['schedule_id']}")
    create_schedule(api, name="x" * 28)
    emulator.advance(DAY)
    assert sorted(row["status"] for row in backups(api)) == ["InitializationFailed", "Ready"]


def test_an_index_has_three_schedules_at_most(api: Api) -> None:
    api.create_index()
    for number in range(3):
        schedule = create_schedule(api, name=f"number-{number}")
        api.patch(f"/backup-schedules/{schedule['schedule_id']}", {"enabled": False})
    response = api.send("POST", "/indexes/docs/backup-schedules", body(name="fourth"))
    status, _, message = refusal(response)
    assert (status, "at most 3" in message) == (400, True)
    api.delete(f"/backup-schedules/{schedule['schedule_id']}")
    create_schedule(api, name="fourth")


def test_an_index_that_is_made_anew_has_no_schedules(emulator: Emulator, api: Api) -> None:
    api.create_index()
    schedule = create_schedule(api)
    api.delete("/indexes/docs")
    emulator.advance(1)
    api.create_index()
    assert api.get("/indexes/docs/backup-schedules")["data"] == []
    assert api.send("GET", f"/backup-schedules/{schedule['schedule_id']}").status_code == 404
    emulator.advance(DAY)
    assert backups(api) == []


def test_enabling_what_is_enabled_does_nothing_and_enabling_again_moves_the_cadence(
    api: Api,
) -> None:
    api.create_index()
    schedule = create_schedule(api)
    path = f"/backup-schedules/{schedule['schedule_id']}"
    same = api.patch(path, {"enabled": True})
    assert same["next_scheduled_run"] == schedule["next_scheduled_run"]
    assert backups(api) == []
    api.patch(path, {"enabled": False})
    before = now(api)
    again = api.patch(path, {"enabled": True})
    assert len(backups(api)) == 1
    away = datetime.fromisoformat(again["next_scheduled_run"]) - before
    assert timedelta(days=1) <= away < timedelta(days=1, minutes=1)


def test_a_changed_retention_applies_to_the_backups_that_are_there(
    emulator: Emulator, api: Api
) -> None:
    api.create_index()
    path = f"/backup-schedules/{create_schedule(api, days=30)['schedule_id']}"
    emulator.advance(10 * DAY)
    assert len(backups(api)) == 10
    api.patch(path, {"retention": {"expire_after_days": 4}})
    assert len(backups(api)) == 4
    api.patch(path, {"retention": {"expire_after_days": 60}, "enabled": False})
    emulator.advance(50 * DAY)
    assert len(backups(api)) == 4
    emulator.advance(10 * DAY)
    assert backups(api) == []


@pytest.mark.parametrize("plan", ["starter", "builder"])
def test_a_plan_without_schedules_leaves_open_what_costs_nothing(
    emulator: Emulator, api: Api, plan: str
) -> None:
    api.create_index()
    schedule = create_schedule(api)
    path = f"/backup-schedules/{schedule['schedule_id']}"
    emulator.configure(plan=plan)
    # The plan comes before the index.
    for index in ("docs", "missing"):
        response = api.send("POST", f"/indexes/{index}/backup-schedules", body())
        assert refusal(response)[:2] == (403, "PERMISSION_DENIED")
    assert refusal(api.send("POST", "/indexes/docs/backups", {}))[:2] == (403, "PERMISSION_DENIED")
    assert api.get("/indexes/docs/backup-schedules")["data"] == [api.get(path)]
    assert api.get(f"{path}/history")["data"]
    api.patch(path, {"frequency": "weekly"})
    api.patch(path, {"enabled": False})
    assert refusal(api.send("PATCH", path, {"enabled": True}))[:2] == (403, "PERMISSION_DENIED")
    api.delete(path)


def test_an_index_has_one_enabled_schedule(api: Api) -> None:
    api.create_index()
    first = create_schedule(api)
    response = api.send("POST", "/indexes/docs/backup-schedules", body(name="second"))
    assert refusal(response)[:2] == (409, "ALREADY_EXISTS")
    assert refusal(response)[2].endswith("Disable or delete it first.")
    api.patch(f"/backup-schedules/{first['schedule_id']}", {"enabled": False})
    create_schedule(api, name="second")
    again = api.send("PATCH", f"/backup-schedules/{first['schedule_id']}", {"enabled": True})
    assert refusal(again)[0] == 409
    assert refusal(again)[2].endswith("Disable it first before re-enabling this one.")


def test_a_paused_schedule_takes_nothing_and_enabling_takes_one_at_once(
    emulator: Emulator, api: Api
) -> None:
    api.create_index()
    path = f"/backup-schedules/{create_schedule(api)['schedule_id']}"
    assert api.patch(path, {"enabled": False})["next_scheduled_run"] is None
    emulator.advance(10 * DAY)
    assert backups(api) == []
    api.patch(path, {"enabled": True})
    assert len(backups(api)) == 1
    emulator.advance(DAY)
    assert len(backups(api)) == 2


def test_a_schedule_is_changed_in_place(emulator: Emulator, api: Api) -> None:
    api.create_index()
    path = f"/backup-schedules/{create_schedule(api, days=30)['schedule_id']}"
    changed = api.patch(path, {"frequency": "weekly", "retention": {"expire_after_days": 9}})
    assert (changed["frequency"], changed["retention_expire_after_days"]) == ("weekly", 9)
    emulator.advance(DAY)
    assert backups(api) == []
    emulator.advance(6 * DAY)
    assert len(backups(api)) == 1


def test_deleting_the_schedule_or_the_index_keeps_the_backups(emulator: Emulator, api: Api) -> None:
    api.create_index()
    schedule = create_schedule(api, days=30)
    emulator.advance(DAY)
    api.delete("/indexes/docs")
    emulator.advance(1)
    assert api.send("GET", f"/backup-schedules/{schedule['schedule_id']}").status_code == 404
    assert len(backups(api)) == 1
    emulator.advance(5 * DAY)
    assert len(backups(api)) == 1


def test_schedules_refuse_what_cannot_be(emulator: Emulator, api: Api) -> None:
    api.create_index()
    path = "/indexes/docs/backup-schedules"
    status, _, message = refusal(api.send("POST", path, body(days=400)))
    assert status == 400
    assert message == "retention.expire_after_days must be between 1 and 365, got 400."
    assert api.send("POST", path, body(days=0)).status_code == 422
    assert api.send("POST", path, body(frequency="hourly")).status_code == 422
    assert api.send("POST", "/indexes/missing/backup-schedules", body()).status_code == 404
    emulator.configure(paid=False)
    assert api.send("POST", path, body()).status_code == 402
    emulator.configure(paid=True, plan="starter")
    status, code, message = refusal(api.send("POST", path, body()))
    assert (status, code) == (403, "PERMISSION_DENIED")
    assert "plan" in message


def test_a_run_over_the_quota_fails(emulator: Emulator, api: Api) -> None:
    emulator.configure(backup_quota=1)
    api.create_index()
    api.create_backup()
    create_schedule(api)
    emulator.advance(DAY)
    assert sorted(row["status"] for row in backups(api)) == ["InitializationFailed", "Ready"]
