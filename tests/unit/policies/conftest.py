"""One running pack for every test here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .pack_process import Pack, running


@pytest.fixture(scope="session")
def pack() -> Iterator[Pack]:
    """Start the pack once."""
    with running() as pack:
        yield pack
