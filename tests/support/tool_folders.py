"""The folders that the tools find or get: the engine's, those of checkers and of languages."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

_TOOLS = Path(__file__).parents[2] / "tools"


@functools.cache
def asked(tool: str) -> subprocess.CompletedProcess[str]:
    """Return the answer of a tool: the folder in its output, or why there is none."""
    command = [sys.executable, str(_TOOLS / f"{tool}.py"), "path"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def tool_folder(tool: str) -> Path:
    """Return the folder of a tool, which this machine can have."""
    answer = asked(tool)
    assert answer.returncode == 0, answer.stderr
    return Path(answer.stdout.strip())
