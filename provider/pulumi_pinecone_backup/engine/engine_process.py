"""The process of the engine, as far as the system shows it: an ancestor of the plugin."""

from __future__ import annotations

import functools
import os
from pathlib import Path

ENGINE = "pulumi"
PROCESSES = Path("/proc")


def engine_process() -> Path:
    """Return the engine's folder under /proc: it is an ancestor, behind a shell.

    Raises:
        OSError: The system does not show it, or no ancestor is the engine.
    """
    process = PROCESSES / str(os.getppid())
    for _ in range(3):
        if (process / "comm").read_text().strip() == ENGINE:
            return process
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        process = PROCESSES / parent
    raise FileNotFoundError("no ancestor of the plugin is the engine")


@functools.cache
def is_preview_command() -> bool:
    """Return whether the user runs `pulumi preview`, which changes nothing; False in doubt."""
    try:
        arguments = (engine_process() / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word in (b"preview", b"pre") for word in arguments[1:3])
