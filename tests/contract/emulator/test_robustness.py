from __future__ import annotations

import socket
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from contract.emulator.api import Api
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.emulator.web.app import BODY_LIMIT, OPERATIONS

DEEP = b"[" * 100_000
BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"5",
    b'"x"',
    b"\xff\xfe",
    b'{"name": "\\ud800"}',
    b'{"name": NaN}',
    b'{"name": 1e999}',
    DEEP,
    b'{"a":' * 2000,
    b'{"name":{"name":{}},"vectors":{},"ids":{},"filter":5,"topK":[],"spec":[],"schema":7}',
    b'{"name":"x","vectors":[null],"ids":[null],"filter":{"a":null},"topK":1,"namespace":[]}',
    b'{"name":"x\\u0000y","id":"x\\u0000y","setMetadata":{"a":[[]]},"values":[[]]}',
    b'{"namespace":"n","filter":{"$and":[{"$or":[{"$and":[]}]}]},"topK":1,"vector":[1,2,3]}',
]
WRITING = [operation for operation in OPERATIONS if operation.method in ("POST", "PATCH")]


@pytest.mark.parametrize("operation", WRITING, ids=lambda operation: operation.id)
def test_no_body_makes_an_operation_fail_on_its_own(api: Api, operation: Any) -> None:
    api.create_index()
    api.upsert(2)
    values = {
        "index_name": "docs",
        "backup_id": api.create_backup()["backup_id"],
        "schedule_id": "missing",
        "namespace": "n",
    }
    prefix = api.host() if operation.plane == "data" else api.emulator.url
    for body in BODIES:
        url = prefix + operation.path.format(**values)
        response = api.session.request(operation.method, url, data=body, timeout=30)
        assert response.status_code < 500, (body[:80], response.text)
        if response.content and response.status_code >= 400:
            assert response.json()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_no_path_or_query_makes_an_operation_fail_on_its_own(api: Api, operation: Any) -> None:
    api.create_index()
    prefix = api.host() if operation.plane == "data" else api.emulator.url
    for value in ("%00", "%ff%fe", "a" * 5000, "..%2f..", "%F0%9F%92%A9", "'", "-", " "):
        names = ("index_name", "backup_id", "job_id", "schedule_id", "namespace")
        path = operation.path.format(**dict.fromkeys(names, value))
        query = (
            f"?limit={value}&paginationToken={value}&ids={value}&prefix={value}&namespace={value}"
        )
        response = api.session.request(
            operation.method, prefix + path + query, data=b"{}", timeout=30
        )
        assert response.status_code < 500, (value, response.text)


@pytest.mark.parametrize("host", ["nonsense", "-", "docs", "%00", "docs-abcdefg", "a-b-c"])
def test_a_host_of_no_index_is_refused(api: Api, host: str) -> None:
    response = api.send("POST", f"/data/{host}/describe_index_stats", {})
    assert response.status_code in (401, 404)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/indexes", 405),
        ("DELETE", "/indexes", 405),
        ("TRACE", "/indexes/docs", 405),
        ("POST", "/indexes/docs/unknown", 404),
        ("PUT", "/_emulator/reset", 405),
        ("GET", "/data/docs-x/unknown", 404),
    ],
)
def test_unknown_paths_and_methods_are_refused(
    api: Api, method: str, path: str, status: int
) -> None:
    response = api.send(method, path)
    assert response.status_code == status
    assert response.json()["status"] == status
    if status == 405:
        assert response.headers["Allow"]


def test_a_huge_body_is_refused_and_nothing_is_kept(api: Api) -> None:
    api.create_index()
    body = b'{"vectors": "' + b"x" * BODY_LIMIT + b'"}'
    url = f"{api.host()}/vectors/upsert"
    response = api.session.post(url, data=body, timeout=60)
    assert (response.status_code, response.json()["code"]) == (413, 8)
    assert api.count() == 0


def test_a_chunked_body_is_read(api: Api) -> None:
    def parts() -> Any:
        yield b'{"vectors": [{"id": "a", '
        yield b'"values": [1, 2, 3]}]}'

    api.create_index()
    response = api.session.post(f"{api.host()}/vectors/upsert", data=parts(), timeout=30)
    assert response.json() == {"upsertedCount": 1}


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /indexes HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
        b"POST /indexes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /indexes HTTP/1.1\r\n\r\n",
        b"GET /indexes HTTP/1.1\r\nHost: x\r\nApi-Key: \xff\xfe\r\nConnection: close\r\n\r\n",
    ],
)
def test_broken_http_does_not_stop_the_emulator(api: Api, raw: bytes) -> None:
    address = urlsplit(api.emulator.url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=30) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65536)
    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert api.get("/indexes") == {"indexes": []}


def test_concurrent_writers_lose_nothing(emulator: Emulator, api: Api) -> None:
    api.create_index()
    failures: list[BaseException] = []

    def write(number: int) -> None:
        client = Api(emulator)
        try:
            for batch in range(5):
                client.upsert(20, namespace=f"n{number % 2}", start=(number * 5 + batch) * 20)
                client.create_backup()
        except BaseException as error:
            failures.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert api.count() == 400
    counts = sorted(row["record_count"] for row in api.get("/backups")["data"])
    assert len(counts) == 20
    assert all(count % 20 == 0 for count in counts)
    assert counts[-1] == 400


def test_one_creation_of_many_at_once_wins(emulator: Emulator) -> None:
    statuses: list[int] = []

    def create() -> None:
        client = Api(emulator)
        statuses.append(client.send("POST", "/indexes", client.index_body("docs")).status_code)
        client.close()

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [201] + [409] * 7


def test_stopping_does_not_wait_for_a_delayed_request() -> None:
    emulator = Emulator()
    emulator.start()
    emulator.add_fault("list_indexes", "delay", seconds=3600)
    outcome: list[BaseException] = []

    def ask() -> None:
        headers = {"Api-Key": "emulator", "X-Pinecone-Api-Version": "2026-07"}
        try:
            requests.get(f"{emulator.url}/indexes", headers=headers, timeout=60)
        except requests.RequestException as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while emulator.state.faults.pending():
        pass
    emulator.stop()
    thread.join(60)
    assert len(outcome) == 1


def test_an_emulator_needs_a_key_and_good_settings() -> None:
    with pytest.raises(ValueError, match="api_keys"):
        Emulator(api_keys=())
    with pytest.raises(ValueError, match="backup_seconds"):
        Emulator(backup_seconds=-1)
    with pytest.raises(RuntimeError, match="with"):
        Emulator().events()
