"""Retries that do not wait, for tests of what is repeated, not of when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_pinecone_backup.service import retries


def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the waits before a request is repeated to nothing; a `Retry-After` is kept."""
    at_once = replace(retries.DEFAULT_BACKOFF, first_wait_seconds=0.0, jitter_seconds=0.0)
    monkeypatch.setattr(retries, "DEFAULT_BACKOFF", at_once)
