from __future__ import annotations

from typing import Any

import pytest
from contract.emulator.api import Api, refusal, until
from pulumi_pinecone_backup.emulator import Emulator


def test_an_index_is_created_described_listed_and_deleted(any_api: Api) -> None:
    created = any_api.create_index(tags={"team": "search"})
    assert created["status"] == {"ready": True, "state": "Ready"}
    assert any_api.get("/indexes/docs") == created
    assert any_api.get("/indexes") == {"indexes": [created]}
    any_api.delete("/indexes/docs")
    any_api.emulator.advance(1)
    assert any_api.send("GET", "/indexes/docs").status_code == 404
    assert any_api.get("/indexes") == {"indexes": []}


def test_a_classic_index_has_reserved_fields_in_the_newer_shape(api: Api) -> None:
    older = Api(api.emulator, "2025-04")
    older.create_index(metric="dotproduct")
    assert api.get("/indexes/docs")["schema"]["fields"] == {
        "_values": {"type": "dense_vector", "dimension": 3, "metric": "dotproduct"},
        "_sparse_values": {"type": "sparse_vector"},
    }
    described = older.get("/indexes/docs")
    assert (described["dimension"], described["metric"]) == (3, "dotproduct")
    older.close()


def test_a_deleted_index_terminates_before_it_is_gone(emulator: Emulator, api: Api) -> None:
    emulator.configure(delete_seconds=10)
    api.create_index()
    api.delete("/indexes/docs")
    assert api.get("/indexes/docs")["status"] == {"ready": False, "state": "Terminating"}
    assert api.send("POST", "/indexes", api.index_body("docs")).status_code == 409
    emulator.advance(10)
    assert api.send("GET", "/indexes/docs").status_code == 404
    api.create_index()


def test_deletion_takes_the_default_time_without_help(api: Api) -> None:
    api.create_index()
    api.delete("/indexes/docs")
    until(lambda: api.send("GET", "/indexes/docs").status_code == 404)


def test_a_new_index_becomes_ready_after_its_time(emulator: Emulator, api: Api) -> None:
    emulator.configure(index_seconds=30)
    assert api.create_index()["status"] == {"ready": False, "state": "Initializing"}
    emulator.advance(29)
    assert api.get("/indexes/docs")["status"]["state"] == "Initializing"
    emulator.advance(1)
    assert api.get("/indexes/docs")["status"]["state"] == "Ready"


def test_a_protected_index_is_not_deleted(any_api: Api) -> None:
    any_api.create_index(deletion_protection="enabled")
    assert refusal(any_api.send("DELETE", "/indexes/docs")) == (
        403,
        "FORBIDDEN",
        "Deletion protection is enabled for this index. "
        "Disable deletion protection before retrying.",
    )
    any_api.patch("/indexes/docs", {"deletion_protection": "disabled"})
    any_api.delete("/indexes/docs")


@pytest.mark.parametrize("name", ["", "Docs", "-docs", "docs-", "do_cs", "d" * 46, "döcs"])
def test_a_bad_name_is_refused(api: Api, name: str) -> None:
    assert refusal(api.send("POST", "/indexes", api.index_body(name)))[:2] == (
        400,
        "INVALID_ARGUMENT",
    )


def test_a_taken_name_is_refused(any_api: Api) -> None:
    any_api.create_index()
    response = any_api.send("POST", "/indexes", any_api.index_body("docs"))
    assert refusal(response) == (409, "ALREADY_EXISTS", "Resource  already exists")


def test_two_projects_may_use_one_name(emulator: Emulator, api: Api) -> None:
    other = Api(emulator, key="other")
    assert api.create_index()["host"] != other.create_index()["host"]
    other.delete("/indexes/docs")
    assert api.get("/indexes/docs")["status"]["state"] == "Ready"
    other.close()


