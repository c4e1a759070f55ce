from __future__ import annotations

import socket
import threading
import time
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from contract.emulator.api import Api, refusal
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.emulator.web.app import OPERATIONS
from pulumi_pinecone_backup.emulator.web.reading import BODY_LIMIT

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
    b'{"name":' + b"[" * 250 + b"]" * 250 + b"}",
    b'{"setMetadata":{"a":' + b"[" * 250 + b"]" * 250 + b'},"id":"id-00000"}',
    b'{"id":"a","values":[1,2,3],"metadata":{"a":' + b"[" * 250 + b"]" * 250 + b"}}",
    b'{"vectors":[{"id":"a","values":[1,2,3],"metadata":{"a":' + b"[" * 250 + b"]" * 250 + b"}}]}",
    b'{"cloud":"aws","region":"us-east-1","name":"deep","embed":{"model":"multilingual-e5-large",'
    b'"field_map":{"text":"t"},"read_parameters":{"a":' + b"[" * 250 + b"]" * 250 + b"}}}",
    b'{"name":"deep","field":"t","model":"multilingual-e5-large","read_parameters":{"a":'
    + b"[" * 250
    + b"]" * 250
    + b"}}",
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
        "alias_name": "live",
    }
    prefix = api.host() if operation.plane == "data" else api.emulator.url
    for body in BODIES:
        url = prefix + operation.path.format(**values)
        response = api.session.request(operation.method, url, data=body, timeout=30)
        assert response.status_code < 500, (body[:80], response.text)
        if response.content and response.status_code >= 400:
            assert response.json()


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_json_that_is_nested_too_deep_is_refused_at_the_door(api: Api) -> None:
    api.create_index()
    record = {"id": "a", "values": [1, 2, 3], "metadata": {"a": deep(250)}}
    response = api.send("POST", f"{api.host()}/vectors/upsert", {"vectors": [record]})
    assert response.status_code == 400
    assert "nested more than 200 levels" in response.json()["message"]
    brackets = {"id": "a", "values": [1, 2, 3], "metadata": {"a": "[{" * 300}}
    api.post(f"{api.host()}/vectors/upsert", {"vectors": [brackets]})
    assert api.count() == 1


def test_a_deep_body_poisons_no_admin_path(api: Api) -> None:
    for method, path, body in (
        ("POST", "faults", {"operation": "*", "kind": "body", "body": deep(250)}),
        ("POST", "faults", {"operation": "*", "kind": "status", "status": 500, "body": deep(250)}),
        ("PATCH", "settings", {"roles": deep(250)}),
        ("PATCH", "settings", deep(250)),
        ("POST", "advance", {"seconds": deep(250)}),
        ("PATCH", "indexes", {"name": deep(250)}),
    ):
        response = api.send(method, f"/_emulator/{path}", body)
        assert response.status_code == 400, (path, response.text)
        assert response.json()["error"]
    with pytest.raises(ValueError, match="JSON"):
        api.emulator.add_fault("*", "body", body=deep(250))
    with pytest.raises(ValueError, match="JSON"):
        api.emulator.add_fault("*", "body", body={1, 2})
    assert api.get("/_emulator/faults") == {"faults": []}
    assert api.get("/_emulator/settings")["roles"] == {}
    assert api.get("/indexes") == {"indexes": []}


def test_the_deepest_body_that_is_taken_is_also_listed_and_answered(api: Api) -> None:
    body = deep(196)
    api.post("/_emulator/faults", {"operation": "list_indexes", "kind": "body", "body": body})
    assert api.get("/_emulator/faults")["faults"][0]["body"] == body
    response = api.session.get(f"{api.emulator.url}/indexes", timeout=30)
    assert response.json() == body


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"status": 500, "headers": {"X-A": "a\r\nX-B: b"}}, "headers"),
        ({"status": 500, "headers": {"X-A": "\u2603"}}, "headers"),
        ({"status": 500, "headers": {"X A": "a"}}, "headers"),
        ({"status": 500, "headers": {"Content-Length": "5"}}, "headers"),
        ({"status": 204, "body": "text"}, "body"),
        ({"status": 500, "times": 10**10}, "times"),
    ],
)
def test_a_fault_that_could_not_be_answered_is_refused(
    api: Api, fault: dict[str, Any], named: str
) -> None:
    body = {"operation": "list_indexes", "kind": "status", **fault}
    response = api.send("POST", "/_emulator/faults", body)
    assert response.status_code == 400
    assert f"`{named}`" in response.json()["error"]


def test_a_large_body_for_an_admin_path_is_refused(api: Api) -> None:
    url = f"{api.emulator.url}/_emulator/faults"
    response = api.session.post(url, data=b'"' + b"x" * BODY_LIMIT + b'"', timeout=60)
    assert response.status_code == 413
    assert response.json()["error"]


