"""States that earlier versions have stored go on with this one, without a change."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

from .record import ADDRESS, restore

RECORDED = Path(__file__).parent / "recorded"

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("name", ["first"])
def test_a_recorded_state_is_taken_up_read_and_destroyed(name: str, tmp_path: Path) -> None:
    recorded = RECORDED / name
    restore(recorded, tmp_path / "emulator.sqlite")
    with Emulator(api_keys=(KEY,), database=tmp_path / "emulator.sqlite") as emulator:
        environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}
        stack = Stack(tmp_path / "stack", environment)
        stack.program((recorded / "program.txt").read_text())
        state = tmp_path / "state.json"
        state.write_text((recorded / "state.json").read_text().replace(ADDRESS, emulator.url))
        stack.run("stack", "import", "--file", str(state))

        stack.preview("--expect-no-changes")
        stack.refresh("--expect-no-changes")
        stack.unchanged()
        stack.destroy()
        service = Service(emulator)
        assert service.indexes() == {"products"}
        assert service.backups() == set()
