"""A page that is walked through: its files are written and its commands run, as a reader would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from support.pages import Block, output_is

_DEADLINE_SECONDS = 300.0


class Shell:
    """One shell for all commands of a page, so that a folder and variables stay."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._count = 0

    def __enter__(self) -> Shell:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What a page has left running in the background is this shell's, and ends with it.
        self._write("kill $(jobs -p) 2>/dev/null; wait; exit\n")
        self._process.communicate(timeout=_DEADLINE_SECONDS)

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def run(self, command: str) -> str:
        """Run a command and return what it printed; it must succeed."""
        self._count += 1
        end = f"<end of command {self._count}, code "
        self._write(f"{{ {command}\n}} </dev/null; printf '\\n{end}%s>\\n' $?\n")
        printed = self._read_until(end)
        assert printed.endswith(f"{end}0>\n"), f"$ {command}\n{printed}"
        return printed.removesuffix(f"\n{end}0>\n")

    def _read_until(self, end: str) -> str:
        """Return what is printed, to the line that begins with a text or to the deadline."""
        assert self._process.stdout is not None
        printed = ""
        watch = threading.Timer(_DEADLINE_SECONDS, os.killpg, (self._process.pid, signal.SIGKILL))
        watch.start()
        try:
            for line in self._process.stdout:
                printed += line
                if line.startswith(end):
                    break
        finally:
            watch.cancel()
        return printed

    def folder(self) -> Path:
        """Return the folder that the shell is in."""
        return Path(self.run("pwd").strip())


def walk(shell: Shell, blocks: Sequence[Block], replaced: Mapping[str, str] | None = None) -> int:
    """Write the files and run the commands of a page; return the number of commands.

    Args:
        shell: Where the commands run.
        blocks: The page's blocks.
        replaced: What stands in the page, and what is taken instead.
    """
    count = 0
    for block in blocks:
        if block.language == "console":
            for command, shown in block.commands():
                for old, new in (replaced or {}).items():
                    command, shown = command.replace(old, new), shown.replace(old, new)
                printed = shell.run(command)
                count += 1
                told = f"{block}\n$ {command}\n{printed}\n--- the page shows\n{shown}"
                assert not shown or output_is(shown, printed), told
                if "--port " in command:
                    _wait_for(int(command.partition("--port ")[2].split()[0]))
        elif block.file is not None:
            (shell.folder() / block.file).write_text(block.text, "utf-8")
    return count


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
