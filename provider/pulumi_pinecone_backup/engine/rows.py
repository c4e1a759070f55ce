"""Whether the engine draws on a terminal, where the text of a row can be renewed.

Elsewhere each text is one more line of a log. The plugin's own output is a pipe, so the engine's
is looked at, as the engine decides by it.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

ENGINE = "pulumi"
_PROCESSES = Path("/proc")
_CI_VARIABLES = ("CI", "TF_BUILD", "BUILD_ID")
_TERMINALS = ("/dev/pts/", "/dev/tty", "/dev/console")


@functools.cache
def is_live() -> bool:
    """Return whether the rows of this run are drawn on a terminal.

    Where the system does not show other processes' files, a terminal of this process must do.
    """
    if any(os.environ.get(name) for name in _CI_VARIABLES):
        return False
    if not _PROCESSES.exists():
        return _has_terminal()
    try:
        engine = _engine_process()
        arguments = (engine / "cmdline").read_bytes().split(b"\0")
        ends = [str((engine / "fd" / number).readlink()) for number in "01"]
    except OSError:
        return False
    on_terminal = all(end.startswith(_TERMINALS) for end in ends)
    return on_terminal and b"--non-interactive" not in arguments


def _engine_process() -> Path:
    """Return the engine's folder under /proc: it is an ancestor, behind a shell."""
    process = _PROCESSES / str(os.getppid())
    for _ in range(3):
        if (process / "comm").read_text().strip() == ENGINE:
            return process
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        process = _PROCESSES / parent
    raise FileNotFoundError("no ancestor of the plugin is the engine")


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
