"""The programs and schemas that judge pipelines, as `tools/checkers.py` gets them."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

GETTER = Path(__file__).parents[2] / "tools" / "checkers.py"
REQUIRED = "PINECONE_BACKUP_TEST_CHECKERS"


@functools.cache
def _got() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(GETTER), "path"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def checkers() -> Path:
    """Return the folder that they are in; skip the test where they cannot be had."""
    got = _got()
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
