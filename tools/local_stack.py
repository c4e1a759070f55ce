"""Runs the Pulumi CLI on a stack in a folder of its own.

The user's login, plugins and stacks stay untouched: the backend and Pulumi's home are in that
folder. The stack's settings are where Pulumi keeps them, beside Pulumi.yaml, ignored by git.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from console import Failure
from places import ROOT

PARALLEL = "64"
# What would lead Pulumi or the provider elsewhere than this folder and this run want.
FOREIGN = ("PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "PULUMI_CONFIG", "PYTHONPATH", "PYTHONHOME")


class LocalStack:
    """One stack of the root project on a file backend."""

    def __init__(self, folder: Path, name: str, engine: Path, service: dict[str, str]) -> None:
        self.name = name
        self.folder = folder
        self.settings_file = ROOT / f"Pulumi.{name}.yaml"
        bin_folder = ROOT / ".venv" / "bin"
        self.variables = {
            "PATH": os.pathsep.join([str(bin_folder), str(engine), os.environ.get("PATH", "")]),
            "VIRTUAL_ENV": str(ROOT / ".venv"),
            "PULUMI_PYTHON_CMD": str(bin_folder / "python"),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_PARALLEL": PARALLEL,
            # The language host lists packages through pip, which would look for its own updates.
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **service,
        }
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self._env = {**kept, **self.variables}

    def exists(self) -> bool:
        """Tell whether the stack was ever made."""
        return any((self.folder / ".pulumi").rglob(f"{self.name}.json"))

    def make(self) -> None:
        """Make the stack where it is not there yet."""
        if not self.exists():
            self._quiet("stack", "init", "--stack", self.name)

    def unlock(self) -> None:
        """Remove the lock of a killed run. The caller knows that nobody else is at it."""
        locks = self.folder / ".pulumi" / "locks"
        if any(path.is_file() for path in locks.rglob("*")):
            self._quiet("cancel", "--yes", "--stack", self.name)

    def settings(self, **values: str) -> None:
        """Record settings of the program."""
        for name, value in values.items():
            self._quiet("config", "set", name, value, "--stack", self.name)

    def show(self, command: str, *arguments: str) -> int:
        """Run a command with its output on the screen and return its exit code.

        An interrupt goes to Pulumi, which ends in its own good order; this program waits for it.
        """
        words = ["pulumi", command, "--yes", "--skip-preview", "--stack", self.name, *arguments]
        earlier = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            with subprocess.Popen(words, cwd=ROOT, env=self._env) as process:
                return process.wait()
        finally:
            signal.signal(signal.SIGINT, earlier)

    def deployment(self) -> dict[str, Any]:
        """Return the stack's state: resources, and operations that a killed run left open."""
        state: dict[str, Any] = json.loads(self._quiet("stack", "export", "--stack", self.name))
        return state.get("deployment") or {}

    def _quiet(self, *arguments: str) -> str:
        words = ["pulumi", "--non-interactive", *arguments]
        answer = subprocess.run(
            words, cwd=ROOT, env=self._env, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if answer.returncode != 0:
            raise Failure(f"`pulumi {' '.join(arguments)}` failed:\n{answer.stderr.strip()}")
        return answer.stdout
