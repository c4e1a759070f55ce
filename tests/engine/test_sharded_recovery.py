"""Many stacks side by side by the example's script, and one report of them all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.background_run import wait_until
from support.live_service import KEY, Service
from support.pulumi_stack import Stack
from support.sharding import EXAMPLE, shard_of

TIME = "2026-11-30T06:00:00Z"
RESTORE = "create_index_from_backup_operation"

pytestmark = pytest.mark.engine


class Recovery:
    """The example in a folder of its own, with a backend of its own."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.emulator = emulator
        # Its environment is scrubbed, and its stack of another project shares the backend.
        self._neighbour = Stack(
            folder / "neighbour",
            {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url},
        )
        self.folder = folder / "sharded-recovery"
        shutil.copytree(EXAMPLE, self.folder)

    def declare(self, indexes: list[str], shards: int = 3) -> None:
        """Write what is to be restored."""
        given = json.loads((self.folder / "recovery.json").read_text())
        given |= {"shards": shards, "indexes": indexes}
        (self.folder / "recovery.json").write_text(json.dumps(given))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the script."""
        return subprocess.Popen(
            [sys.executable, "recover.py", *arguments],
            cwd=self.folder,
            env=self._neighbour.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run the script and return what it printed."""
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=300)
        assert process.returncode == code, stdout + stderr
        return stdout

    def report(self, code: int = 0) -> dict[str, Any]:
        """Run the script and return its report."""
        found: dict[str, Any] = json.loads(self.run("--json", code=code))
        assert found["exit_code"] == code
        return found

    def lock(self, stack: str) -> Path:
        """Lock a stack as a run of another machine does, and return the lock."""
        backend = Path(self._neighbour.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
        project = backend / ".pulumi" / "locks" / "organization" / "pinecone-sharded-recovery"
        (project / stack).mkdir(parents=True, exist_ok=True)
        lock = project / stack / "other.json"
        held = {"pid": 1, "username": "ci", "hostname": "runner", "timestamp": TIME}
        lock.write_text(json.dumps(held))
        return lock

    def posts(self) -> list[str]:
        """Return which backups were restored, in order."""
        return [
            event["target"] for event in self.emulator.events() if event.get("operation") == RESTORE
        ]


@pytest.fixture
def recovery(tmp_path: Path, emulator: Emulator) -> Recovery:
    return Recovery(tmp_path, emulator)


def sources(service: Service, count: int) -> dict[str, str]:
    """Make source indexes, each with a backup, and return the backups by name."""
    names = [f"shop-{number:02}" for number in range(count)]
    return {
        service.index(name): str(service.call("POST", f"/indexes/{name}/backups", {})["backup_id"])
        for name in names
    }


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {row["source"]: row["verdict"] for row in report["indexes"]}


def test_one_report_tells_all_and_a_rerun_repeats_only_what_is_not_good(
    recovery: Recovery, service: Service, emulator: Emulator
) -> None:
    backups = sources(service, 11)
    service.index("shop-bare")
    names = [*backups, "shop-bare"]
    emulator.add_fault(RESTORE, "fail_job", times=2, match=backups["shop-04"])
    recovery.declare(names)
    first = recovery.report(code=1)
    why = {row["source"]: row["why"] for row in first["indexes"] if row["why"]}
    assert why.keys() == {"shop-04", "shop-bare"}
    assert "the next `pulumi up` removes the failed index and restores again" in why["shop-04"]
    assert why["shop-bare"] == "no ready backup fits: it has none"
    assert first["counts"] == {"good": 10, "not_good": 2, "not_told": 0}
    assert [shard["error"] for shard in first["shards"]] == ["", "", ""]

    before = len(recovery.posts())
    service.call("POST", "/indexes/shop-bare/backups", {})
    again = recovery.run("--parallel", "3")
    assert "12 good, 0 not good, 0 not told, in 3 shards" in again
    assert len(recovery.posts()) - before == 2
    assert service.indexes() == {*names, *(f"{name}-restored" for name in names)}

    recovery.run("--destroy")
    assert service.indexes() == set(names)


def test_a_shard_that_cannot_run_hides_no_other_and_is_not_taken_for_good(
    recovery: Recovery, service: Service
) -> None:
    names = list(sources(service, 4))
    service.index("shop-bare")
    recovery.declare([], shards=2)
    assert "4 indexes, 4 of them new" in recovery.run("--add", "shop-*")
    recovery.report()
    # Another run of one shard, as its lock shows it.
    lock = recovery.lock("shard-0-of-2")
    locked = recovery.report(code=2)
    assert set(verdicts(locked).values()) == {"good", "not told"}
    held, other = locked["shards"]
    assert "the stack is currently locked by 1 lock(s)" in held["error"]
    assert f"created by ci@runner (pid 1) at {TIME}" in held["error"]
    assert other["error"] == ""
    recovery.run("--unlock")
    assert not lock.exists()
    recovery.declare(names, shards=4)
    assert recovery.run(code=2) == "", "another division would restore everything once more"
    recovery.declare(names, shards=2)
    assert recovery.report()["counts"] == {"good": 4, "not_good": 0, "not_told": 0}
    assert len(recovery.posts()) == 4


@pytest.mark.parametrize("emulator", [{"restore_seconds": 3600.0}], indirect=True)
def test_an_interrupted_run_is_continued_by_the_next(
    recovery: Recovery, service: Service, emulator: Emulator
) -> None:
    names = list(sources(service, 4))
    recovery.declare(names, shards=3)
    process = recovery.start("--parallel", "2", "--json")
    in_two = [name for name in names if shard_of(name, 3) < 2]
    assert 0 < len(in_two) < len(names)
    wait_until(lambda: len(recovery.posts()) == len(in_two), "the restores of two shards")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal's Ctrl-C does
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 2, stdout + stderr
    told = json.loads(stdout)
    assert set(verdicts(told).values()) == {"not told"}
    assert {row["why"] for row in told["indexes"]} == {"interrupted: the next run continues it"}
    assert len(recovery.posts()) == len(in_two)
    emulator.advance(7200)
    service.emulator.configure(restore_seconds=0.0)
    assert recovery.report()["counts"]["good"] == 4
    assert len(recovery.posts()) == 4
