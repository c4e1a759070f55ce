"""Starts the emulator in the background, finds it again, and stops it.

The record in `.local/quickstart/emulator.json` is all that ties one run to the next.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import requests
from console import Failure, step

API_KEY = "emulator"
START_SECONDS = 60.0
STOP_SECONDS = 15.0
RELEASE_SECONDS = 3.0
POLL_SECONDS = 0.1
BACKUP_SECONDS = 2
RESTORE_SECONDS = 4


class Running(NamedTuple):
    """An emulator that was started here."""

    pid: int
    url: str

    @property
    def port(self) -> int:
        """Return the port that it listens on."""
        return int(self.url.rpartition(":")[2])


class BackgroundEmulator:
    """The emulator of one state folder, running or not."""

    def __init__(self, folder: Path, command: Path) -> None:
        self._record = folder / "emulator.json"
        self._log = folder / "emulator.log"
        self._database = folder / "emulator.sqlite"
        self._command = command

    def recorded(self) -> Running | None:
        """Return what an earlier run started, which may be dead by now."""
        try:
            return Running(**json.loads(self._record.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def alive(self) -> Running | None:
        """Return the emulator if it answers."""
        running = self.recorded()
        return running if running and is_healthy(running.url) else None

    def start(self, port: int | None) -> Running:
        """Return the running emulator, started where it is not.

        Args:
            port: The wanted port; None takes the one of the earlier run, or a free one.

        Raises:
            Failure: The port is taken, or the emulator does not start.
        """
        running = self.alive()
        if running is not None and port in (None, running.port):
            return running
        earlier = self.recorded()
        if running is not None:
            self.stop()
        wanted = port if port is not None else earlier.port if earlier else 0
        if wanted and stays_taken(wanted):
            raise Failure(
                f"port {wanted} is taken by another program, the emulator cannot listen there.",
                [
                    "stop that program",
                    "choose another port: make up PORT=5081",
                    "start again on a free port: make down, then make up",
                ],
            )
        with step("starting the emulator"):
            return self._launch(wanted)

    def _launch(self, port: int) -> Running:
        command = [
            *(str(self._command), "emulator", "--host", "127.0.0.1", "--port", str(port)),
            *("--database", str(self._database), "--api-key", API_KEY),
            *("--backup-seconds", str(BACKUP_SECONDS), "--restore-seconds", str(RESTORE_SECONDS)),
        ]
        with self._log.open("w") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            found = re.search(r"http://127\.0\.0\.1:\d+", self._log.read_text())
            if found and is_healthy(found[0]):
                running = Running(process.pid, found[0])
                self._record.write_text(json.dumps(running._asdict()))
                return running
            time.sleep(POLL_SECONDS)
        process.kill()
        tail = "\n".join(f"    {line}" for line in self._log.read_text().splitlines()[-15:])
        raise Failure(f"the emulator did not start:\n{tail}", [f"read {self._log}"])

    def stop(self) -> bool:
        """Stop the emulator that was started here; return whether it ran."""
        running = self.recorded()
        was_running = running is not None and _is_emulator(running.pid)
        if running is not None and was_running:
            with step("stopping the emulator"):
                _end(running.pid)
        self._record.unlink(missing_ok=True)
        return was_running


def is_healthy(url: str) -> bool:
    """Tell whether an emulator answers at this address."""
    session = requests.Session()
    session.trust_env = False
    try:
        return session.get(f"{url}/_emulator/health", timeout=2).ok
    except requests.RequestException:
        return False


def is_taken(port: int) -> bool:
    """Tell whether something listens on a port of this computer."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def stays_taken(port: int) -> bool:
    """Tell whether a port is taken for longer than a dying process needs to give it up."""
    deadline = time.monotonic() + RELEASE_SECONDS
    while is_taken(port):
        if time.monotonic() > deadline:
            return True
        time.sleep(POLL_SECONDS)
    return False


def _is_emulator(pid: int) -> bool:
    """Tell whether a process is an emulator: a number may have gone to another program."""
    command = ["ps", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    return "pinecone-backup emulator" in listed.stdout


def _end(pid: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    wanted_signal = signal.SIGTERM
    while _is_emulator(pid):
        try:
            os.kill(pid, wanted_signal)
            os.waitpid(pid, os.WNOHANG)
        except (ProcessLookupError, ChildProcessError):
            pass
        if time.monotonic() > deadline:
            wanted_signal = signal.SIGKILL
        time.sleep(POLL_SECONDS)
