from __future__ import annotations

from typing import Any

import pytest
from contract.emulator.api import Api, refusal
from pulumi_pinecone_backup.emulator import Emulator


def test_a_restore_makes_an_equal_index(any_api: Api) -> None:
    source = any_api.create_index(metric="dotproduct", tags={"team": "search"})
    any_api.upsert(7, namespace="a")
    answer = any_api.restore(any_api.create_backup()["backup_id"])
    restored = any_api.get("/indexes/restored")
    for part in ("dimension", "metric", "schema", "deployment", "spec", "tags"):
        assert restored.get(part) == source.get(part)
    assert any_api.count("restored") == 7
    job = any_api.get(f"/restore-jobs/{answer['restore_job_id']}")
    assert (job["status"], job["percent_complete"]) == ("Completed", 100)
    assert job["target_index_id"] == answer["index_id"]


def test_only_newer_versions_tell_the_source_of_an_index(any_api: Api) -> None:
    any_api.create_index()
    backup_id = any_api.create_backup()["backup_id"]
    any_api.restore(backup_id)
    is_newer = any_api.version in ("2026-01.alpha", "2026-07")
    assert any_api.get("/indexes/restored").get("source_backup_id") == (
        backup_id if is_newer else None
    )


def test_a_restore_takes_its_time(emulator: Emulator, any_api: Api) -> None:
    emulator.configure(restore_seconds=60)
    any_api.create_index()
    any_api.upsert(3)
    answer = any_api.restore(any_api.create_backup()["backup_id"])
    path = f"/restore-jobs/{answer['restore_job_id']}"
    assert any_api.get(path)["status"] == "Pending"
    assert any_api.get(path).get("percent_complete") is None
    index = any_api.get("/indexes/restored")
    assert index["status"] == {"ready": False, "state": "Initializing"}
    stats = any_api.send("POST", f"{index['host']}/describe_index_stats", {})
    assert (stats.status_code, stats.json()["code"]) == (503, 14)
    emulator.advance(60)
    assert any_api.get(path)["status"] == "Completed"
    assert any_api.count("restored") == 3


def test_tags_are_inherited_or_replaced_and_protection_is_not_inherited(any_api: Api) -> None:
    any_api.create_index(tags={"a": "1"}, deletion_protection="enabled")
    backup_id = any_api.create_backup()["backup_id"]
    any_api.restore(backup_id, "inherits")
    any_api.restore(backup_id, "replaces", tags={"b": "2"}, deletion_protection="enabled")
    any_api.restore(backup_id, "empties", tags={})
    assert any_api.get("/indexes/inherits")["tags"] == {"a": "1"}
    assert any_api.get("/indexes/inherits")["deletion_protection"] == "disabled"
    assert any_api.get("/indexes/replaces")["tags"] == {"b": "2"}
    assert any_api.get("/indexes/replaces")["deletion_protection"] == "enabled"
    assert not any_api.get("/indexes/empties")["tags"]


def test_a_backup_that_is_not_ready_is_not_restored(emulator: Emulator, any_api: Api) -> None:
    emulator.configure(backup_seconds=60)
    any_api.create_index()
    backup_id = any_api.create_backup()["backup_id"]
    path = f"/backups/{backup_id}/create-index"
    assert refusal(any_api.send("POST", path, {"name": "restored"})) == (
        412,
        "FAILED_PRECONDITION",
        f"Backup {backup_id} is not completed",
    )
    emulator.advance(60)
    any_api.restore(backup_id)


def test_a_restore_refuses_what_cannot_be(any_api: Api) -> None:
    any_api.create_index()
    backup_id = any_api.create_backup()["backup_id"]
    path = f"/backups/{backup_id}/create-index"
    assert any_api.send("POST", path, {"name": "docs"}).status_code == 409
    assert any_api.send("POST", path, {"name": "Bad"}).status_code == 400
    assert any_api.send("POST", path, {}).status_code == 422
    assert any_api.send("POST", path, {"name": 5}).status_code == 422
    missing = "/backups/missing/create-index"
    assert any_api.send("POST", missing, {"name": "restored"}).status_code == 404


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [("fail_job", "Failed", "InitializationFailed"), ("cancel_job", "Cancelled", None)],
)
def test_a_job_that_ends_badly_leaves_a_failed_index(
    emulator: Emulator, api: Api, kind: str, status: str, state: str | None
) -> None:
    api.create_index()
    backup_id = api.create_backup()["backup_id"]
    emulator.add_fault("create_index_from_backup_operation", kind)
    job_id = api.restore(backup_id)["restore_job_id"]
    assert api.get(f"/restore-jobs/{job_id}")["status"] == status
    described = api.get("/indexes/restored")["status"]
    assert described == {"ready": False, "state": state or "InitializationFailed"}
    api.delete("/indexes/restored")
    emulator.advance(1)
    api.restore(backup_id)


