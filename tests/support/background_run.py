"""A command of Pulumi that runs on while a test watches, signals and kills its processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from support.pulumi_stack import Result, Stack

DEADLINE_SECONDS = 60.0
_PROCESSES = Path("/proc")


def wait_until(
    is_so: Callable[[], object], what: str, seconds: float = DEADLINE_SECONDS, every: float = 0.05
) -> None:
    """Return as soon as something is so; fail after a generous time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(every)


class BackgroundRun:
    """A command of a stack, with what it has printed so far.

    Its processes are found by the stack's own home folder in their environment, so that nothing
    else on the machine is ever touched.
    """

    def __init__(self, stack: Stack, *arguments: str, **environment: str) -> None:
        self.stack = stack
        self.log = stack.folder / f"run-{time.monotonic_ns()}.log"
        self._home = f"PULUMI_HOME={stack.environment['PULUMI_HOME']}".encode()
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                stack.command(arguments),
                cwd=stack.project,
                env={**stack.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> BackgroundRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave no process behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for process in self.processes():
            self._kill(process)

    @property
    def text(self) -> str:
        """What was printed so far."""
        return self.log.read_text(errors="replace")

    def is_over(self) -> bool:
        """Return whether the command has ended."""
        return self.process.poll() is not None

    def end(self, seconds: float = DEADLINE_SECONDS) -> Result:
        """Wait for the end and return how it was."""
        code = self.process.wait(seconds)
        return Result(subprocess.CompletedProcess([], code, self.text, ""))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command line tool alone, as a terminal's Ctrl-C reaches only it."""
        self.process.send_signal(number)

    def kill_plugin(self) -> bool:
        """Kill the plugin of the stack's door; return whether there was one."""
        found = self.processes(self.stack.door.process)
        for process in found:
            self._kill(process)
        return bool(found)

    def processes(self, word: str = "") -> list[int]:
        """Return the Python programs and shells of this stack, by a word of their command."""
        found = []
        for folder in _PROCESSES.iterdir():
            if not folder.name.isdigit() or int(folder.name) == self.process.pid:
                continue
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                is_ours = self._home in (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if is_ours and word in command and "pulumi-language-python " not in command:
                found.append(int(folder.name))
        return found

    @staticmethod
    def _kill(process: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
