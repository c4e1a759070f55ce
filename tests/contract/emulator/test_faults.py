from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from contract.emulator.api import Api
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.emulator.web.app import OPERATION_IDS


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    # Faults answer what no description has.
    client = Api(emulator, is_checked=False)
    yield client
    client.close()


def effects(emulator: Emulator) -> list[str]:
    return [event["effect"] for event in emulator.events() if event["kind"] == "effect"]


def test_a_status_is_answered_as_often_as_asked_without_effect(
    emulator: Emulator, api: Api
) -> None:
    emulator.add_fault(
        "create_index", "status", times=2, status=503, body={"a": 1}, headers={"Retry-After": "7"}
    )
    for _ in range(2):
        response = api.send("POST", "/indexes", api.index_body("docs"))
        assert (response.status_code, response.json()) == (503, {"a": 1})
        assert response.headers["Retry-After"] == "7"
    assert effects(emulator) == []
    api.create_index()


def test_a_status_can_come_after_the_effect(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("create_index", "status", status=500, after=True)
    response = api.send("POST", "/indexes", api.index_body("docs"))
    assert response.status_code == 500
    assert api.get("/indexes/docs")["name"] == "docs"


def test_a_text_body_is_answered_as_text(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("list_indexes", "status", status=502, body="<html>Bad gateway</html>")
    response = api.send("GET", "/indexes")
    assert response.text == "<html>Bad gateway</html>"
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(("kind", "has_happened"), [("drop_before", False), ("drop_after", True)])
def test_a_connection_is_closed_before_or_after_the_effect(
    emulator: Emulator, api: Api, kind: str, has_happened: bool
) -> None:
    emulator.add_fault("create_index", kind)
    with pytest.raises(requests.ConnectionError):
        api.send("POST", "/indexes", api.index_body("docs"))
    assert (api.send("GET", "/indexes/docs").status_code == 200) == has_happened
    first = next(event for event in emulator.events() if event["kind"] == "request")
    assert (first["operation"], first["status"]) == ("create_index", None)


def test_a_delayed_answer_comes_late_and_others_do_not_wait(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("list_indexes", "delay", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        api.session.get(f"{emulator.url}/indexes", timeout=0.1)
    assert api.get("/indexes") == {"indexes": []}


def test_a_body_replaces_a_good_answer_after_the_effect(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("create_index", "body", body='{"name": "do')
    response = api.send("POST", "/indexes", api.index_body("docs"))
    assert (response.status_code, response.text) == (201, '{"name": "do')
    assert api.get("/indexes/docs")["name"] == "docs"


def test_a_body_ends_in_its_middle_where_none_is_given(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("create_index", "body")
    response = api.send("POST", "/indexes", api.index_body("docs"))
    assert response.status_code == 201
    assert response.text.startswith('{"name":"docs"')
    with pytest.raises(requests.JSONDecodeError):
        response.json()


def test_a_fault_can_be_meant_for_one_object(emulator: Emulator, api: Api) -> None:
    api.create_index("one")
    api.create_index("two")
    emulator.add_fault("describe_index", "status", status=500, match="/two")
    assert api.send("GET", "/indexes/one").status_code == 200
    assert api.send("GET", "/indexes/two").status_code == 500


def test_describe_can_hide_what_exists(emulator: Emulator, api: Api) -> None:
    api.create_index()
    emulator.add_fault("describe_index", "hide", times=2)
    statuses = [api.send("GET", "/indexes/docs").status_code for _ in range(3)]
    assert statuses == [404, 404, 200]


def test_lists_can_leave_rows_out(emulator: Emulator, api: Api) -> None:
    api.create_index()
    ids = sorted(api.create_backup()["backup_id"] for _ in range(3))
    emulator.add_fault("list_project_backups", "hide", ids=[ids[1]])
    emulator.add_fault("list_project_backups", "hide")
    seen = [[row["backup_id"] for row in api.get("/backups")["data"]] for _ in range(3)]
    assert seen == [[ids[0], ids[2]], [], ids]
    emulator.add_fault("list_indexes", "hide", ids=["docs"])
    assert api.get("/indexes")["indexes"] == []


def test_a_page_can_repeat_rows_of_the_one_before(emulator: Emulator, api: Api) -> None:
    api.create_index()
    ids = sorted(api.create_backup()["backup_id"] for _ in range(4))
    token = api.get("/backups", limit=2)["pagination"]["next"]
    emulator.add_fault("list_project_backups", "shift", count=1)
    page = api.get("/backups", paginationToken=token)["data"]
    assert [row["backup_id"] for row in page] == ids[1:3]


def test_describe_can_contradict_the_lists(emulator: Emulator, api: Api) -> None:
    api.create_index()
    backup_id = api.create_backup()["backup_id"]
    job_id = api.restore(backup_id)["restore_job_id"]
    paths = {
        "describe_index": "/indexes/docs",
        "describe_backup": f"/backups/{backup_id}",
        "describe_restore_job": f"/restore-jobs/{job_id}",
    }
    for operation, path in paths.items():
        emulator.add_fault(operation, "hide", times=10**6)
        assert api.send("GET", path).status_code == 404
    assert "docs" in {row["name"] for row in api.get("/indexes")["indexes"]}
    assert [row["backup_id"] for row in api.get("/backups")["data"]] == [backup_id]
    assert [row["backup_id"] for row in api.get("/indexes/docs/backups")["data"]] == [backup_id]
    assert [row["restore_job_id"] for row in api.get("/restore-jobs")["data"]] == [job_id]


def test_any_field_of_an_answer_can_be_changed_or_left_out(emulator: Emulator, api: Api) -> None:
    api.create_index(tags={"a": "b"})
    first = "0001-01-01T00:00:00+14:00"
    change = {"created_at": first, "tags": None, "made.up": 1, "schema.fields.*.dimension": 0}
    emulator.add_fault("create_backup", "rewrite", change=change, remove=["status", "no.such"])
    made = api.create_backup()
    assert (made["created_at"], made["tags"], made["made"]) == (first, None, {"up": 1})
    assert {field.get("dimension") for field in made["schema"]["fields"].values()} == {0}
    assert "status" not in made
    assert api.get(f"/backups/{made['backup_id']}")["created_at"] != first
    emulator.add_fault("describe_index", "rewrite", change={"host": "http://[::1"})
    assert api.get("/indexes/docs")["host"] == "http://[::1"
    emulator.add_fault("describe_index", "rewrite", change={"status": None})
    assert api.get("/indexes/docs")["status"] is None


def test_a_refusal_is_not_rewritten(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("describe_index", "rewrite", change={"status": 5})
    assert api.send("GET", "/indexes/missing").json()["status"] == 404


def test_a_list_can_have_odd_rows(emulator: Emulator, api: Api) -> None:
    for name in ("one", "two"):
        api.create_index(name)
    emulator.add_fault(
        "list_indexes",
        "rewrite",
        change={"status": None},
        ids=["two"],
        add=[{"name": "odd", "tags": {"n": 1}}, None, "text"],
    )
    rows = api.get("/indexes")["indexes"]
    assert [row["status"] for row in rows[:2]] == [{"ready": True, "state": "Ready"}, None]
    assert rows[2:] == [{"name": "odd", "tags": {"n": 1}}, None, "text"]
    backup_id = api.create_backup("one")["backup_id"]
    emulator.add_fault(
        "list_project_backups", "rewrite", change={"tags": {"n": 1.5, "o": {}}}, ids=[backup_id]
    )
    assert api.get("/backups")["data"][0]["tags"] == {"n": 1.5, "o": {}}


def test_a_page_can_hold_ten_thousand_rows(emulator: Emulator, api: Api) -> None:
    api.create_index()
    for _ in range(3):
        api.create_backup()
    emulator.add_fault("list_project_backups", "swell", count=10_000)
    page = api.get("/backups")
    assert len({row["backup_id"] for row in page["data"]}) == 10_000
    assert len(api.get("/backups")["data"]) == 3
    emulator.add_fault("list_indexes", "swell", count=10_000)
    assert len({row["name"] for row in api.get("/indexes")["indexes"]}) == 10_000


def test_an_answer_can_drip(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("list_indexes", "drip", seconds=0.01)
    begin = time.monotonic()
    assert api.get("/indexes") == {"indexes": []}
    assert time.monotonic() - begin >= 0.01 * len('{"indexes":[]}')
    emulator.add_fault("list_indexes", "drip", seconds=3600)
    response = api.session.get(f"{emulator.url}/indexes", stream=True, timeout=30)
    assert response.status_code == 200
    assert response.headers["Content-Length"] == "14"
    assert api.get("/indexes") == {"indexes": []}
    response.close()


def test_stopping_does_not_wait_for_a_dripping_answer() -> None:
    emulator = Emulator()
    emulator.start()
    emulator.add_fault("list_indexes", "drip", seconds=3600)
    headers = {"Api-Key": "emulator", "X-Pinecone-Api-Version": "2026-07"}
    response = requests.get(f"{emulator.url}/indexes", headers=headers, stream=True, timeout=60)
    emulator.stop()
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        response.json()


def test_an_object_can_vanish(emulator: Emulator, api: Api) -> None:
    api.create_index()
    backup_id = api.create_backup()["backup_id"]
    job_id = api.restore(backup_id)["restore_job_id"]
    schedule = {
        "name": "nightly",
        "schedule": {"type": "time-based", "frequency": "daily"},
        "retention": {"expire_after_days": 3},
    }
    schedule_id = api.post("/indexes/docs/backup-schedules", schedule)["schedule_id"]
    for operation, path in (
        ("describe_restore_job", f"/restore-jobs/{job_id}"),
        ("describe_backup_schedule", f"/backup-schedules/{schedule_id}"),
        ("describe_backup", f"/backups/{backup_id}"),
        ("describe_index", "/indexes/docs"),
    ):
        assert api.send("GET", path).status_code == 200
        emulator.add_fault(operation, "vanish")
        assert [api.send("GET", path).status_code for _ in range(2)] == [404, 404]
    assert api.get("/backups")["data"] == []
    assert api.get("/restore-jobs")["data"] == []
    assert [row["name"] for row in api.get("/indexes")["indexes"]] == ["restored"]
    assert effects(emulator)[-1] == "index deleted docs"
    assert "delete_index" not in emulator.requests()


def test_too_many_requests_can_come_without_retry_after(emulator: Emulator, api: Api) -> None:
    emulator.add_fault("create_index", "status", status=429)
    response = api.send("POST", "/indexes", api.index_body("docs"))
    assert response.status_code == 429
    assert "Retry-After" not in response.headers
    assert effects(emulator) == []


def test_a_deletion_may_never_finish(emulator: Emulator, api: Api) -> None:
    api.create_index()
    emulator.add_fault("delete_index", "never_finish")
    api.delete("/indexes/docs")
    emulator.advance(10**6)
    assert api.get("/indexes/docs")["status"]["state"] == "Terminating"


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({}, "operation"),
        ({"operation": "create_index"}, "kind"),
        ({"operation": "create_index", "kind": "explode"}, "kind"),
        ({"operation": "create_indx", "kind": "delay", "seconds": 1}, "create_indx"),
        ({"operation": "create_index", "kind": "delay"}, "seconds"),
        ({"operation": "create_index", "kind": "delay", "seconds": "1"}, "seconds"),
        ({"operation": "create_index", "kind": "delay", "seconds": 1, "count": 1}, "count"),
        ({"operation": "create_index", "kind": "status"}, "status"),
        ({"operation": "create_index", "kind": "status", "status": 99}, "status"),
        ({"operation": "create_index", "kind": "drop_before", "times": 0}, "times"),
        ({"operation": "create_index", "kind": "drop_before", "tims": 1}, "tims"),
        ({"operation": "list_indexes", "kind": "fail_job"}, "operation"),
        ({"operation": "list_indexes", "kind": "vanish"}, "operation"),
        ({"operation": "list_indexes", "kind": "rewrite"}, "change"),
        ({"operation": "list_indexes", "kind": "rewrite", "remove": "name"}, "remove"),
        ({"operation": "list_indexes", "kind": "swell"}, "count"),
        ({"operation": "list_indexes", "kind": "drip"}, "seconds"),
        ({"operation": "create_index", "kind": "status", "status": 500, "headers": 1}, "headers"),
    ],
)
def test_a_malformed_fault_is_refused_by_name(
    emulator: Emulator, api: Api, fault: dict[str, Any], named: str
) -> None:
    response = api.send("POST", "/_emulator/faults", fault)
    assert response.status_code == 400
    assert named in response.json()["error"]
    with pytest.raises((ValueError, TypeError), match=named):
        emulator.add_fault(**fault)
    assert api.get("/_emulator/faults") == {"faults": []}


def test_faults_are_listed_and_cleared(emulator: Emulator, api: Api) -> None:
    fault = {"operation": "*", "kind": "status", "status": 500, "times": 3}
    api.post("/_emulator/faults", fault)
    assert api.send("GET", "/indexes").status_code == 500
    assert api.get("/_emulator/faults") == {"faults": [fault | {"times": 2}]}
    api.delete("/_emulator/faults")
    assert api.get("/indexes") == {"indexes": []}
    emulator.add_fault("list_indexes", "status", status=500)
    emulator.clear_faults()
    assert api.get("/indexes") == {"indexes": []}


def test_requests_are_counted_and_journaled_in_order_with_effects(
    emulator: Emulator, api: Api
) -> None:
    api.create_index()
    backup_id = api.create_backup()["backup_id"]
    api.send("GET", "/backups", limit=0)
    assert emulator.requests() == {
        "create_index": 1,
        "create_backup": 1,
        "list_project_backups": 1,
    }
    assert api.get("/_emulator/requests") == emulator.requests()
    events = api.get("/_emulator/events")["events"]
    assert events == emulator.events()
    assert [event.get("effect") or event["operation"] for event in events] == [
        "index created docs",
        "index ready docs",
        "create_index",
        f"backup created {backup_id}",
        f"backup ready {backup_id}",
        "create_backup",
        "list_project_backups",
    ]
    assert [event["number"] for event in events] == list(range(1, 8))
    assert (events[-1]["query"], events[-1]["status"]) == ("limit=0", 400)


def test_reset_forgets_everything(emulator: Emulator, api: Api) -> None:
    api.create_index()
    api.upsert(3)
    api.create_backup()
    emulator.add_fault("list_indexes", "status", status=500)
    api.post("/_emulator/reset", {})
    assert emulator.events() == []
    assert api.get("/indexes") == {"indexes": []}
    assert api.get("/backups")["data"] == []
    assert emulator.requests() == {"list_indexes": 1, "list_project_backups": 1}


def test_every_operation_of_the_contract_is_served() -> None:
    promised = """
        list_indexes create_index describe_index configure_index delete_index list_index_backups
        create_backup list_project_backups describe_backup delete_backup
        create_index_from_backup_operation list_restore_jobs describe_restore_job
        create_backup_schedule list_backup_schedules describe_backup_schedule
        update_backup_schedule delete_backup_schedule list_backup_schedule_history
        upsert_vectors fetch_vectors list_vectors delete_vectors update_vector query_vectors
        describe_index_stats list_namespaces describe_namespace delete_namespace
    """
    assert set(promised.split()) <= OPERATION_IDS


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "advance", {}),
        ("POST", "advance", {"seconds": -1}),
        ("POST", "advance", {"seconds": "1"}),
        ("POST", "advance", {"seconds": 1, "minutes": 1}),
        ("PATCH", "settings", {"plan": "free"}),
        ("PATCH", "settings", {"backup_second": 1}),
        ("PATCH", "settings", {"roles": {"emulator": "King"}}),
        ("PATCH", "indexes", {"name": "docs"}),
        ("PATCH", "indexes", {"name": "docs", "api_key": "emulator", "state": "Happy"}),
        ("PATCH", "indexes", {"name": "docs", "api_key": "emulator", "mood": "Happy"}),
        ("PATCH", "indexes", {"name": "docs", "api_key": "emulator", "state": []}),
        ("PATCH", "indexes", {"name": "docs", "api_key": "emulator", "read_capacity_state": {}}),
        ("POST", "faults", [1]),
    ],
)
def test_a_malformed_steering_request_is_refused(
    api: Api, method: str, path: str, body: Any
) -> None:
    response = api.send(method, f"/_emulator/{path}", body)
    assert response.status_code == 400
    assert response.json()["error"]


def test_health_tells_the_emulated_time(api: Api) -> None:
    before = api.get("/_emulator/health")["time"]
    answer = api.post("/_emulator/advance", {"seconds": 3600})
    assert answer["time"] > before
    assert api.get("/_emulator/health")["status"] == "ok"


def test_settings_are_read_and_changed(emulator: Emulator, api: Api) -> None:
    changed = api.patch("/_emulator/settings", {"plan": "standard", "backup_seconds": 3})
    assert changed == api.get("/_emulator/settings")
    assert (changed["plan"], changed["backup_seconds"]) == ("standard", 3.0)
    assert emulator.state.settings.plan == "standard"
