"""A pytest fixture for tests of stacks, programs and clients that use Pinecone.

Not registered by itself: a test suite asks for it with one line in its `conftest.py`.

Example:
    pytest_plugins = ["pulumi_pinecone_backup.emulator.pytest_plugin"]
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_pinecone_backup.emulator.server import Emulator


@pytest.fixture
def pinecone_emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Run an empty emulator during a test, and point this process and its children at it."""
    with Emulator() as emulator:
        monkeypatch.setenv("PINECONE_CONTROLLER_HOST", emulator.url)
        monkeypatch.setenv("PINECONE_API_KEY", emulator.api_key)
        yield emulator
