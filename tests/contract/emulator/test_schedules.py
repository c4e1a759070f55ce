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


@pytest.mark.parametrize(("frequency", "days"), [("daily", 1), ("weekly", 7)])
def test_the_first_run_is_one_period_away(api: Api, frequency: str, days: int) -> None:
    api.create_index()
    schedule = create_schedule(api, frequency=frequency)
    created = datetime.fromisoformat(schedule["created_at"])
    planned = datetime.fromisoformat(schedule["next_scheduled_run"])
    assert planned - created == timedelta(days=days)


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
    emulator.advance(2.5 * DAY)
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
    path = f"/backup-schedules/{create_schedule(api)['schedule_id']}/history"
    (planned,) = api.get(path)["data"]
    assert planned["status"] == "Scheduled"
    emulator.advance(DAY)
    made, following = api.get(path)["data"]
    assert (made["backup_id"], made["name"]) == (planned["backup_id"], planned["name"])
    assert (made["status"], following["status"]) == ("Initializing", "Scheduled")
    assert made["scheduled_execution_at"] == planned["scheduled_execution_at"]
    emulator.advance(60)
    assert api.get(path)["data"][0]["status"] == "Ready"


def test_an_index_has_one_enabled_schedule(api: Api) -> None:
    api.create_index()
    first = create_schedule(api)
    response = api.send("POST", "/indexes/docs/backup-schedules", body(name="second"))
    assert refusal(response)[:2] == (409, "ALREADY_EXISTS")
    api.patch(f"/backup-schedules/{first['schedule_id']}", {"enabled": False})
    create_schedule(api, name="second")
    again = api.send("PATCH", f"/backup-schedules/{first['schedule_id']}", {"enabled": True})
    assert refusal(again)[0] == 409


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


def test_a_month_is_a_calendar_month(api: Api) -> None:
    api.create_index()
    schedule = create_schedule(api, frequency="monthly")
    created = datetime.fromisoformat(schedule["created_at"])
    planned = datetime.fromisoformat(schedule["next_scheduled_run"])
    assert (planned.month - created.month) % 12 == 1
    assert 28 <= (planned - created).days <= 31


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
    assert api.send("POST", path, body(days=3651)).status_code == 400
    assert api.send("POST", path, body(days=0)).status_code == 422
    assert api.send("POST", path, body(frequency="hourly")).status_code == 422
    assert api.send("POST", path, body(name="No")).status_code == 400
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
