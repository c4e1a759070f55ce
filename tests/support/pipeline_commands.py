"""The commands in the pipelines that users copy, and in the page that explains them."""

from __future__ import annotations

import re
from pathlib import Path

PIPELINES = Path(__file__).parents[2] / "examples" / "pipelines"
SUFFIXES = (".yml", ".yaml", ".md")


def command_lines(program: str) -> list[str]:
    """Return what is given to a program, each once, without what the shell does with it."""
    found: set[str] = set()
    at_start = rf"^[ -]*(?:run: |if .*then )?{program} ([^`]+?)(?: >>| \||; fi|$)"
    for path in PIPELINES.rglob("*"):
        if path.suffix in SUFFIXES:
            found |= set(re.findall(at_start, path.read_text("utf-8"), flags=re.MULTILINE))
    return sorted(found)
