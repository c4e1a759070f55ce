"""Retries that do not wait, for tests of what is repeated, not of when."""

from __future__ import annotations

import pytest
from pulumi_pinecone_backup.service import retries


def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the waits before a request is repeated to nothing; a `Retry-After` is kept."""
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(retries, "JITTER_SECONDS", 0.0)