@pytest.mark.parametrize(
    ("tags", "is_good"),
    [
        ({f"key-{number}": "v" for number in range(20)}, True),
        ({f"key-{number}": "v" for number in range(21)}, False),
        ({"k" * 80: "v" * 120}, True),
        ({"k" * 81: "v"}, False),
        ({"k": "v" * 121}, False),
        ({"k.1": "v"}, False),
        ({"": "v"}, False),
        ({"k": "a;b@c_d-e.f+g h"}, True),
        ({"k": "ü"}, False),
    ],
)
def test_tags_have_the_limits_of_the_service(
    any_api: Api, tags: dict[str, str], is_good: bool
) -> None:
    response = any_api.send("POST", "/indexes", any_api.index_body("docs", tags=tags))
    assert response.status_code == (201 if is_good else 400)


@pytest.mark.parametrize(("version", "status"), [("2025-04", 400), ("2026-07", 201)])
def test_only_the_newest_version_takes_any_printable_value(
    emulator: Emulator, version: str, status: int
) -> None:
    api = Api(emulator, version)
    response = api.send("POST", "/indexes", api.index_body("docs", tags={"k": "a/b?c"}))
    assert response.status_code == status
    api.close()


def test_tags_are_merged_and_an_empty_value_removes(any_api: Api) -> None:
    any_api.create_index(tags={"a": "1", "b": "2"})
    any_api.patch("/indexes/docs", {"tags": {"b": "", "c": "3"}})
    assert any_api.get("/indexes/docs")["tags"] == {"a": "1", "c": "3"}
    twenty = {f"key-{number}": "v" for number in range(19)}
    assert any_api.send("PATCH", "/indexes/docs", {"tags": twenty}).status_code == 400
    assert any_api.get("/indexes/docs")["tags"] == {"a": "1", "c": "3"}


def test_no_tags_are_null_in_the_newest_version_and_empty_before(emulator: Emulator) -> None:
    newest, oldest = Api(emulator, "2026-07"), Api(emulator, "2025-04")
    assert newest.create_index()["tags"] is None
    assert oldest.get("/indexes/docs")["tags"] == {}
    newest.close()
    oldest.close()


DEDICATED = {
    "mode": "Dedicated",
    "dedicated": {
        "node_type": "b1",
        "scaling": "Manual",
        "manual": {"shards": 2, "replicas": 1},
    },
}


def capacity_patch(api: Api, capacity: Any) -> dict[str, Any]:
    if api.version in ("2025-10", "2026-04"):
        return {"spec": {"serverless": {"read_capacity": capacity}}}
    return {"read_capacity": capacity}


def capacity_of(api: Api) -> Any:
    index = api.get("/indexes/docs")
    if api.version in ("2025-10", "2026-04"):
        return index["spec"]["serverless"]["read_capacity"]
    return index["read_capacity"]


@pytest.mark.parametrize("version", ["2025-10", "2026-01.alpha", "2026-04", "2026-07"])
def test_read_capacity_is_changed_over_time(emulator: Emulator, version: str) -> None:
    emulator.configure(capacity_seconds=60)
    api = Api(emulator, version)
    api.create_index()
    assert capacity_of(api) == {"mode": "OnDemand", "status": {"state": "Ready"}}
    api.patch("/indexes/docs", capacity_patch(api, DEDICATED))
    assert capacity_of(api) == DEDICATED | {"status": {"state": "Scaling"}}
    again = api.send("PATCH", "/indexes/docs", capacity_patch(api, {"mode": "OnDemand"}))
    assert refusal(again)[:2] == (403, "FORBIDDEN")
    emulator.advance(60)
    status = {"state": "Ready", "current_shards": 2, "current_replicas": 1}
    assert capacity_of(api) == DEDICATED | {"status": status}
    api.close()


@pytest.mark.parametrize("state", ["Scaling", "Migrating", "Error"])
def test_the_state_of_read_capacity_can_be_set(api: Api, state: str) -> None:
    api.create_index()
    body = {"api_key": api.emulator.api_key, "name": "docs", "read_capacity_state": state}
    api.patch("/_emulator/indexes", body)
    assert capacity_of(api)["status"]["state"] == state
    api.patch("/_emulator/indexes", body | {"read_capacity_state": None})
    assert capacity_of(api)["status"]["state"] == "Ready"


