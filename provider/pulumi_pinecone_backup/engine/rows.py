"""What a resource's row shows while an operation waits.

Where the engine draws on a terminal, the text is renewed, more rarely the longer an operation takes
and the more rows there are. Elsewhere each text would be one more line of a log: there a row gets
one, and only if it waits at all. The plugin's own output is a pipe, so the engine's is looked at.
"""

from __future__ import annotations

import functools
import os
import threading
import time

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.engine_process import PROCESSES, engine_process

_CI_VARIABLES = ("CI", "TF_BUILD", "BUILD_ID")
_TERMINALS = ("/dev/pts/", "/dev/tty", "/dev/console")
_CHANGE_SECONDS = 0.25
_RENEW_SECONDS = 2.0
_RENEW_SHARE = 0.02
_LINES_A_SECOND = 20
_PLAIN_AFTER_SECONDS = 2.0

_lock = threading.Lock()
_shown: dict[str, tuple[float, str]] = {}


def show(call: Call, text: str, started: float) -> None:
    """Show state and elapsed time of an operation on its resource's row.

    Args:
        call: The call whose resource has the row.
        text: What is waited for; changes are shown sooner than the passing of time.
        started: `time.monotonic()` at the operation's start.
    """
    elapsed = time.monotonic() - started
    if call.urn and _is_due(call.urn, text, elapsed):
        messages.progress(f"{duration(elapsed)}, {text}", call)


def duration(seconds: float) -> str:
    """Return seconds as people say them: `42 s`, `3 min 5 s`, `2 h 10 min`."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _is_due(urn: str, text: str, elapsed: float) -> bool:
    now = time.monotonic()
    with _lock:
        shown_at, shown = _shown.get(urn, (None, ""))
        if is_live():
            most = max(_RENEW_SECONDS, _RENEW_SHARE * elapsed, len(_shown) / _LINES_A_SECOND)
            due = shown_at is None or now - shown_at >= (most if text == shown else _CHANGE_SECONDS)
        else:
            due = shown_at is None and elapsed >= _PLAIN_AFTER_SECONDS
        if due:
            _shown[urn] = (now, text)
    return due


@functools.cache
def is_live() -> bool:
    """Return whether the rows of this run are drawn on a terminal.

    Where the system does not show other processes' files, a terminal of this process must do.
    """
    if any(os.environ.get(name) for name in _CI_VARIABLES):
        return False
    if not PROCESSES.exists():
        return _has_terminal()
    try:
        engine = engine_process()
        arguments = (engine / "cmdline").read_bytes().split(b"\0")
        ends = [str((engine / "fd" / number).readlink()) for number in "01"]
    except OSError:
        return False
    on_terminal = all(end.startswith(_TERMINALS) for end in ends)
    return on_terminal and b"--non-interactive" not in arguments


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
