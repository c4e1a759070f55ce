"""A plugin process as handlers see it: its state, its environment, and no engine behind it."""

from __future__ import annotations

import os

import pytest
from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.lifecycle import session


def new_process(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, str] | None = None, *, bridge: str = "off"
) -> session.Session:
    """Start over with a scrubbed environment and with state that knows the configuration only."""
    for name in list(os.environ):
        if name.startswith(("PINECONE_", "PULUMI_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PULUMI_PINECONE_BRIDGE", bridge)
    monkeypatch.setattr(engine_bridge, "_said", set())
    fresh = session.Session(config=config or {})
    monkeypatch.setattr(session, "current", fresh)
    return fresh
