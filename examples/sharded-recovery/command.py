"""Pulumi's command line as the Automation API runs it, in sessions that Ctrl-C does not reach."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Any

from pulumi import automation as auto
from pulumi.automation.errors import create_command_error


class Command(auto.PulumiCommand):
    """Runs Pulumi so that one signal ends all runs, each after its state is saved.

    A terminal sends Ctrl-C to every process, and a second one, sent on by us, would make the engine
    drop what it is doing. So each run gets a session of its own, and signals from `interrupt` only.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()  # a signal's handler may run where its thread holds it
        self._running: set[subprocess.Popen[str]] = set()
        self.is_interrupted = False

    def interrupt(self) -> None:
        """Let every run end as after Ctrl-C, and let none begin."""
        with self._lock:
            self.is_interrupted = True
            for process in self._running:
                process.send_signal(signal.SIGINT)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> auto.CommandResult:
        """Run one command.

        Raises:
            CommandError: It failed.
        """
        del on_output, on_error  # the report is made of events and state
        with self._lock:
            if self.is_interrupted:
                raise create_command_error(auto.CommandResult("", "error: interrupted", 1))
            process = subprocess.Popen(  # noqa: S603 - Pulumi, with the Automation API's arguments
                [self.command, "--non-interactive", *args],
                cwd=cwd,
                env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                start_new_session=True,
            )
            self._running.add(process)
        try:
            stdout, stderr = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        result = auto.CommandResult(stdout, stderr, process.returncode)
        if process.returncode:
            raise create_command_error(result)
        return result
