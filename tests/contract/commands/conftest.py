"""The commands over real HTTP against the emulator."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pulumi_pinecone_backup.cli import main
from pulumi_pinecone_backup.emulator import Emulator
from support.handler_process import new_process
from support.live_service import KEY, OTHER_KEY, Service

Run = Callable[..., Result]
COMMAND = str(Path(sys.executable).parent / "pinecone-backup")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose jobs are done at once."""
    with Emulator(api_keys=(KEY, OTHER_KEY), delete_seconds=0.0) as running:
        yield running


@pytest.fixture
def service(emulator: Emulator) -> Service:
    """What tests do beside the command."""
    return Service(emulator)


@pytest.fixture
def backup_id(service: Service) -> str:
    """A backup of the index `products`."""
    made = service.call("POST", f"/indexes/{service.index()}/backups", {"name": "first"})
    return str(made["backup_id"])


@pytest.fixture
def environment(emulator: Emulator) -> dict[str, str]:
    """Where the command finds the service."""
    return {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int | None = 0, **more: str) -> Result:
        new_process(monkeypatch)
        result = CliRunner().invoke(main, arguments, env={**environment, **more})
        assert code in (None, result.exit_code), result.output
        return result

    return call
