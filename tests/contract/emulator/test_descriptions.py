"""Every state of every kind of object, in every version, held to the service's descriptions.

The check itself is in `Api.send`; here are the states that other tests do not reach.
"""

from __future__ import annotations

import pytest
from contract.emulator.api import VERSIONS, Api
from contract.emulator.described import description
from pulumi_pinecone_backup.emulator import Emulator

STATES = (
    "Initializing",
    "InitializationFailed",
    "Failed",
    "ScalingUp",
    "ScalingDown",
    "Terminating",
    "Ready",
    "Disabled",
)
FIELDS = {
    "title": {"type": "string", "full_text_search": {"language": "en"}},
    "year": {"type": "float"},
    "topics": {"type": "string_list"},
    "is_new": {"type": "boolean"},
    "embedding": {"type": "dense_vector", "dimension": 4, "metric": "cosine"},
}


@pytest.fixture
def views(emulator: Emulator) -> list[Api]:
    return [Api(emulator, version) for version in VERSIONS]


def test_the_descriptions_are_there_or_the_checks_say_nothing() -> None:
    found = [version for version in VERSIONS if description(version) is not None]
    if not found:
        pytest.skip("the service's descriptions are not beside this checkout")
    assert found == list(VERSIONS)


def show_all(views: list[Api], index: str) -> None:
    for api in views:
        api.get(f"/indexes/{index}")
        api.get("/indexes")
        for path in ("/backups", "/restore-jobs"):
            for row in api.get(path)["data"]:
                identifier = row.get("restore_job_id") or row["backup_id"]
                api.send("GET", f"{path}/{identifier}")


def test_every_state_of_an_index(views: list[Api]) -> None:
    api = views[-1]
    api.create_index(tags={"a": "b"})
    for state in STATES:
        body = {"api_key": api.emulator.api_key, "name": "docs", "state": state}
        api.patch("/_emulator/indexes", body)
        show_all(views, "docs")
        described = api.get("/indexes/docs")["status"]
        assert described == {"ready": state == "Ready", "state": state}
    oldest = views[0].get("/indexes/docs")["status"]["state"]
    assert oldest == "Disabled"


def test_every_kind_of_index_and_its_backup(views: list[Api]) -> None:
    older = views[1]
    base = {"dimension": 3, "metric": "euclidean"}
    pod = {"environment": "us-east1-gcp", "pod_type": "p1.x1", "metadata_config": {"indexed": []}}
    place = {"cloud": "gcp", "region": "us-central1"}
    schema = {"fields": {"genre": {"filterable": True}}}
    older.post("/indexes", base | {"name": "pods", "spec": {"pod": pod}})
    older.post("/indexes", base | {"name": "own", "spec": {"byoc": {"environment": "mine"}}})
    older.post(
        "/indexes", base | {"name": "meta", "spec": {"serverless": place | {"schema": schema}}}
    )
    sparse = {"name": "sparse", "vector_type": "sparse", "spec": {"serverless": place}}
    older.post("/indexes", sparse)
    embed = {"model": "llama-text-embed-v2", "field_map": {"text": "body"}, "dimension": 512}
    older.post("/indexes/create-for-model", {"name": "texts", "embed": embed} | place)
    views[2].post(
        "/indexes/create-for-model",
        {"name": "newer-texts", "field": "body", "model": "multilingual-e5-large"},
    )
    views[2].post("/indexes", {"name": "typed", "schema": {"fields": FIELDS}})
    for name in ("own", "meta", "sparse", "texts", "newer-texts", "typed"):
        for api in views:
            api.create_backup(name, description="all kinds")
        show_all(views, name)
    show_all(views, "pods")


def test_every_state_of_a_backup_and_a_job(emulator: Emulator, views: list[Api]) -> None:
    emulator.configure(backup_seconds=5, restore_seconds=5)
    for api in views:
        api.create_index(f"from-{VERSIONS.index(api.version)}")
    for kind in (None, "fail_job", "never_finish"):
        for api in views:
            if kind:
                emulator.add_fault("create_backup", kind)
            api.create_backup(f"from-{VERSIONS.index(api.version)}")
    show_all(views, "from-0")
    emulator.advance(5)
    show_all(views, "from-0")
    ready = [row for row in views[-1].get("/backups")["data"] if row["status"] == "Ready"]
    assert len(ready) == len(VERSIONS)
    for number, kind in enumerate(("fail_job", "cancel_job", "never_finish", None)):
        if kind:
            emulator.add_fault("create_index_from_backup_operation", kind)
        views[number].restore(ready[0]["backup_id"], f"to-{number}")
    for seconds in (0, 5):
        emulator.advance(seconds)
        for number in range(4):
            show_all(views, f"to-{number}")
    statuses = {row["status"] for row in views[-1].get("/restore-jobs")["data"]}
    assert statuses == {"Failed", "Cancelled", "Pending", "Completed"}


def test_every_state_of_read_capacity(emulator: Emulator, views: list[Api]) -> None:
    manual = {"shards": 2, "replicas": 0}
    dedicated = {"node_type": "t1", "scaling": "Manual", "manual": manual}
    views[-1].create_index(read_capacity={"mode": "Dedicated", "dedicated": dedicated})
    for state in ("Ready", "Scaling", "Migrating", "Error"):
        body = {"api_key": emulator.api_key, "name": "docs", "read_capacity_state": state}
        views[-1].patch("/_emulator/indexes", body)
        show_all(views, "docs")
        assert views[-1].get("/indexes/docs")["read_capacity"]["status"]["state"] == state


def test_configuring_every_part(views: list[Api]) -> None:
    for number, api in enumerate(views):
        name = f"docs-{number}"
        api.create_index(name)
        api.patch(f"/indexes/{name}", {})
        api.patch(f"/indexes/{name}", {"tags": {"a": "b"}, "deletion_protection": "enabled"})
        assert api.send("DELETE", f"/indexes/{name}").status_code == 403
    older, newest = views[0], views[-1]
    pod = {"environment": "us-east1-gcp", "pod_type": "p1.x1"}
    older.post("/indexes", {"name": "pods", "dimension": 3, "spec": {"pod": pod}})
    older.patch("/indexes/pods", {"spec": {"pod": {"pod_type": "p1.x2", "replicas": 2}}})
    newest.patch("/indexes/pods", {"deployment": {"replicas": 3}})
    assert older.get("/indexes/pods")["spec"]["pod"]["replicas"] == 3
    assert (
        older.send("PATCH", "/indexes/pods", {"spec": {"pod": {"pod_type": "s1.x1"}}}).status_code
        == 400
    )
    embed = {"model": "multilingual-e5-large", "field_map": {"text": "body"}}
    place = {"cloud": "aws", "region": "us-east-1"}
    older.post("/indexes/create-for-model", {"name": "texts", "embed": embed} | place)
    changed = older.patch("/indexes/texts", {"embed": {"read_parameters": {"truncate": "NONE"}}})
    assert changed["embed"]["read_parameters"]["truncate"] == "NONE"
    field = {"type": "semantic_text", "write_parameters": {"truncate": "NONE"}}
    newest.patch("/indexes/texts", {"schema": {"fields": {"body": field}}})
    assert older.get("/indexes/texts")["embed"]["write_parameters"]["truncate"] == "NONE"
