"""The programs and schemas that judge pipelines, as `tools/checkers.py` gets them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.tool_folders import asked

REQUIRED = "PINECONE_BACKUP_TEST_CHECKERS"


def checkers() -> Path:
    """Return the folder that they are in; skip the test where they cannot be had."""
    got = asked("checkers")
    if got.returncode == 0:
        return Path(got.stdout.strip())
    said = got.stderr.partition("error: ")[2] or got.stderr
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(f"what judges the pipelines cannot be had: {said}")
    pytest.skip(f"what judges the pipelines cannot be had: {said.splitlines()[0]}")


def judged(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of the programs and return how it ended and what it said."""
    return subprocess.run(
        [checkers() / program, *arguments], capture_output=True, text=True, check=False
    )
