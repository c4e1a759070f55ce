"""How far a command is: a bar with rate and time left on a terminal, lines in a log."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import click

_LOG_SECONDS = 10.0
_DRAW_SECONDS = 0.2


class Progress:
    """Counts what is done, step by step; may be told by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_terminal = sys.stderr.isatty()
        self._totals: dict[str, int] = {}
        self._what = ""
        self._done = 0
        self._began = 0.0
        self._shown = 0.0
        self._bar: Any = None

    def expect(self, what: str, total: int) -> None:
        """Take how much there is to do in a step."""
        self._totals[what] = total

    def __call__(self, what: str, count: int) -> None:
        """Count what was done in a step; another step ends the one before."""
        with self._lock:
            if what != self._what:
                self._begin(what)
            self._done += count
            now = time.monotonic()
            if self._bar is not None:
                self._bar.update(count, self._rate(now))
            elif now - self._shown >= (_DRAW_SECONDS if self._is_terminal else _LOG_SECONDS):
                self._shown = now
                self._line()

    def close(self) -> None:
        """End the last step."""
        with self._lock:
            self._end()
            self._what = ""

    def _begin(self, what: str) -> None:
        self._end()
        self._what, self._done, self._began = what, 0, time.monotonic()
        self._shown = self._began if not self._is_terminal else 0.0
        if self._is_terminal and self._totals.get(what):
            self._bar = click.progressbar(
                length=self._totals[what],
                label=what,
                show_pos=True,
                show_eta=True,
                item_show_func=lambda rate: rate or "",
                file=sys.stderr,
            )
            self._bar.render_progress()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None
        elif self._what:
            self._line()
            if self._is_terminal:
                click.echo("", err=True)

    def _line(self) -> None:
        total = self._totals.get(self._what)
        of = f" of {total:,}" if total else ""
        text = f"{self._what}: {self._done:,}{of} records, {self._rate(time.monotonic())}"
        if self._is_terminal:
            click.echo(f"\r\x1b[K{text}", err=True, nl=False)
        else:
            click.echo(text, err=True)

    def _rate(self, now: float) -> str:
        return f"{self._done / max(now - self._began, 0.001):,.0f} a second"
