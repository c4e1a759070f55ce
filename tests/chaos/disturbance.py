"""One disturbed run, the recovery after it, and what must hold then."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from chaos.cases import HOURS, RESTORE, Case
from chaos.emulator_process import EmulatorProcess
from pulumi_pinecone_backup.emulator import Emulator
from support.background_run import BackgroundRun, wait_until
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

RUN_SECONDS = 150.0
TRIGGER_SECONDS = 20.0
_RESTORE_SECONDS = 0.3


@dataclass
class Disturbance:
    """A case on a stack and an emulator.

    Attributes:
        text: What the disturbed run and the recovery have printed.
        code: How the disturbed run ended.
        backups: What `OLD` and `NEW` stand for in a program.
    """

    case: Case
    stack: Stack
    emulator: EmulatorProcess
    text: str = ""
    code: int | None = None
    backups: dict[str, str] = field(default_factory=dict)

    @property
    def service(self) -> Service:
        """What is done behind Pulumi's back."""
        return Service(cast(Emulator, self.emulator))

    # The run

    def prepare(self) -> None:
        """Make the index, the backups and the stack that there were before."""
        self.service.index()
        for word in ("OLD", "NEW"):
            made = self.service.call("POST", "/indexes/products/backups", {})
            self.backups[word] = made["backup_id"]
        if self.case.scenario.before:
            self._program(self.case.scenario.before)
            self.stack.up()

    def _program(self, text: str) -> None:
        for word, backup in self.backups.items():
            text = text.replace(word, backup)
        self.stack.program(text)

    def run(self) -> None:
        """Run the change, and disturb it."""
        case, emulator = self.case, self.emulator
        self._program(case.scenario.after)
        waits = case.moment == "waiting"
        emulator.configure(
            restore_seconds=HOURS if waits else _RESTORE_SECONDS,
            describe_lag_seconds=case.lag_seconds,
        )
        is_time = self._trigger()
        for operation, kind, fields in case.storm:
            emulator.add_fault(operation, kind, **fields)
        arguments = ("up", "--yes", "--skip-preview", *case.scenario.arguments)
        with BackgroundRun(self.stack, *arguments, PULUMI_PARALLEL="16") as run:
            end = time.monotonic() + TRIGGER_SECONDS
            while not (is_time() or run.is_over() or time.monotonic() > end):
                time.sleep(0.02)
            time.sleep(case.delay_seconds)
            self._disturb(run)
            if case.target in ("", "plugin") and not run.is_over():
                emulator.steer("POST", "advance", {"seconds": 2 * HOURS})
            self.code = run.end(RUN_SECONDS).code
            self._let_requests_land()
            if not case.at_once:
                wait_until(lambda: not run.processes(), "the end of the run's processes")
            self.text += run.text
            self._recover()

    def _trigger(self) -> Callable[[], bool]:
        """Plan what makes the moment visible, and return how to see it."""
        case, emulator = self.case, self.emulator
        posts = case.scenario.posts
        if case.moment == "before the POST":
            emulator.add_fault("describe_backup", "delay", seconds=1.0)
            return lambda: not emulator.waits_with("describe_backup")
        if case.moment in ("unanswered POST", "lost answer"):
            operation = posts[case.seed % len(posts)]
            if case.moment == "lost answer":
                emulator.add_fault(operation, "drop_after")
            else:
                emulator.add_fault(operation, "delay", seconds=1.5)
            return lambda: not emulator.waits_with(operation)
        if case.moment == "any time":
            at = time.monotonic() + case.at_seconds
            return lambda: time.monotonic() >= at
        start = {"waiting": "restore started", "ready": "index ready", "deleting": ""}[case.moment]
        if not start and not case.scenario.before:
            start = "index ready"
        if not case.scenario.posts and case.moment in ("waiting", "ready"):
            marked = emulator.requests("configure_index")
            return lambda: emulator.requests("configure_index") > marked
        if start:
            before = len(emulator.effects(start))
            return lambda: len(emulator.effects(start)) > before
        deletes = ("delete_index", "delete_backup")
        asked = sum(map(emulator.requests, deletes))
        return lambda: sum(map(emulator.requests, deletes)) > asked

    def _disturb(self, run: BackgroundRun) -> None:
        case, emulator = self.case, self.emulator
        if case.restart == "in the midst":
            emulator.kill()
            time.sleep(0.5)
            emulator.start()
        if case.target in ("cli", "both") and not run.is_over():
            run.process.kill()
        if case.target in ("plugin", "both"):
            run.kill_plugin()
        if case.restart == "with the kill":
            emulator.kill()
            emulator.start()

    def _let_requests_land(self) -> None:
        """Wait until the service has worked off what it was asked before the kill."""
        if self.case.moment == "unanswered POST" and not self.case.restart:
            time.sleep(1.6)

    def _recover(self) -> None:
        """Bring the stack up as a user does after a crash: cancel, and one `up`."""
        self.emulator.steer("DELETE", "faults")
        self.emulator.configure(restore_seconds=_RESTORE_SECONDS, describe_lag_seconds=0.0)
        self.emulator.steer("POST", "advance", {"seconds": 2 * HOURS})
        self.stack.run("cancel", "--yes", code=None)
        result = self.stack.up(code=None)
        self.text += result.text
        assert result.code == 0, f"the recovery failed: {result}"

    # What must hold

    def assert_whole(self) -> None:
        """Assert that each declared resource exists once, and nothing else."""
        rows = self._state()
        declared = {line.split('"')[1] for line in self._lines()}
        assert {name for name, _ in rows} == declared, rows
        assert len(rows) == len(declared), f"a resource is in the state twice: {rows}"
        states = {name: row["outputs"]["status"] for (name, _), row in rows.items()}
        assert set(states.values()) == {"Ready"}, states
        indexes = {row["id"] for row in rows.values() if "RestoredIndex" in row["type"]}
        assert self.service.indexes() == indexes | {"products"}
        backups = {row["id"] for row in rows.values() if row["type"].endswith("Backup")}
        strays = self.service.backups() - backups - set(self.backups.values())
        assert backups <= self.service.backups()
        silent = {backup for backup in strays if backup not in self.text}
        # Where the recovery makes nothing new, the engine names the lost run's resource, and
        # `doctor` the object.
        told = self._doctor() if silent else ""
        assert not [backup for backup in silent if backup not in told], f"{silent}: {told}"
        source = self.service.records("products")
        for index in indexes:
            assert self.service.records(index) == source, index
        self.stack.unchanged()

    def _doctor(self) -> str:
        """Return what `doctor` says of the stack, whose lost runs the engine tells of."""
        assert "pulumi refresh" in self.text, "the engine names no pending operation"
        state = self.stack.folder / "exported.json"
        state.write_text(json.dumps(self.stack.export()))
        command = [Path(sys.executable).parent / "pinecone-backup", "doctor", "--state", state]
        environment = {**self.stack.environment, "PINECONE_API_KEY": KEY}
        done = subprocess.run(
            list(map(str, command)),
            env=environment,
            cwd=self.stack.project,
            capture_output=True,
            text=True,
        )
        return str(done.stdout + done.stderr)

    def _lines(self) -> list[str]:
        return [line for line in self.case.scenario.after.splitlines() if '("' in line]

    def _state(self) -> dict[tuple[str, int], dict[str, Any]]:
        rows = self.stack.rows()
        ours = [row for row in rows if row["type"].startswith(self.stack.door.tokens)]
        left = [row["urn"] for row in ours if row.get("delete") or row.get("pendingReplacement")]
        assert not left, f"still to be deleted: {left}"
        return {(row["urn"].rpartition("::")[2], n): row for n, row in enumerate(ours)}

    def assert_no_gap(self) -> None:
        """Assert that a replacement never left a resource without something usable."""
        usable: set[str] = set()
        names = {"derived-", "more-"} | ({"recovered"} if self._keeps_named() else set())
        for event in self.emulator.events():
            what, _, name = event.get("effect", "").rpartition(" ")
            prefix = next((prefix for prefix in names if name.startswith(prefix)), None)
            if prefix is None:
                continue
            if what == "index ready":
                usable.add(name)
            elif what in ("index terminating", "index deleted") and name in usable:
                usable.discard(name)
                left = {other for other in usable if other.startswith(prefix)}
                assert left, f"`{name}` went before another one was ready"

    def _keeps_named(self) -> bool:
        def named(program: str) -> str:
            return next((line for line in program.splitlines() if '"named"' in line), "")

        scenario = self.case.scenario
        return not scenario.before or named(scenario.before) == named(scenario.after)

    def assert_no_key(self) -> None:
        """Assert that the key is in no file of the stack and in nothing that was printed."""
        assert KEY not in self.text
        for path in self.stack.folder.rglob("*"):
            if path.is_file():
                assert KEY.encode() not in path.read_bytes(), path

    def restores(self) -> int:
        """Return how many restores the service was asked for."""
        return self.emulator.requests(RESTORE)
