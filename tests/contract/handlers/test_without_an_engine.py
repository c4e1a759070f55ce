"""Where no engine is behind the handlers, or its parts have moved, the resources still work."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.lifecycle import session
from support.live_service import KEY, Service
from support.state_entry import Entry

NewProcess = Callable[..., session.Session]


@pytest.mark.parametrize("bridge", ["off", "on"])
def test_a_configured_handler_works_and_says_once_what_is_missing(
    backup: Entry,
    emulator: Emulator,
    service: Service,
    process: NewProcess,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    bridge: str,
) -> None:
    process(bridge=bridge)
    monkeypatch.setattr(sys, "argv", ["not-the-plugin"])
    monkeypatch.setattr(engine_bridge, "_installed", False)
    monkeypatch.setattr(engine_bridge, "missing", {})
    config = {"pinecone-backup:apiKey": KEY, "pinecone-backup:host": emulator.url}
    monkeypatch.setattr(session, "current", session.Session())
    for entry in (backup, Entry("RestoredIndex", "recovered")):
        entry.handler.configure(ConfigureRequest(Config(config, "recovery")))
    said = capsys.readouterr().err.count("this version of Pulumi has moved parts")
    assert said == (1 if bridge == "on" else 0)

    backup.up(index_name=service.index("products"))
    assert service.backups() == {backup.id}
