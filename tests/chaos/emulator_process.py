"""The emulator as a process of its own, with a file, so that it can be killed and go on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
from support.background_run import wait_until
from support.live_service import KEY


class EmulatorProcess:
    """An emulator that keeps its address, and its file, over restarts.

    Attributes:
        url: Where it is.
    """

    def __init__(self, folder: Path) -> None:
        self._database = folder / "emulator.sqlite"
        self._log = folder / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._past: list[dict[str, Any]] = []
        self._settings: dict[str, Any] = {}
        self.url = ""

    def __enter__(self) -> EmulatorProcess:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def start(self) -> None:
        """Start it, at the address that it had before."""
        port = self.url.rpartition(":")[2] or "0"
        words = ["emulator", "--port", port, "--database", str(self._database), "--api-key", KEY]
        command = [str(Path(sys.executable).parent / "pinecone-backup"), *words]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        wait_until(self._has_told_its_address, "the emulator")
        if self._settings:
            self.configure(**self._settings)

    def _has_told_its_address(self) -> bool:
        text = self._log.read_text()
        assert self._process is not None
        assert self._process.poll() is None, text
        if not text.startswith("Pinecone emulator: ") or "\n" not in text:
            return False
        self.url = text.split()[2]
        try:
            return requests.get(f"{self.url}/_emulator/health", timeout=10).ok
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        """End it at once, as a lost machine would."""
        self._past += self._live_events()
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def steer(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the emulator's own paths."""
        answer = requests.request(method, f"{self.url}/_emulator/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def configure(self, **settings: Any) -> None:
        """Change settings; they outlive a restart."""
        self._settings |= settings
        self.steer("PATCH", "settings", settings)

    def add_fault(self, operation: str, kind: str, **fields: Any) -> None:
        """Plan a fault."""
        self.steer("POST", "faults", {"operation": operation, "kind": kind, **fields})

    def waits_with(self, operation: str) -> bool:
        """Return whether a fault of an operation has not happened yet."""
        return any(
            fault["operation"] == operation for fault in self.steer("GET", "faults")["faults"]
        )

    def events(self) -> list[dict[str, Any]]:
        """Return the journal over all restarts."""
        return self._past + self._live_events()

    def _live_events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.steer("GET", "events")["events"]
        return found

    def effects(self, start: str) -> list[str]:
        """Return the effects that start so."""
        texts = [event.get("effect", "") for event in self.events()]
        return [text for text in texts if text.startswith(start)]

    def requests(self, operation: str) -> int:
        """Return how often an operation was answered, over all restarts."""
        return sum(event.get("operation") == operation for event in self.events())
