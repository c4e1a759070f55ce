"""Many restores by 20 stacks side by side, against one stack that holds them all, on PostgreSQL.

Both are runs of `examples/sharded-recovery` on a server of their own that waits for its disk.
Prints for each: seconds of the run that restores and verifies everything, processor seconds and the
peak memory of its processes (Pulumi, its plugins and the script; not the emulator and the server),
the same of a run that changes nothing, the size of the states, and that of the whole table.

    python benchmarks/sharded.py [--count 1000] [--shards 20] [--parallel 4] [--seconds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from restores_support.footprint import Footprint
from restores_support.harness import EmulatorProcess, machine
from support import postgres
from support.live_service import KEY, Service
from support.postgres import PostgresServer
from support.pulumi_stack import engine_folder
from support.sharding import EXAMPLE

_STATE_BYTES = (
    "SELECT coalesce(sum(octet_length(data->>'data') / 4 * 3), 0) FROM pulumi_state "
    "WHERE key LIKE '%/stacks/%.json'"
)
_TABLE_BYTES = "SELECT pg_total_relation_size('pulumi_state')"
_MB = 1e6


@dataclass(frozen=True)
class Measured:
    """One run of the script."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    processes: int


class Division:
    """The example in a folder of its own, with a database of its own."""

    def __init__(
        self, folder: Path, url: str, emulator: str, shards: int, names: list[str]
    ) -> None:
        self._project = folder / f"{shards}-shards"
        shutil.copytree(EXAMPLE, self._project)
        declared = json.loads((self._project / "recovery.json").read_text())
        declared |= {"shards": shards, "indexes": names, "suffix": f"-by-{shards}"}
        (self._project / "recovery.json").write_text(json.dumps(declared))
        self._home = self._project / "home"
        self._environment = {
            **os.environ,
            "PATH": f"{engine_folder()}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": url,
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_HOME": str(self._home),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PINECONE_API_KEY": KEY,
            "PINECONE_CONTROLLER_HOST": emulator,
        }

    def run(self, parallel: int, expected: int) -> Measured:
        """Run the script, which must find everything good."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        with Footprint(f"PULUMI_HOME={self._home}") as footprint:
            done = subprocess.run(
                [sys.executable, "recover.py", "--json", "--parallel", str(parallel)],
                cwd=self._project,
                env=self._environment,
                capture_output=True,
                text=True,
                check=False,
            )
        seconds = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
        assert json.loads(done.stdout)["counts"]["good"] == expected
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Measured(seconds, cpu, footprint.peak_mb, footprint.processes)


def measure(server: PostgresServer, half: str, given: argparse.Namespace) -> None:
    """Restore with a new emulator, run again, and print what it took."""
    shards, parallel = (given.shards, given.parallel) if half == "sharded" else (1, 1)
    restores = f"{given.count} restores of {given.seconds:g} s"
    print(f"{restores}, {shards} stack(s), {parallel} at a time", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="sharded-") as name,
        EmulatorProcess(Path(name)) as emulator,
    ):
        names = sources(emulator, given.count)
        emulator.configure(restore_seconds=given.seconds)
        url = server.database(half)
        division = Division(Path(name), url, emulator.url, shards, names)
        for what in ("restores", "unchanged"):
            run = division.run(parallel, given.count)
            print(
                f"  {what}: {run.seconds:.1f} s, {run.cpu_seconds:.1f} CPU s, peak "
                f"{run.peak_mb:.0f} MB in {run.processes} processes",
                flush=True,
            )
    states, table = (int(server.sql(text, half)) / _MB for text in (_STATE_BYTES, _TABLE_BYTES))
    print(f"  states: {states:.1f} MB, table with history: {table:.1f} MB", flush=True)


def sources(emulator: EmulatorProcess, count: int) -> list[str]:
    """Make source indexes, each with a backup, and return their names."""
    service = Service(emulator)  # type: ignore[arg-type]
    names = [service.index(f"index-{n:04}", records=2) for n in range(count)]
    for index in names:
        service.call("POST", f"/indexes/{index}/backups", {})
    return names


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--parallel", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--only", choices=("sharded", "one"), help="one half alone")
    given = parser.parse_args()
    print(machine())
    with PostgresServer(postgres.find(), is_durable=True) as server:
        for half in ("sharded", "one") if given.only is None else (given.only,):
            measure(server, half, given)


if __name__ == "__main__":
    main()