def test_dedicated_capacity_may_be_not_enabled(emulator: Emulator, api: Api) -> None:
    emulator.configure(dedicated_capacity=False)
    body = api.index_body("docs", read_capacity=DEDICATED)
    assert refusal(api.send("POST", "/indexes", body))[:2] == (403, "FORBIDDEN")


def test_a_pod_index_is_shown_in_every_shape(emulator: Emulator) -> None:
    older, newest = Api(emulator, "2025-10"), Api(emulator, "2026-07")
    pod = {"environment": "us-east1-gcp", "pod_type": "p1.x1", "replicas": 2, "shards": 1}
    body = {"name": "pods", "dimension": 3, "metric": "cosine", "spec": {"pod": pod}}
    assert older.post("/indexes", body)["spec"] == {"pod": pod | {"pods": 2}}
    assert newest.get("/indexes/pods")["deployment"] == pod | {"deployment_type": "pod"}
    assert "read_capacity" not in newest.get("/indexes/pods")
    older.patch("/indexes/pods", {"spec": {"pod": {"replicas": 3}}})
    assert older.get("/indexes/pods")["spec"]["pod"]["pods"] == 3
    older.close()
    newest.close()


def test_an_integrated_index_is_shown_in_every_shape(emulator: Emulator) -> None:
    older, newest = Api(emulator, "2025-04"), Api(emulator, "2026-07")
    embed = {"model": "multilingual-e5-large", "field_map": {"text": "body"}}
    body = {"name": "texts", "cloud": "aws", "region": "us-east-1", "embed": embed}
    created = older.post("/indexes/create-for-model", body)
    assert created["embed"]["field_map"] == {"text": "body"}
    assert (created["dimension"], created["metric"]) == (1024, "cosine")
    field = newest.get("/indexes/texts")["schema"]["fields"]["body"]
    assert (field["type"], field["model"]) == ("semantic_text", "multilingual-e5-large")
    older.close()
    newest.close()


def test_a_byoc_index_is_shown_in_every_shape(emulator: Emulator) -> None:
    older, newest = Api(emulator, "2025-10"), Api(emulator, "2026-07")
    body = {"name": "own", "dimension": 3, "spec": {"byoc": {"environment": "my-env"}}}
    created = older.post("/indexes", body)
    assert created["spec"]["byoc"]["environment"] == "my-env"
    assert newest.get("/indexes/own")["deployment"] == {
        "deployment_type": "byoc",
        "environment": "my-env",
    }
    assert created["private_host"] == created["host"]
    older.close()
    newest.close()


def test_a_sparse_index_has_no_dimension(emulator: Emulator) -> None:
    api = Api(emulator, "2025-04")
    body = api.index_body("sparse") | {"vector_type": "sparse", "metric": "dotproduct"}
    assert api.send("POST", "/indexes", body).status_code == 400
    del body["dimension"]
    created = api.post("/indexes", body)
    assert "dimension" not in created
    assert created["vector_type"] == "sparse"
    api.close()


def test_an_unknown_region_is_not_found(any_api: Api) -> None:
    body = any_api.index_body("docs")
    place = body.get("deployment") or body["spec"]["serverless"]
    place["region"] = "nowhere-1"
    assert any_api.send("POST", "/indexes", body).status_code == 404


def test_the_index_quota_is_enforced(emulator: Emulator, api: Api) -> None:
    emulator.configure(index_quota=1)
    api.create_index()
    response = api.send("POST", "/indexes", api.index_body("second"))
    assert refusal(response)[:2] == (403, "FORBIDDEN")


def test_an_index_without_a_name_gets_one(api: Api) -> None:
    body = api.index_body("docs")
    del body["name"]
    name = api.post("/indexes", body)["name"]
    assert api.get(f"/indexes/{name}")["name"] == name


