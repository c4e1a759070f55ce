from __future__ import annotations

from typing import Any

import pytest
from contract.emulator.api import Api, refusal
from pulumi_pinecone_backup.emulator import Emulator


def test_a_backup_tells_what_is_in_it(any_api: Api) -> None:
    any_api.create_index(tags={"team": "search"})
    any_api.upsert(3, namespace="a")
    any_api.upsert(2, namespace="b")
    backup = any_api.create_backup(name="nightly", description="before the move")
    assert backup["record_count"] == 5
    assert backup["namespace_count"] == 2
    assert backup["size_bytes"] > 0
    assert backup["tags"] == {"team": "search"}
    assert (backup["name"], backup["description"]) == ("nightly", "before the move")
    assert any_api.get(f"/backups/{backup['backup_id']}") == backup


def test_counts_are_unknown_until_a_backup_is_ready(emulator: Emulator) -> None:
    emulator.configure(backup_seconds=60)
    newest, oldest = Api(emulator, "2026-07"), Api(emulator, "2025-04")
    newest.create_index()
    backup = newest.create_backup()
    assert backup["status"] == "Initializing"
    assert backup["record_count"] is None
    path = f"/backups/{backup['backup_id']}"
    assert "record_count" not in oldest.get(path)
    emulator.advance(60)
    assert newest.get(path)["status"] == "Ready"
    assert oldest.get(path)["record_count"] == 0
    newest.close()
    oldest.close()


def test_a_backup_is_a_copy_of_that_moment(emulator: Emulator, api: Api) -> None:
    emulator.configure(backup_seconds=60)
    api.create_index()
    api.upsert(10)
    backup = api.create_backup()
    api.upsert(5, start=100)
    host = api.host()
    api.post(f"{host}/vectors/delete", {"ids": ["id-00000"]})
    api.post(f"{host}/vectors/update", {"id": "id-00001", "values": [9, 9, 9]})
    emulator.advance(60)
    api.delete("/indexes/docs")
    emulator.advance(1)
    api.restore(backup["backup_id"])
    assert api.count("restored") == 10
    fetched = api.get(f"{api.host('restored')}/vectors/fetch", ids=["id-00000", "id-00001"])
    assert [row["values"] for row in fetched["vectors"].values()] == [[1, 1, 0.5], [1, 2, 0.5]]


@pytest.mark.parametrize(
    ("version", "word"),
    [("2025-04", "Failed"), ("2026-01.alpha", "Failed"), ("2026-07", "InitializationFailed")],
)
def test_a_failed_backup_has_the_word_of_its_version(
    emulator: Emulator, version: str, word: str
) -> None:
    api = Api(emulator, version)
    api.create_index()
    emulator.add_fault("create_backup", "fail_job")
    assert api.create_backup()["status"] == word
    assert api.create_backup()["status"] == "Ready"
    api.close()


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"pod": {"environment": "us-east1-gcp", "pod_type": "p1.x1"}}, "pod-based"),
        ({"serverless": {"cloud": "aws", "region": "us-east-1"}}, None),
    ],
)
def test_pod_indexes_cannot_be_backed_up(
    emulator: Emulator, spec: dict[str, Any], reason: str | None
) -> None:
    api = Api(emulator, "2025-04")
    api.post("/indexes", {"name": "docs", "dimension": 3, "spec": spec})
    response = api.send("POST", "/indexes/docs/backups", {})
    if reason is None:
        assert response.status_code == 200
    else:
        assert refusal(response)[0] == 400
        assert reason in refusal(response)[2]
    api.close()


def test_an_index_with_a_customer_managed_key_cannot_be_backed_up(api: Api) -> None:
    api.create_index(cmek_id="my-key")
    assert api.get("/indexes/docs")["cmek_id"] == "my-key"
    assert refusal(api.send("POST", "/indexes/docs/backups", {}))[0] == 400


def test_a_backup_of_no_index_is_not_found(any_api: Api) -> None:
    assert refusal(any_api.send("POST", "/indexes/docs/backups", {})) == (
        404,
        "NOT_FOUND",
        "Resource docs not found",
    )


@pytest.mark.parametrize("name", ["", "Nightly", "-n", "n" * 46, "a b"])
def test_only_the_newest_version_has_a_rule_for_names(emulator: Emulator, name: str) -> None:
    newest, oldest = Api(emulator, "2026-07"), Api(emulator, "2025-04")
    newest.create_index()
    assert refusal(newest.send("POST", "/indexes/docs/backups", {"name": name}))[0] == 400
    assert oldest.create_backup(name=name)["name"] == name
    newest.close()
    oldest.close()


