from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from contract.emulator.api import Api, refusal
from pulumi_pinecone_backup.emulator import Emulator


def walk(api: Api, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Return all pages of a list, as a client that follows tokens sees them."""
    pages = []
    while True:
        answer = api.get(path, **query)
        pages.append(answer["data"])
        if not answer.get("pagination"):
            return pages
        query = {"paginationToken": answer["pagination"]["next"]}


def make_backups(api: Api, count: int) -> list[str]:
    api.create_index()
    return sorted(api.create_backup()["backup_id"] for _ in range(count))


def test_pages_hold_every_backup_once_in_the_order_of_ids(any_api: Api) -> None:
    ids = make_backups(any_api, 23)
    for path in ("/backups", "/indexes/docs/backups"):
        pages = walk(any_api, path, limit=5)
        assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
        assert [row["backup_id"] for page in pages for row in page] == ids


def test_a_page_has_the_length_of_its_version(any_api: Api) -> None:
    make_backups(any_api, 12)
    lengths = [len(page) for page in walk(any_api, "/backups")]
    assert lengths == ([12] if any_api.version == "2026-07" else [10, 2])


def test_the_last_page_says_so_as_its_version_does(any_api: Api) -> None:
    answer = any_api.get("/backups")
    assert answer.get("pagination") is None
    assert ("pagination" in answer) == (any_api.version == "2026-07")


def test_a_token_is_base64_of_limit_and_offset(api: Api) -> None:
    make_backups(api, 5)
    token = api.get("/backups", limit=2)["pagination"]["next"]
    assert json.loads(base64.b64decode(token)) == {"limit": 2, "offset": 2}


def test_a_limit_beside_a_token_changes_the_length_but_not_the_place(api: Api) -> None:
    ids = make_backups(api, 9)
    token = api.get("/backups", limit=3)["pagination"]["next"]
    page = api.get("/backups", limit=1, paginationToken=token)["data"]
    assert [row["backup_id"] for row in page] == ids[3:4]


def test_pages_shift_when_rows_go(api: Api) -> None:
    ids = make_backups(api, 6)
    token = api.get("/backups", limit=3)["pagination"]["next"]
    api.delete(f"/backups/{ids[0]}")
    api.emulator.advance(1)
    page = api.get("/backups", paginationToken=token)["data"]
    assert [row["backup_id"] for row in page] == ids[4:]


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "%%%",
        "bm9uc2Vuc2U=",
        base64.b64encode(b"[1]").decode(),
        base64.b64encode(b'{"limit":"a","offset":0}').decode(),
        base64.b64encode(b'{"limit":1,"offset":-1}').decode(),
        base64.b64encode(b'{"limit":1,"offset":1e400}').decode(),
    ],
)
def test_a_bad_token_is_refused(any_api: Api, token: str) -> None:
    response = any_api.send("GET", "/backups", paginationToken=token)
    assert refusal(response)[:2] == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1.5", "1_0", "٣", "9" * 400, "--1", "-"])
def test_a_bad_limit_is_refused(api: Api, limit: str) -> None:
    assert refusal(api.send("GET", "/backups", limit=limit))[0] == 400


def test_older_versions_give_at_most_100_rows(emulator: Emulator) -> None:
    api = Api(emulator, "2025-04")
    assert api.send("GET", "/backups", limit=100).status_code == 200
    assert api.send("GET", "/backups", limit=101).status_code == 400
    api.close()


def test_new_objects_can_come_late(emulator: Emulator, any_api: Api) -> None:
    emulator.configure(describe_lag_seconds=5, list_lag_seconds=20)
    any_api.create_index()
    assert any_api.send("GET", "/indexes/docs").status_code == 404
    emulator.advance(5)
    assert any_api.get("/indexes/docs")["name"] == "docs"
    assert any_api.get("/indexes") == {"indexes": []}
    emulator.advance(15)
    backup_id = any_api.create_backup()["backup_id"]
    emulator.advance(5)
    job_id = any_api.restore(backup_id)["restore_job_id"]
    assert any_api.send("GET", f"/restore-jobs/{job_id}").status_code == 404
    assert any_api.get("/restore-jobs")["data"] == []
    assert any_api.get("/backups")["data"] == []
    emulator.advance(20)
    assert len(any_api.get("/backups")["data"]) == 1
    assert len(any_api.get("/restore-jobs")["data"]) == 1