def test_a_restore_may_never_finish(emulator: Emulator, api: Api) -> None:
    api.create_index()
    backup_id = api.create_backup()["backup_id"]
    emulator.add_fault("create_index_from_backup_operation", "never_finish")
    job_id = api.restore(backup_id)["restore_job_id"]
    emulator.advance(10**7)
    assert api.get(f"/restore-jobs/{job_id}")["status"] == "Pending"
    assert api.get("/indexes/restored")["status"]["state"] == "Initializing"


@pytest.mark.parametrize(
    ("namespaces", "left"), [(None, {"a": 4, "b": 1}), (["a"], {"a": 2, "b": 3})]
)
def test_records_can_be_withheld(
    emulator: Emulator, api: Api, namespaces: list[str] | None, left: dict[str, int]
) -> None:
    api.create_index()
    api.upsert(4, namespace="a")
    api.upsert(3, namespace="b")
    backup_id = api.create_backup()["backup_id"]
    fields: dict[str, Any] = {} if namespaces is None else {"namespaces": namespaces}
    emulator.add_fault("create_index_from_backup_operation", "withhold_records", count=2, **fields)
    api.restore(backup_id)
    stats = api.post(f"{api.host('restored')}/describe_index_stats", {})
    assert {name: row["vectorCount"] for name, row in stats["namespaces"].items()} == left
    api.restore(backup_id, "whole")
    assert api.count("whole") == 7


def test_a_job_is_not_found_once_its_index_is_gone(emulator: Emulator, any_api: Api) -> None:
    any_api.create_index()
    job_id = any_api.restore(any_api.create_backup()["backup_id"])["restore_job_id"]
    any_api.delete("/indexes/restored")
    emulator.advance(1)
    assert any_api.send("GET", f"/restore-jobs/{job_id}").status_code == 404
    assert [row["restore_job_id"] for row in any_api.get("/restore-jobs")["data"]] == [job_id]


def test_deleting_an_index_cancels_its_restore(emulator: Emulator, api: Api) -> None:
    emulator.configure(restore_seconds=60, delete_seconds=30)
    api.create_index()
    backup_id = api.create_backup()["backup_id"]
    job_id = api.restore(backup_id)["restore_job_id"]
    api.delete("/indexes/restored")
    assert api.get(f"/restore-jobs/{job_id}")["status"] == "Cancelled"
    api.delete(f"/backups/{backup_id}")
    emulator.advance(100)
    assert api.send("GET", "/indexes/restored").status_code == 404


@pytest.mark.parametrize(
    ("version", "mode"),
    [("2025-10", "OnDemand"), ("2026-04", "Dedicated"), ("2026-07", "Dedicated")],
)
def test_read_capacity_is_given_where_the_version_takes_it(
    emulator: Emulator, version: str, mode: str
) -> None:
    api = Api(emulator, version)
    api.create_index()
    manual = {"shards": 1, "replicas": 1}
    dedicated = {"node_type": "b1", "scaling": "Manual", "manual": manual}
    capacity = {"mode": "Dedicated", "dedicated": dedicated}
    api.restore(api.create_backup()["backup_id"], read_capacity=capacity)
    newest = Api(emulator, "2026-07")
    assert newest.get("/indexes/restored")["read_capacity"]["mode"] == mode
    newest.close()
    api.close()


def test_an_unpaid_plan_restores_nothing(emulator: Emulator, any_api: Api) -> None:
    any_api.create_index()
    backup_id = any_api.create_backup()["backup_id"]
    emulator.configure(paid=False)
    response = any_api.send("POST", f"/backups/{backup_id}/create-index", {"name": "restored"})
    assert refusal(response)[:2] == (402, "PAYMENT_REQUIRED")