def test_names_of_backups_are_not_unique(api: Api) -> None:
    api.create_index()
    assert api.create_backup(name="n")["backup_id"] != api.create_backup(name="n")["backup_id"]


def test_a_deleted_backup_answers_until_it_is_gone(emulator: Emulator, any_api: Api) -> None:
    emulator.configure(delete_seconds=30)
    any_api.create_index()
    path = f"/backups/{any_api.create_backup()['backup_id']}"
    any_api.delete(path)
    assert any_api.get(path)["status"] == "Ready"
    emulator.advance(30)
    assert any_api.send("GET", path).status_code == 404
    assert any_api.send("DELETE", path).status_code == 404


def test_a_backup_that_is_being_restored_is_not_deleted(emulator: Emulator, any_api: Api) -> None:
    emulator.configure(restore_seconds=30)
    any_api.create_index()
    backup_id = any_api.create_backup()["backup_id"]
    any_api.restore(backup_id)
    assert refusal(any_api.send("DELETE", f"/backups/{backup_id}"))[:2] == (
        412,
        "FAILED_PRECONDITION",
    )
    emulator.advance(30)
    any_api.delete(f"/backups/{backup_id}")


@pytest.mark.parametrize("version", ["2026-04", "2026-07"])
def test_the_list_of_an_index_ends_with_the_index(emulator: Emulator, version: str) -> None:
    newer, oldest = Api(emulator, version), Api(emulator, "2025-04")
    newer.create_index()
    first = newer.create_backup()["backup_id"]
    assert "source_index_deleted_at" not in newer.get(f"/backups/{first}")
    newer.delete("/indexes/docs")
    emulator.advance(1)
    assert newer.send("GET", "/indexes/docs/backups").status_code == 404
    deleted = newer.get("/indexes/docs/backups", include_deleted="true")["data"]
    assert [row["backup_id"] for row in deleted] == [first]
    assert deleted[0]["source_index_deleted_at"]
    assert oldest.send("GET", "/indexes/docs/backups", include_deleted="true").status_code == 404
    newer.create_index()
    assert newer.get("/indexes/docs/backups")["data"] == []
    assert [row["backup_id"] for row in oldest.get("/backups")["data"]] == [first]
    newer.close()
    oldest.close()


def test_a_deleted_index_without_backups_has_an_empty_list_and_an_unknown_one_none(
    emulator: Emulator, api: Api
) -> None:
    api.create_index()
    api.delete("/indexes/docs")
    emulator.advance(1)
    assert api.get("/indexes/docs/backups", include_deleted="true")["data"] == []
    never = api.send("GET", "/indexes/never/backups", include_deleted="true")
    assert refusal(never)[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize(("plan", "quota"), [("standard", 500), ("enterprise", 1000)])
def test_each_plan_has_its_quota(emulator: Emulator, api: Api, plan: str, quota: int) -> None:
    emulator.configure(plan=plan)
    assert emulator.state.settings.most_backups == quota
    emulator.configure(backup_quota=2)
    api.create_index()
    api.create_backup()
    api.create_backup()
    assert refusal(api.send("POST", "/indexes/docs/backups", {}))[:2] == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("version", "described"),
    [
        ("2025-04", (201, 202)),
        ("2025-10", (201, 202)),
        ("2026-01.alpha", (201, 202)),
        ("2026-04", (201, 202)),
        ("2026-07", (200, 200)),
    ],
)
def test_backup_and_configure_answer_200_and_what_is_described_where_asked_for(
    emulator: Emulator, version: str, described: tuple[int, int]
) -> None:
    api = Api(emulator, version)
    api.create_index()

    def statuses() -> tuple[int, int]:
        made = api.send("POST", "/indexes/docs/backups", {})
        changed = api.send("PATCH", "/indexes/docs", {"tags": {"a": "b"}})
        return made.status_code, changed.status_code

    assert statuses() == (200, 200)
    emulator.configure(described_statuses=True)
    assert statuses() == described
    api.close()


def test_the_starter_plan_has_no_backups_even_before_the_index_is_looked_for(
    emulator: Emulator, any_api: Api
) -> None:
    emulator.configure(plan="starter")
    for method, path in (
        ("POST", "/indexes/missing/backups"),
        ("GET", "/indexes/missing/backups"),
        ("GET", "/backups"),
        ("GET", "/backups/missing"),
        ("GET", "/restore-jobs"),
    ):
        body: dict[str, Any] | None = {} if method == "POST" else None
        status, code, message = refusal(any_api.send(method, path, body))
        assert (status, code) == (403, "PERMISSION_DENIED")
        assert "plan" in message
