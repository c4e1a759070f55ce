"""Fixtures of the engine tests: an emulator, and stacks on the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.doors import DYNAMIC, Door
from support.live_service import KEY, OTHER_KEY, Service
from support.pulumi_stack import Stack


@pytest.fixture
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """An emulator whose backups and restores are done at once, unless parametrised otherwise."""
    with Emulator(api_keys=(KEY, OTHER_KEY), **getattr(request, "param", {})) as running:
        yield running


@pytest.fixture
def service(emulator: Emulator) -> Service:
    """The emulator with what tests do behind Pulumi's back."""
    return Service(emulator)


@pytest.fixture
def door(request: pytest.FixtureRequest) -> Door:
    """The door that stacks go through: that of dynamic resources, unless parametrised otherwise."""
    found: Door = getattr(request, "param", DYNAMIC)
    return found


@pytest.fixture
def new_stack(emulator: Emulator, tmp_path: Path, door: Door) -> Callable[..., Stack]:
    """Make a stack that talks to the emulator."""
    made = 0

    def make(name: str = "test", **more: str) -> Stack:
        nonlocal made
        made += 1
        environment = {
            "PINECONE_API_KEY": KEY,
            "PINECONE_CONTROLLER_HOST": emulator.url,
            **more,
        }
        return Stack(
            tmp_path / f"stack{made}",
            environment,
            name=name,
            backend=tmp_path / "backend",
            door=door,
        )

    return make


@pytest.fixture
def stack(new_stack: Callable[..., Stack]) -> Stack:
    """One stack."""
    return new_stack()
