"""Run a stack under the policy pack."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PACK = Path(__file__).parents[3] / "policies"


@pytest.fixture
def under(tmp_path: Path) -> Callable[..., list[str]]:
    """Return the arguments that put a command under the pack, with a configuration."""

    def arguments(configuration: str | dict[str, Any] | None = None) -> list[str]:
        pack = ["--policy-pack", str(PACK / "pinecone-backup-policies")]
        if configuration is None:
            return pack
        if isinstance(configuration, str):
            path = PACK / "configs" / f"{configuration}.json"
        else:
            path = tmp_path / "policy-config.json"
            path.write_text(json.dumps(configuration))
        return [*pack, "--policy-pack-config", str(path)]

    return arguments
