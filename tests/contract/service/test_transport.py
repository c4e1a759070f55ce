from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from importlib import metadata

import pytest
import requests
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import (
    ApiError,
    ConfigurationError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    PineconeBackupError,
    TransportError,
)

from .conftest import KEY, OTHER_KEY, ClientOf

STALE_KEY = "pcsk_stale_0123456789"
SOON = "0"


def _sent(emulator: Emulator, operation_id: str) -> int:
    return emulator.requests().get(operation_id, 0)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_of_a_read_is_not_seen(
    client_of: ClientOf, emulator: Emulator, status: int
) -> None:
    emulator.add_fault("list_indexes", "status", status=status, times=5)
    assert client_of().list_indexes() == []
    assert _sent(emulator, "list_indexes") == 6


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_failure_that_stays_is_raised_after_a_bounded_number_of_attempts(
    client_of: ClientOf, emulator: Emulator, status: int
) -> None:
    emulator.add_fault("list_indexes", "status", status=status, times=50)
    with pytest.raises(ApiError) as caught:
        client_of().list_indexes()
    assert caught.value.status == status
    assert _sent(emulator, "list_indexes") == 6


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_request_that_may_have_taken_effect_is_sent_once(
    client_of: ClientOf, emulator: Emulator, status: int
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", "status", status=status, after=True)
    with pytest.raises(ApiError) as caught:
        client.create_backup("docs")
    assert caught.value.may_have_happened
    assert _sent(emulator, "create_backup") == 1
    assert len(client.list_project_backups()) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_request_that_was_told_when_to_come_back_comes_back(
    client_of: ClientOf, emulator: Emulator, status: int
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=1), usegmt=True)
    for value in (SOON, date):
        emulator.add_fault("create_backup", "status", status=status, headers={"Retry-After": value})
    client.create_backup("docs")
    assert _sent(emulator, "create_backup") == 3
    assert len(client.list_project_backups()) == 1


