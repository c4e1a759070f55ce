from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import yaml
from contract.emulator.conformance import descriptions, version_of
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.retries import Backoff
from pulumi_pinecone_backup.service.settings import Settings
from pulumi_pinecone_backup.service.versions import API_VERSIONS
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

KEY = "pcsk_first_0123456789"
OTHER_KEY = "pcsk_other_0123456789"
AT_ONCE = Backoff(first_wait_seconds=0.0, jitter_seconds=0.0)

OPTIONS = ("backoff", "cancelled", "on_warning", "read_timeout_seconds", "user_agent_suffix")

ClientOf = Callable[..., Client]


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Emulator]:
    with Emulator(api_keys=(KEY, OTHER_KEY)) as emulator:
        yield emulator


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    _emulator.reset()
    _emulator.configure(
        backup_seconds=0.0,
        restore_seconds=0.0,
        delete_seconds=0.0,
        plan="enterprise",
        paid=True,
        described_statuses=False,
    )
    return _emulator


@pytest.fixture(params=list(API_VERSIONS))
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("PINECONE_", "PULUMI_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def client_of(emulator: Emulator) -> Iterator[ClientOf]:
    """Makes clients of the emulator that are closed at the end."""
    made: list[Client] = []

    def make(version: str = "2026-07", *, key: str = KEY, **settings: Any) -> Client:
        options = {name: settings.pop(name) for name in OPTIONS if name in settings}
        resolved = Settings.resolve(
            {"pinecone-backup:apiVersion": version, **settings.pop("config", {})},
            {"PINECONE_API_KEY": key, "PINECONE_CONTROLLER_HOST": emulator.url, **settings},
        )
        made.append(Client(resolved, **{"backoff": AT_ONCE, **options}))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def _descriptions(_emulator: Emulator) -> dict[str, OpenAPI]:
    found = {}
    for path in descriptions():
        description = yaml.safe_load(path.read_text("utf-8"))
        description["servers"] = [{"url": _emulator.url}]
        found[version_of(path)] = OpenAPI.from_dict(description)
    return found


@pytest.fixture
def described(_descriptions: dict[str, OpenAPI]) -> dict[str, OpenAPI]:
    if not _descriptions:
        pytest.skip("the service's descriptions are not beside this repository")
    return _descriptions


def watch(client: Client, description: OpenAPI) -> list[str]:
    """Compare every exchange of a client with a description; returns what does not fit."""
    problems: list[str] = []

    def check(response: requests.Response) -> None:
        if response.request.path_url.startswith("/data/"):
            return
        what = f"{response.request.method} {response.request.path_url} {response.status_code}"
        openapi_request = RequestsOpenAPIRequest(response.request)
        try:
            description.validate_request(openapi_request)
            if response.content:
                description.validate_response(openapi_request, RequestsOpenAPIResponse(response))
        except OpenAPIError as error:
            problems.append(f"{what}: {error!r} {error.__cause__!r}")

    for scheme in ("http://", "https://"):
        client._transport.connections().session.mount(scheme, WatchedAdapter(check))
    return problems


class WatchedAdapter(HTTPAdapter):
    """Shows each answer to a function before the client reads it."""

    def __init__(self, show: Callable[[requests.Response], None]) -> None:
        super().__init__()
        self._show = show

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request, and show its answer."""
        response = super().send(*args, **kwargs)
        body = io.BytesIO(response.content)
        self._show(response)
        response.raw = HTTPResponse(body, status=response.status_code, preload_content=False)
        return response
