"""Where no engine is behind the handlers, or its parts have moved, the resources still work."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session, begin
from support.live_service import KEY, Service
from support.quick_pace import QUICK_PACE
from support.state_entry import Entry

NewProcess = Callable[..., Session]


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
    config = {"pinecone-backup:apiKey": KEY, "pinecone-backup:host": emulator.url}
    begin(Session(pace=QUICK_PACE))
    for entry in (backup, Entry("RestoredIndex", "recovered")):
        entry.handler.configure(ConfigureRequest(Config(config, "recovery")))
    said = capsys.readouterr().err.count("this version of Pulumi has moved parts")
    assert said == (1 if bridge == "on" else 0)

    backup.up(index_name=service.index("products"))
    assert service.backups() == {backup.id}