def test_a_change_that_was_one_request_too_many_is_sent_again_without_being_told_when(
    client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    for operation_id in ("create_backup", "configure_index"):
        emulator.add_fault(operation_id, "status", status=429, times=5)
    client.create_backup("docs")
    client.configure_index("docs", tags={"team": "search"})
    assert _sent(emulator, "create_backup") == _sent(emulator, "configure_index") == 6
    assert len(client.list_project_backups()) == 1


def test_a_change_that_stays_one_request_too_many_leaves_no_doubt(
    client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", "status", status=429, times=50)
    with pytest.raises(ApiError, match="run again later") as caught:
        client.create_backup("docs")
    assert not caught.value.may_have_happened
    assert _sent(emulator, "create_backup") == 6


def test_a_request_is_not_sent_again_after_another_status_with_a_retry_after(
    client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", "status", status=500, headers={"Retry-After": SOON})
    with pytest.raises(ApiError, match="answered 500"):
        client.create_backup("docs")
    assert _sent(emulator, "create_backup") == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_to_a_change_leaves_a_doubt_and_is_not_sent_again(
    client_of: ClientOf, emulator: Emulator, kind: str
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", kind)
    with pytest.raises(TransportError) as caught:
        client.create_backup("docs")
    assert caught.value.may_have_happened
    assert "the connection broke. It may have taken effect all the same." in str(caught.value)
    assert _sent(emulator, "create_backup") == 1
    assert len(client.list_project_backups()) == (kind == "drop_after")


def test_a_lost_answer_to_a_read_is_asked_for_again(
    client_of: ClientOf, emulator: Emulator
) -> None:
    emulator.add_fault("list_indexes", "drop_after", times=3)
    assert client_of().list_indexes() == []
    assert _sent(emulator, "list_indexes") == 4


def test_a_delete_that_finds_nothing_the_second_time_has_succeeded(
    client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    backup = client.create_backup("docs")
    emulator.add_fault("delete_backup", "drop_after")
    client.delete_backup(backup.backup_id)
    assert _sent(emulator, "delete_backup") == 2
    emulator.add_fault("delete_index", "status", status=503, after=True)
    client.delete_index("docs")
    assert _sent(emulator, "delete_index") == 2
    assert client.list_indexes() == []


def test_a_delete_that_finds_nothing_the_first_time_says_so(client_of: ClientOf) -> None:
    with pytest.raises(NotFoundError):
        client_of().delete_index("docs")


def test_an_answer_that_takes_too_long_is_lost(client_of: ClientOf, emulator: Emulator) -> None:
    client = client_of(read_timeout_seconds=0.2)
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", "delay", seconds=1.0)
    with pytest.raises(TransportError, match="the answer took too long") as caught:
        client.create_backup("docs")
    assert caught.value.may_have_happened
    emulator.add_fault("list_indexes", "delay", seconds=1.0)
    assert len(client.list_indexes()) == 1


def test_nobody_at_the_address_leaves_no_doubt(client_of: ClientOf) -> None:
    client = client_of(PINECONE_CONTROLLER_HOST="http://127.0.0.1:9")
    with pytest.raises(TransportError) as caught:
        client.create_backup("docs")
    assert not caught.value.may_have_happened
    assert str(caught.value) == (
        "Could not take a backup of index `docs`: no answer from `127.0.0.1:9`, the connection was "
        "refused. Check the network, the proxy settings and `pinecone-backup:host`, then run again."
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<html>Welcome to the hotel</html>", 'the body is not JSON; it starts "<html>Welcome'),
        ("", "it is not a JSON object"),
        ([1], "it is not a JSON object"),
        ({"status": "Ready"}, "`backup_id`: Field required"),
    ],
)
def test_an_accepted_request_with_an_unknown_answer_leaves_a_doubt(
    client_of: ClientOf, emulator: Emulator, body: object, problem: str
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup", "body", body=body)
    with pytest.raises(InvalidResponseError) as caught:
        client.create_backup("docs")
    assert problem in str(caught.value)
    assert caught.value.may_have_happened
    assert "It may have taken effect all the same." in str(caught.value)


@pytest.mark.parametrize("body", [{"data": {}}, {"data": [5]}, [], "text", {"data": [{}]}])
def test_a_list_of_another_shape_is_an_error_and_not_an_empty_list(
    client_of: ClientOf, emulator: Emulator, body: object
) -> None:
    emulator.add_fault("list_project_backups", "body", body=body)
    with pytest.raises(InvalidResponseError) as caught:
        client_of().list_project_backups()
    assert not caught.value.may_have_happened


@pytest.mark.parametrize("status", [200, 201, 202, 206])
def test_any_status_of_success_is_accepted(
    client_of: ClientOf, emulator: Emulator, status: int
) -> None:
    backup = {
        "backup_id": "b",
        "source_index_name": "docs",
        "source_index_id": "i",
        "status": "Ready",
        "cloud": "aws",
        "region": "us-east-1",
    }
    emulator.add_fault("create_backup", "status", status=status, body=backup)
    assert client_of().create_backup("docs").backup_id == "b"


def test_a_redirect_is_not_followed_because_it_would_carry_the_key_away(
    client_of: ClientOf, emulator: Emulator
) -> None:
    headers = {"Location": "http://127.0.0.1:9/"}
    emulator.add_fault("list_indexes", "status", status=307, headers=headers)
    with pytest.raises(InvalidResponseError, match=r"was 307, a redirect, which is not followed"):
        client_of().list_indexes()


def test_the_data_plane_of_another_machine_never_gets_the_key_over_plain_http(
    client_of: ClientOf,
) -> None:
    with pytest.raises(ConfigurationError, match="would get the API key over plain http"):
        client_of().describe_index_stats("http://docs-abc1234.svc.example")


def test_a_refused_key_of_the_stack_gives_way_to_the_one_of_the_environment(
    client_of: ClientOf, emulator: Emulator
) -> None:
    warnings: list[str] = []
    client = client_of(config={"pinecone-backup:apiKey": STALE_KEY}, on_warning=warnings.append)
    client.create_index("docs", dimension=8)
    client.create_backup("docs")
    assert len(client.list_project_backups()) == 1
    assert warnings == [
        "The API key from `pinecone-backup:apiKey` was refused; `PINECONE_API_KEY` is used "
        "instead. `destroy` and `refresh` use the configuration of the last `up`: run `pulumi up` "
        "with the new key to renew it."
    ]
    # The refused request and its repetition; then the accepted key is kept to.
    assert (_sent(emulator, "create_index"), _sent(emulator, "create_backup")) == (2, 1)


def test_many_threads_with_a_refused_key_are_told_once(
    client_of: ClientOf, emulator: Emulator
) -> None:
    warnings: list[str] = []
    client = client_of(config={"pinecone:apiKey": STALE_KEY}, on_warning=warnings.append)
    with ThreadPoolExecutor(16) as pool:
        lists = list(pool.map(lambda _: client.list_indexes(), range(64)))
    assert lists == [[]] * 64
    assert len(warnings) == 1
    assert 64 < _sent(emulator, "list_indexes") <= 128


def test_two_refused_keys_are_both_named(client_of: ClientOf) -> None:
    client = client_of(
        config={"pinecone-backup:apiKey": STALE_KEY}, PINECONE_API_KEY="pcsk_wrong_0123456789"
    )
    with pytest.raises(ApiError) as caught:
        client.list_indexes()
    assert caught.value.status == 401
    assert "`pinecone-backup:apiKey` and `PINECONE_API_KEY` were both refused" in str(caught.value)


def test_a_refused_key_of_the_environment_is_named(client_of: ClientOf, version: str) -> None:
    with pytest.raises(ApiError) as caught:
        client_of(version, key=STALE_KEY).list_indexes()
    assert "the service answered 401" in str(caught.value)
    assert '"Invalid API Key"' in str(caught.value)
    assert "The API key from `PINECONE_API_KEY` was refused" in str(caught.value)


def test_a_refusal_by_role_or_project_does_not_try_another_key(
    client_of: ClientOf, emulator: Emulator
) -> None:
    emulator.configure(roles={OTHER_KEY: "DataPlaneViewer"})
    client = client_of(config={"pinecone:apiKey": OTHER_KEY})
    with pytest.raises(ForbiddenError):
        client.list_project_backups()
    assert _sent(emulator, "list_project_backups") == 1
    emulator.configure(roles={})


@pytest.fixture
def debug_logging(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


ECHOES = [
    ("status", {"status": 500, "body": f"key {KEY}"}),
    ("status", {"status": 400, "body": {"error": {"code": KEY, "message": f"key {KEY}"}}}),
    ("status", {"status": 401, "body": f"key {KEY}"}),
    ("status", {"status": 307, "headers": {"Location": f"http://{KEY}"}}),
    ("body", {"body": f"key {KEY}"}),
    ("body", {"body": {"data": KEY}}),
    ("body", {"body": {"data": [{"backup_id": [KEY]}]}}),
]


@pytest.mark.parametrize(("kind", "fields"), ECHOES)
def test_a_key_that_the_service_echoes_is_in_no_text_and_no_log(
    client_of: ClientOf,
    emulator: Emulator,
    debug_logging: pytest.LogCaptureFixture,
    kind: str,
    fields: dict[str, object],
) -> None:
    client = client_of()
    emulator.add_fault("list_project_backups", kind, times=20, **fields)
    with pytest.raises(PineconeBackupError, match="Could not list the backups") as caught:
        client.list_project_backups()
    chain = _chain(caught.value)
    shown = [*(f"{error!r} {error} {vars(error)}" for error in chain), debug_logging.text]
    assert KEY not in "".join([*shown, repr(client.settings)])


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("status", {"status": 500}),
        ("status", {"status": 401}),
        ("body", {"body": "x"}),
        ("drop_before", {}),
        ("drop_after", {}),
    ],
)
def test_no_key_is_in_the_frames_that_an_error_tracker_would_store(
    client_of: ClientOf, emulator: Emulator, kind: str, fields: dict[str, object]
) -> None:
    emulator.add_fault("list_project_backups", kind, times=20, **fields)
    with pytest.raises(PineconeBackupError) as caught:
        client_of().list_project_backups()
    assert KEY not in _locals(caught.value)


def test_no_key_is_left_by_a_connection_that_failed(client_of: ClientOf) -> None:
    client = client_of(PINECONE_CONTROLLER_HOST="http://127.0.0.1:9")
    with pytest.raises(TransportError) as caught:
        client.create_backup("docs")
    assert KEY not in _locals(caught.value)
    assert not any(isinstance(error, requests.RequestException) for error in _chain(caught.value))


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    return chain


def _locals(error: BaseException) -> str:
    """Returns the locals of all frames but the tests' own, which hold the key on purpose."""
    frames = [
        repr(frame.f_locals)
        for cause in _chain(error)
        for frame, _ in traceback.walk_tb(cause.__traceback__)
        if frame.f_code.co_filename != __file__
    ]
    assert any("operation" in frame for frame in frames)
    return "".join(frames)


def test_requests_name_the_package_and_its_version(client_of: ClientOf) -> None:
    client = client_of("2025-10", user_agent_suffix="functions")
    seen: list[requests.PreparedRequest] = []

    def note(response: requests.Response, *_: object, **__: object) -> None:
        seen.append(response.request)

    client._transport.connections().session.hooks["response"].append(note)
    client.list_indexes()
    headers = seen[0].headers
    version = metadata.version("pulumi-pinecone-backup")
    assert headers["User-Agent"].startswith(f"pulumi-pinecone-backup/{version} Python/3.")
    assert headers["User-Agent"].endswith(" functions")
    assert headers["X-Pinecone-Api-Version"] == "2025-10"


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_a_proxy_never_sees_what_is_meant_for_this_machine(
    client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client_of().list_indexes() == []


def test_a_proxy_is_used_for_other_machines(
    client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    client = client_of(PINECONE_CONTROLLER_HOST="https://pinecone.invalid")
    with pytest.raises(TransportError, match=r"no answer from `pinecone.invalid`, the proxy"):
        client.create_backup("docs")


def test_connections_are_used_again(client_of: ClientOf, emulator: Emulator) -> None:
    client = client_of()
    for _ in range(20):
        client.list_indexes()
    adapter = client._transport.connections().session.get_adapter(emulator.url)
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    pools = adapter.poolmanager.pools
    (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118 - not a mapping
    assert (pool.num_connections, pool.num_requests) == (1, 20)
