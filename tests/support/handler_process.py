"""A plugin process as handlers see it: its state, its environment, and no engine behind it."""

from __future__ import annotations

import os

import pytest
from pulumi_pinecone_backup.engine import bridge, endings
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.waiting.pace import Pace
from support.quick_pace import QUICK_PACE


def new_process(
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, str] | None = None,
    *,
    bridge_is: str = "off",
    pace: Pace = QUICK_PACE,
    is_killed: bool = False,
) -> Session:
    """Start over with a scrubbed environment and with state that knows the configuration only.

    A process that will be killed does not come to the end of its run: what it would do there is
    left undone.
    """
    for name in list(os.environ):
        if name.startswith(("PINECONE_", "PULUMI_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PULUMI_PINECONE_BRIDGE", bridge_is)
    bridge.forget()
    if is_killed:
        endings.offer()
    fresh = Session(config, pace)
    session.begin(fresh)
    return fresh
