"""Says on standard error what a step does, how long it takes and how it failed.

Standard library only: the tools run before any virtual environment exists. Standard output is left
alone, because `make -s engine-path` prints one folder there and nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

TERMINAL_INTERVAL_SECONDS = 1.0
LOG_INTERVAL_SECONDS = 15.0
TAIL_LINES = 15
FULL = (errno.ENOSPC, errno.EDQUOT)


class Failure(Exception):
    """A step that cannot go on, with what the user can do about it."""

    def __init__(self, what: str, ways_out: Iterable[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.ways_out = tuple(ways_out)

    def __str__(self) -> str:
        if not self.ways_out:
            return self.what
        heading = "Ways out, any one of them:" if len(self.ways_out) > 1 else "Way out:"
        return "\n".join([self.what, heading, *(f"  - {way}" for way in self.ways_out)])


class Step:
    """A running step: `detail` is shown behind its label while it runs."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.detail = ""
        self.started = time.monotonic()

    @property
    def elapsed_seconds(self) -> int:
        """Return the whole seconds since the step began."""
        return int(time.monotonic() - self.started)

    def line(self) -> str:
        """Return the progress line of this moment."""
        detail = f", {self.detail}" if self.detail else ""
        return f"  {self.label} ({self.elapsed_seconds} s{detail})"


def say(text: str) -> None:
    """Print a line for the user."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(label: str) -> Iterator[Step]:
    """Show a label at once, the time that passes, and the end."""
    current = Step(label)
    terminal = sys.stderr.isatty()
    done = threading.Event()

    def beat() -> None:
        while not done.wait(TERMINAL_INTERVAL_SECONDS if terminal else LOG_INTERVAL_SECONDS):
            _show(current.line(), terminal)

    say(f"  {label}") if not terminal else _show(f"  {label}", terminal)
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    ending = "failed after"
    try:
        yield current
        ending = "done in"
    finally:
        done.set()
        thread.join()
        if terminal:
            sys.stderr.write("\r\033[K")
        if terminal or current.elapsed_seconds >= TERMINAL_INTERVAL_SECONDS:
            say(f"  {label}: {ending} {current.elapsed_seconds} s")


def _show(line: str, terminal: bool) -> None:
    if terminal:
        sys.stderr.write(f"\r\033[K{line[:110]}")
        sys.stderr.flush()
    else:
        say(line)


def run(
    label: str,
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a command under a progress line and return what it printed.

    Raises:
        Failure: The command is missing or failed; the text ends with its last lines.
    """
    words = [str(word) for word in command]
    with step(label) as current:
        try:
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env=dict(env) if env is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise Failure(f"{label}: `{words[0]}` could not be started: {error}") from error
        lines: list[str] = []
        with process:
            try:
                for line in process.stdout or ():
                    lines.append(line.rstrip())
                    current.detail = line.strip()[:60]
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            tail = "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])
            raise Failure(f"{label}: `{words[0]}` ended with code {process.returncode}:\n{tail}")
    return "\n".join(lines)


def fail(failure: Failure) -> NoReturn:
    """Print a failure and end the program with code 1."""
    say(f"\nerror: {failure}")
    raise SystemExit(1)


@contextlib.contextmanager
def reported() -> Iterator[None]:
    """End the program with one clear text, never with a traceback, for what users can cause."""
    # The default action would leave what was started behind, and half-made folders with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    except Failure as failure:
        fail(failure)
    except KeyboardInterrupt:
        say("\ninterrupted")
        raise SystemExit(130) from None
    except OSError as error:
        where = f" at {error.filename}" if error.filename else ""
        way = (
            "make room there" if error.errno in FULL else "give this user the right to write there"
        )
        fail(Failure(f"{error.strerror or error}{where}.", [way]))
