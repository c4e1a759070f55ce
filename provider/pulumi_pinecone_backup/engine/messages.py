"""What users read while a run goes on: warnings, lines that stay, and the text of a row.

A door says where they go with `send_to`; without one they go to standard error.
"""

from __future__ import annotations

import sys
import threading
from typing import Literal, Protocol

from pulumi_pinecone_backup.engine.call import Call

Severity = Literal["INFO", "WARNING"]


class Log(Protocol):
    """Where a door takes messages."""

    def __call__(
        self, severity: Severity, message: str, urn: str | None, *, ephemeral: bool
    ) -> bool:
        """Send one message; return whether it has arrived."""


def nowhere(severity: Severity, message: str, urn: str | None, *, ephemeral: bool) -> bool:
    """Take no message: it goes to standard error."""
    del severity, message, urn, ephemeral
    return False


_lock = threading.Lock()
_log: Log = nowhere
_said: set[tuple[str | None, str]] = set()


def send_to(log: Log) -> None:
    """Send all messages of this process there from now on, and forget what was said."""
    global _log
    with _lock:
        _log = log
        _said.clear()


def warn(message: str, call: Call | None = None) -> None:
    """Show a warning under Diagnostics, once per resource and process."""
    urn = call.urn if call else None
    with _lock:
        if (urn, message) in _said:
            return
        _said.add((urn, message))
    if not _log("WARNING", message, urn, ephemeral=False):
        sys.stderr.write(f"warning: {message}\n")
        sys.stderr.flush()


def info(message: str, call: Call | None = None) -> None:
    """Show a line that stays, under Diagnostics."""
    if not _log("INFO", message, call.urn if call else None, ephemeral=False):
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def progress(message: str, call: Call) -> None:
    """Show text on the resource's row in place of the last one; nothing where there is no row."""
    if call.urn:
        _log("INFO", message, call.urn, ephemeral=True)
