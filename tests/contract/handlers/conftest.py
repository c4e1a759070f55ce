"""Handlers over real HTTP against the emulator, as one plugin process after another has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.versions import API_VERSIONS
from pulumi_pinecone_backup.waiting.pace import Pace
from support.handler_process import new_process
from support.live_service import KEY, OTHER_KEY, Service
from support.quick_pace import QUICK_PACE
from support.state_entry import Entry

NewProcess = Callable[..., Session]


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Emulator]:
    with Emulator(api_keys=(KEY, OTHER_KEY)) as running:
        yield running


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    """An emulator without objects and faults, whose jobs are done at once."""
    _emulator.reset()
    _emulator.configure(
        index_seconds=0.0,
        backup_seconds=0.0,
        restore_seconds=0.0,
        delete_seconds=0.0,
        capacity_seconds=0.0,
        describe_lag_seconds=0.0,
        list_lag_seconds=0.0,
        plan="enterprise",
        paid=True,
        backup_quota=None,
        index_quota=None,
        dedicated_capacity=True,
        roles={},
    )
    return _emulator


@pytest.fixture
def service(emulator: Emulator) -> Service:
    """What tests do behind Pulumi's back."""
    return Service(emulator)


@pytest.fixture(params=list(API_VERSIONS))
def version(request: pytest.FixtureRequest) -> str:
    """Each version of the API."""
    return str(request.param)


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> NewProcess:
    """Start a plugin process over: what it remembered is gone, what is stored stays."""

    def start(
        version: str = "2026-07",
        *,
        key: str = KEY,
        bridge: str = "off",
        pace: Pace = QUICK_PACE,
        is_killed: bool = False,
        **config: str,
    ) -> Session:
        return new_process(
            monkeypatch,
            {
                "pinecone-backup:apiKey": key,
                "pinecone-backup:host": emulator.url,
                "pinecone-backup:apiVersion": version,
                **{f"pinecone-backup:{name}": value for name, value in config.items()},
            },
            bridge_is=bridge,
            pace=pace,
            is_killed=is_killed,
        )

    start()
    return start


@pytest.fixture
def backup() -> Entry:
    """A backup in the state, not made yet."""
    return Entry("Backup", "nightly")


@pytest.fixture
def restored() -> Entry:
    """A restored index in the state, not made yet."""
    return Entry("RestoredIndex", "recovered")


@pytest.fixture
def schedule() -> Entry:
    """A backup schedule in the state, not made yet."""
    return Entry("BackupSchedule", "daily")


@pytest.fixture
def products(service: Service) -> str:
    """A source index with six records in two namespaces."""
    return service.index("products", tags={"team": "search"})


@pytest.fixture
def backup_id(service: Service, products: str) -> str:
    """A backup of the source index."""
    made: dict[str, Any] = service.call("POST", f"/indexes/{products}/backups", {"name": "first"})
    return str(made["backup_id"])
