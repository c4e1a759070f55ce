"""Stacks, an emulator in a process of its own, and the plugin's memory, for the benchmarks."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests"))

from chaos.emulator_process import EmulatorProcess as EmulatorProcess  # noqa: E402
from support.background_run import BackgroundRun  # noqa: E402
from support.background_run import wait_until as wait_until  # noqa: E402
from support.doors import DYNAMIC as DYNAMIC  # noqa: E402
from support.doors import PLUGIN as PLUGIN  # noqa: E402
from support.doors import Door as Door  # noqa: E402
from support.live_service import KEY, Service  # noqa: E402
from support.pulumi_stack import Stack  # noqa: E402

RESTORES = 'for n in range({count}):\n    RestoredIndex(f"r{{n}}", backup_id="{backup}")\n'
SLEEPERS = (
    "from sleeping import Sleeping\n"
    'for n in range({count}):\n    Sleeping(f"s{{n}}", {seconds}, n)\n'
)


@dataclass(frozen=True)
class Measured:
    """One `up`.

    Attributes:
        seconds: From the start of the command to its end.
        memory_mb: The plugin's largest resident memory.
    """

    seconds: float
    memory_mb: float


class Bench:
    """An emulator, and a new stack."""

    def __init__(self, folder: Path, emulator: EmulatorProcess, door: Door = DYNAMIC) -> None:
        self.emulator = emulator
        self.service = Service(emulator)  # type: ignore[arg-type]
        self.service.index()
        self.backup = self.service.call("POST", "/indexes/products/backups", {})["backup_id"]
        environment = {
            "PINECONE_API_KEY": KEY,
            "PINECONE_CONTROLLER_HOST": emulator.url,
            "PULUMI_PARALLEL": "1000",
            "PULUMI_PYTHON_CMD": sys.executable,
            "PYTHONPATH": str(Path(__file__).parent),
        }
        self.stack = Stack(folder / "stack", environment, door=door)

    def restores(self, count: int) -> None:
        """Let the program restore the backup that often."""
        self.stack.program(RESTORES.format(count=count, backup=self.backup))

    def sleepers(self, count: int, seconds: float) -> None:
        """Let the program declare that many sleeping resources."""
        self.stack.program(SLEEPERS.format(count=count, seconds=seconds))

    def run(self, *arguments: str, **environment: str) -> BackgroundRun:
        """Start `up`."""
        words = ("up", "--yes", "--skip-preview", *arguments)
        return BackgroundRun(self.stack, *words, **environment)

    def up(self, **environment: str) -> Measured:
        """Run `up` and measure it."""
        memory = 0.0
        begun = time.monotonic()
        with self.run(**environment) as run:
            while not run.is_over():
                memory = max(memory, *map(peak_memory, run.processes(self.stack.door.process)), 0.0)
                time.sleep(0.2)
            seconds = time.monotonic() - begun
            result = run.end()
        assert result.code == 0, result
        return Measured(seconds, memory)

    def requests(self) -> dict[str, int]:
        """Return how often each operation was asked for."""
        found: dict[str, int] = self.emulator.steer("GET", "requests")
        return found

    def events(self) -> list[dict[str, Any]]:
        """Return the journal with times as seconds."""
        return [
            {**event, "at": datetime.fromisoformat(event["at"].replace("Z", "+00:00")).timestamp()}
            for event in self.emulator.events()
        ]


def outputs_of(made: Bench, name: str) -> dict[str, Any]:
    """Return what a resource has in the state beside its handler."""
    outputs = made.stack.outputs(name)
    return {key: value for key, value in outputs.items() if key != "__provider"}


@contextmanager
def bench(door: Door = DYNAMIC, **settings: float) -> Iterator[Bench]:
    """Start an emulator and make a stack in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="restores-") as name:
        folder = Path(name)
        with EmulatorProcess(folder) as emulator:
            emulator.configure(**settings)
            yield Bench(folder, emulator, door)


def peak_memory(process: int) -> float:
    """Return the largest resident memory of a process, in MB; 0 once it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def machine() -> str:
    """Return what the numbers were measured on."""
    names = {
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {', '.join(names)}, Python {platform.python_version()}"
