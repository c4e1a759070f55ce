from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract.emulator.api import VERSIONS, Api
from pulumi_pinecone_backup.emulator import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(api_keys=("emulator", "other")) as running:
        yield running


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    client = Api(emulator)
    yield client
    client.close()


@pytest.fixture(params=VERSIONS)
def any_api(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Api]:
    client = Api(emulator, request.param)
    yield client
    client.close()
