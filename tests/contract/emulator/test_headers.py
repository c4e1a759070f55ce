from __future__ import annotations

import pytest
from contract.emulator.api import VERSIONS, Api, refusal
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.emulator.state.state import project_of


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_wrong_key_is_refused_as_the_version_does(any_api: Api, key: str) -> None:
    any_api.session.headers["Api-Key"] = key
    response = any_api.send("GET", "/indexes")
    assert response.status_code == 401
    if any_api.version == "2026-07":
        assert response.headers["Content-Type"].startswith("text/plain")
        assert response.text == "Invalid API Key"
    else:
        assert refusal(response)[1] == "UNAUTHENTICATED"


def test_a_missing_key_is_refused(api: Api) -> None:
    del api.session.headers["Api-Key"]
    assert api.send("GET", "/indexes").status_code == 401


def test_a_missing_version_is_refused(api: Api) -> None:
    del api.session.headers["X-Pinecone-Api-Version"]
    assert refusal(api.send("GET", "/indexes"))[:2] == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("version", ["2024-07", "2026-01", "latest", ""])
def test_an_unsupported_version_is_refused_with_those_that_are(api: Api, version: str) -> None:
    api.session.headers["X-Pinecone-Api-Version"] = version
    status, code, message = refusal(api.send("GET", "/indexes"))
    assert (status, code) == (400, "INVALID_ARGUMENT")
    assert all(supported in message for supported in VERSIONS)


def test_the_data_plane_works_without_a_version_but_not_with_a_wrong_one(api: Api) -> None:
    api.create_index()
    host = api.host()
    del api.session.headers["X-Pinecone-Api-Version"]
    assert api.send("POST", f"{host}/describe_index_stats", {}).status_code == 200
    api.session.headers["X-Pinecone-Api-Version"] = "2020-01"
    response = api.send("POST", f"{host}/describe_index_stats", {})
    assert (response.status_code, response.json()["code"]) == (400, 3)


def test_another_project_cannot_use_the_host_of_an_index(emulator: Emulator, api: Api) -> None:
    host = api.create_index()["host"]
    assert host.endswith(f"/data/docs-{project_of('emulator')}")
    other = Api(emulator, key="other")
    response = other.send("POST", f"{host}/describe_index_stats", {})
    assert (response.status_code, response.json()["code"]) == (401, 16)
    other.close()


@pytest.mark.parametrize(
    ("role", "method", "path", "permission"),
    [
        ("ProjectViewer", "POST", "/indexes", "control::indexes::create"),
        ("ControlPlaneViewer", "DELETE", "/indexes/docs", "control::indexes::delete"),
        ("DataPlaneEditor", "GET", "/backups", "control::backups::list"),
        ("DataPlaneViewer", "GET", "/restore-jobs", "control::restore_jobs::list"),
        ("ProjectViewer", "POST", "/indexes/docs/backups", "control::backups::create"),
    ],
)
def test_a_role_without_a_permission_is_told_which(
    emulator: Emulator, api: Api, role: str, method: str, path: str, permission: str
) -> None:
    emulator.configure(roles={"emulator": role})
    body: dict[str, str] | None = {} if method == "POST" else None
    assert refusal(api.send(method, path, body)) == (
        403,
        "PERMISSION_DENIED",
        f"Permission {permission} is required",
    )


def test_a_role_allows_what_it_includes(emulator: Emulator, api: Api) -> None:
    api.create_index()
    api.upsert(1)
    emulator.configure(roles={"emulator": "ControlPlaneViewer"})
    host = api.host()
    assert api.send("POST", f"{host}/describe_index_stats", {}).status_code == 403
    emulator.configure(roles={"emulator": "DataPlaneViewer"})
    assert api.send("POST", f"{host}/describe_index_stats", {}).status_code == 200
    assert api.send("GET", "/indexes").status_code == 403
    other = Api(emulator, key="other")
    other.create_index()
    other.close()


def test_an_answer_carries_a_request_id(api: Api) -> None:
    ids = {api.send("GET", "/indexes").headers["x-pinecone-request-id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize("version", ["2025-04", "2025-10", "2026-01.alpha", "2026-04"])
def test_older_versions_have_no_schedules(emulator: Emulator, version: str) -> None:
    api = Api(emulator, version)
    api.create_index()
    for method, path in (
        ("POST", "/indexes/docs/backup-schedules"),
        ("GET", "/indexes/docs/backup-schedules"),
        ("GET", "/backup-schedules/x"),
        ("GET", "/backup-schedules/x/history"),
    ):
        body: dict[str, str] | None = {} if method == "POST" else None
        assert api.send(method, path, body).status_code == 404
    api.close()