def test_a_time_beyond_the_calendar_is_refused_and_the_emulator_goes_on(api: Api) -> None:
    before = api.get("/_emulator/health")["time"]
    for seconds in (10**10, 10**12, 1e300):
        response = api.send("POST", "/_emulator/advance", {"seconds": seconds})
        assert response.status_code == 400
        assert "2199" in response.json()["error"]
    assert api.get("/_emulator/health")["time"][:13] == before[:13]
    for _ in range(8):
        api.send("POST", "/_emulator/advance", {"seconds": 10**9})
    api.create_index()
    assert api.create_backup()["created_at"] < "2200"


def test_a_full_disk_is_a_described_error_and_ends_with_the_free_space(
    emulator: Emulator, api: Api
) -> None:
    api.create_index()
    api.upsert(1)
    connection = emulator.state.connection
    used = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {used}")
    record = {"values": [1.0, 2.0, 3.0], "metadata": {"text": "x" * 30_000}}
    vectors = [record | {"id": f"big-{number}"} for number in range(50)]
    response = api.send("POST", f"{api.host()}/vectors/upsert", {"vectors": vectors})
    assert (response.status_code, response.json()["code"]) == (500, 13)
    assert "full" in response.json()["message"]
    assert "free space" in response.json()["message"]
    assert api.count() == 1
    assert emulator.events()[-1]["operation"] == "describe_index_stats"
    connection.execute("PRAGMA max_page_count = 1000000")
    api.post(f"{api.host()}/vectors/upsert", {"vectors": vectors})
    assert api.count() == 51


def test_a_full_disk_moves_no_clock(emulator: Emulator, api: Api) -> None:
    connection = emulator.state.connection
    connection.execute("PRAGMA query_only = 1")
    before = api.get("/_emulator/health")["time"]
    response = api.send("POST", "/_emulator/advance", {"seconds": 10**6})
    assert response.status_code == 500
    assert "database" in response.json()["error"]
    status, _, message = refusal(api.send("POST", "/indexes", api.index_body("docs")))
    assert (status, "database" in message) == (500, True)
    connection.execute("PRAGMA query_only = 0")
    assert api.get("/_emulator/health")["time"][:13] == before[:13]
    api.create_index()


def test_the_journal_keeps_as_many_events_as_the_setting_says(emulator: Emulator, api: Api) -> None:
    emulator.configure(journal_events=5)
    for _ in range(20):
        api.get("/indexes")
    assert [event["number"] for event in emulator.events()] == [16, 17, 18, 19, 20]
    assert emulator.requests() == {"list_indexes": 20}
    emulator.configure(journal_events=2)
    assert len(emulator.events()) == 2
    with Emulator(journal_events=1) as other:
        client = Api(other)
        client.create_index()
        assert len(other.events()) == 1
        client.close()


@pytest.mark.parametrize("days", [-1, 1])
def test_the_service_s_clock_can_be_ahead_or_behind(
    emulator: Emulator, api: Api, days: int
) -> None:
    emulator.configure(backup_seconds=60)
    api.create_index()
    first = api.create_backup()
    emulator.configure(clock_skew_seconds=days * 86_400)
    second = api.create_backup()
    apart = [datetime.fromisoformat(row["created_at"]) for row in (first, second)]
    assert abs((apart[1] - apart[0]) - timedelta(days=days)) < timedelta(seconds=60)
    assert len(api.get("/backups")["data"]) == 2
    emulator.advance(60)
    assert {row["status"] for row in api.get("/backups")["data"]} == {"Ready"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_no_path_or_query_makes_an_operation_fail_on_its_own(api: Api, operation: Any) -> None:
    api.create_index()
    prefix = api.host() if operation.plane == "data" else api.emulator.url
    for value in ("%00", "%ff%fe", "a" * 5000, "..%2f..", "%F0%9F%92%A9", "'", "-", " "):
        names = ("index_name", "backup_id", "job_id", "schedule_id", "namespace", "alias_name")
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


def test_a_client_that_pauses_as_long_as_a_run_keeps_its_connection(emulator: Emulator) -> None:
    headers = {"Api-Key": emulator.api_key, "X-Pinecone-Api-Version": "2026-07"}
    client = HTTPConnection(urlsplit(emulator.url).netloc, timeout=30)
    client.connect()
    connection = client.sock
    for pause in (0, 7):
        time.sleep(pause)
        client.request("GET", "/indexes", headers=headers)
        answer = client.getresponse()
        assert answer.status == 200
        answer.read()
        assert client.sock is connection
    client.close()