DENSE = {"type": "dense_vector", "dimension": 3, "metric": "cosine"}
TEXT = {"type": "semantic_text", "model": "multilingual-e5-large"}
SEARCH = {"type": "string", "full_text_search": {}}
NGRAM = {"min_gram": 2, "max_gram": 3}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"_values": DENSE, "_sparse_values": {"type": "sparse_vector"}}, 201),
        ({"embedding": DENSE, "title": {"type": "string"}, "n": {"type": "integer"}}, 201),
        ({"body": TEXT, "title": {"type": "string"}}, 201),
        ({"title": {"type": "string"}}, 201),
        ({}, 400),
        ({"a": DENSE, "b": DENSE}, 400),
        ({"a": DENSE, "b": TEXT}, 400),
        ({"a": {"type": "vector"}}, 400),
        ({"a": {"type": []}}, 400),
        ({"a": {}}, 400),
        ({"a": 5}, 422),
        ({"a": DENSE | {"dimension": 0}}, 400),
        ({"a": DENSE | {"dimension": True}}, 400),
        ({"a": DENSE | {"metric": []}}, 400),
        ({"a": TEXT | {"model": 5}}, 400),
        ({"a": TEXT | {"metric": "dotproduct"}}, 400),
        ({"a": TEXT | {"read_parameters": 5}}, 400),
        ({"a": TEXT | {"model": "unknown"}}, 404),
    ],
)
def test_fields_are_taken_or_refused(
    emulator: Emulator, fields: dict[str, Any], status: int
) -> None:
    api = Api(emulator, "2026-01.alpha")
    response = api.send("POST", "/indexes", {"name": "docs", "schema": {"fields": fields}})
    assert response.status_code == status
    if status == 201:
        reported = api.get("/indexes/docs")["schema"]["fields"]
        for name, options in fields.items():
            assert reported[name].items() >= options.items()
    api.close()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"embedding": DENSE, "title": SEARCH}, 201),
        ({"title": SEARCH}, 201),
        ({"embedding": DENSE, "title": {"type": "string"}}, 400),
        ({"embedding": DENSE, "year": {"type": "float"}}, 400),
        ({"embedding": DENSE, "topics": {"type": "string_list"}}, 400),
        ({"embedding": DENSE, "is_new": {"type": "boolean"}}, 400),
        ({"body": TEXT}, 400),
    ],
)
def test_the_newest_version_refuses_fields_that_its_description_does_not_have(
    api: Api, fields: dict[str, Any], status: int
) -> None:
    response = api.send("POST", "/indexes", {"name": "docs", "schema": {"fields": fields}})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ({}, {"language": "en", "stemming": False, "stop_words": False}),
        (
            {"language": "de", "stemming": True, "stop_words": True},
            {"language": "de", "stemming": True, "stop_words": True},
        ),
        (
            {"ngram": NGRAM},
            {
                "language": "en",
                "stemming": False,
                "stop_words": False,
                "ngram": NGRAM | {"prefix_only": False},
            },
        ),
        ({"stop_words": True}, None),
        ({"stemming": True, "ngram": NGRAM}, None),
        ({"ngram": {"min_gram": 3, "max_gram": 2}}, None),
        ({"ngram": {"min_gram": 1, "max_gram": 11}}, None),
        ({"ngram": NGRAM | {"prefix_only": 1}}, None),
        ({"ngram": []}, None),
        ({"language": 5}, None),
        ({"stemming": "yes"}, None),
        ({"unknown": True}, None),
        ([], None),
    ],
)
def test_full_text_search_is_answered_with_every_option(
    api: Api, asked: Any, answered: dict[str, Any] | None
) -> None:
    fields = {"title": {"type": "string", "full_text_search": asked}}
    response = api.send("POST", "/indexes", {"name": "docs", "schema": {"fields": fields}})
    if answered is None:
        assert response.status_code == 400
        return
    reported = api.get("/indexes/docs")["schema"]["fields"]["title"]["full_text_search"]
    assert reported == answered
