"""Long lists: 250 backups of live and deleted indexes, while pages shift and rows come twice."""

from __future__ import annotations

import pytest
import requests
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.service.client import Client

from .conftest import ClientOf

COUNT = 250


@pytest.fixture
def backup_ids(client_of: ClientOf) -> list[str]:
    """The ids of 250 backups: of two live indexes, two deleted ones, and one made again."""
    client = client_of()
    names = ["live-a", "live-b", "gone-a", "gone-b", "again"]
    for name in names:
        client.create_index(name, dimension=2)
    made = [client.create_backup(names[n % 5], name=f"n-{n}").backup_id for n in range(COUNT)]
    for name in ("gone-a", "gone-b", "again"):
        client.delete_index(name)
    client.create_index("again", dimension=2)
    return made


def _ids(client: Client) -> list[str]:
    return [backup.backup_id for backup in client.list_project_backups()]


def test_every_backup_is_listed_once_in_every_version(
    client_of: ClientOf, version: str, backup_ids: list[str]
) -> None:
    listed = client_of(version).list_project_backups()
    assert sorted(backup.backup_id for backup in listed) == sorted(backup_ids)
    assert sum(backup.source_index_name == "gone-a" for backup in listed) == COUNT / 5


def test_a_limit_is_never_sent_beside_a_token(
    client_of: ClientOf, version: str, backup_ids: list[str], emulator: Emulator
) -> None:
    assert len(_ids(client_of(version))) == len(backup_ids)
    queries = [
        str(event["query"])
        for event in emulator.events()
        if event.get("operation") == "list_project_backups"
    ]
    assert len(queries) > 2
    assert any("paginationToken" in query for query in queries)
    assert not any("paginationToken" in query and "limit" in query for query in queries)


@pytest.mark.parametrize("count", [1, 99])
def test_rows_that_come_twice_are_returned_once(
    client_of: ClientOf, version: str, backup_ids: list[str], emulator: Emulator, count: int
) -> None:
    emulator.add_fault("list_project_backups", "shift", count=count, times=4)
    listed = _ids(client_of(version))
    assert sorted(listed) == sorted(backup_ids)


def test_rows_that_slip_through_while_others_are_deleted_are_found(
    client_of: ClientOf, version: str, backup_ids: list[str]
) -> None:
    reader, other = client_of(version), client_of(version)
    newest_first = _ids(other)
    victims = [newest_first[0], newest_first[1], newest_first[-1]]

    def delete_one(*_: object, **__: object) -> None:
        if victims:
            other.delete_backup(victims.pop())

    reader._transport.connections().session.hooks["response"].append(delete_one)
    remaining = set(backup_ids) - {newest_first[0], newest_first[1], newest_first[-1]}
    assert set(_ids(reader)) >= remaining
    assert victims == []


def test_rows_that_appear_while_the_list_is_read_do_no_harm(
    client_of: ClientOf, version: str, backup_ids: list[str]
) -> None:
    reader, other = client_of(version), client_of(version)
    added: list[str] = []

    def add_one(*_: object, **__: object) -> None:
        if len(added) < 3:
            added.append(other.create_backup("live-a").backup_id)

    reader._transport.connections().session.hooks["response"].append(add_one)
    listed = _ids(reader)
    assert len(listed) == len(set(listed))
    assert set(listed) >= set(backup_ids)


def test_a_list_by_name_has_the_live_index_only(
    client_of: ClientOf, version: str, backup_ids: list[str]
) -> None:
    client = client_of(version)
    assert len(client.list_index_backups("live-a")) == len(backup_ids) / 5
    assert client.list_index_backups("again") == []


def test_a_list_by_name_can_include_deleted_indexes(
    client_of: ClientOf, backup_ids: list[str]
) -> None:
    client = client_of()
    listed = client.list_index_backups("gone-b", include_deleted=True)
    assert {backup.source_index_name for backup in listed} == {"gone-b"}
    assert len(listed) == len(backup_ids) / 5


def test_a_caller_that_asks_again_anyway_reads_the_list_once(
    client_of: ClientOf, backup_ids: list[str], emulator: Emulator
) -> None:
    client = client_of()
    assert len(client.list_project_backups(confirm=False)) == len(backup_ids)
    assert emulator.requests()["list_project_backups"] == 3


def test_restore_jobs_of_many_pages_are_listed_once(client_of: ClientOf, version: str) -> None:
    client = client_of(version)
    client.create_index("docs", dimension=2)
    backup = client.create_backup("docs")
    made = [
        client.create_index_from_backup(backup.backup_id, name=f"copy-{n}").restore_job_id
        for n in range(130)
    ]
    listed = [job.restore_job_id for job in client.list_restore_jobs()]
    assert sorted(listed) == sorted(made)


BACKUP = {"source_index_name": "docs", "source_index_id": "i", "status": "Ready", "region": "r"}


@pytest.mark.parametrize(
    "following",
    [
        {"pagination": {"next": "t"}},
        {"pagination": {"pagination_token": "t"}},
        {"pagination_token": "t"},
    ],
)
@pytest.mark.parametrize("end", [{}, {"pagination": None}, {"pagination": {"next": ""}}])
def test_every_documented_form_of_a_page_is_read(
    client_of: ClientOf,
    emulator: Emulator,
    following: dict[str, object],
    end: dict[str, object],
) -> None:
    for _ in range(2):
        for backup_id, more in (("a", following), ("b", end)):
            body = {"data": [{"backup_id": backup_id, **BACKUP}], **more}
            emulator.add_fault("list_project_backups", "status", status=200, body=body)
    assert _ids(client_of()) == ["a", "b"]


def test_pages_that_never_end_are_an_error(client_of: ClientOf, emulator: Emulator) -> None:
    body = {"data": [{"backup_id": "a", **BACKUP}], "pagination": {"next": "t"}}
    emulator.add_fault("list_project_backups", "status", status=200, body=body, times=50)
    with pytest.raises(InvalidResponseError, match="the service repeats a page token"):
        client_of().list_project_backups()
    assert emulator.requests()["list_project_backups"] == 2


def test_an_empty_page_in_the_middle_is_not_the_end(
    client_of: ClientOf, emulator: Emulator
) -> None:
    for _ in range(2):
        for rows, token in ((["a"], "1"), ([], "2"), (["b"], None)):
            data = [{"backup_id": row, **BACKUP} for row in rows]
            body = {"data": data, "pagination": {"next": token} if token else None}
            emulator.add_fault("list_project_backups", "status", status=200, body=body)
    assert _ids(client_of()) == ["a", "b"]


def test_a_query_survives_all_pages(client_of: ClientOf, backup_ids: list[str]) -> None:
    client = client_of()
    seen: list[str] = []

    def note(response: requests.Response, *_: object, **__: object) -> None:
        seen.append(str(response.request.path_url))

    for n in range(100):
        client.create_backup("live-a", name=f"more-{n}")
    client._transport.connections().session.hooks["response"].append(note)
    listed = client.list_index_backups("live-a", include_deleted=True)
    assert len(listed) == len(backup_ids) / 5 + 100
    assert len(seen) == 4
    assert all("include_deleted=true" in path for path in seen)
