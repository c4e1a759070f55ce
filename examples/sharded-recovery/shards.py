"""One shard: its stack brought up or destroyed, and what became of each of its indexes."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import shard_program
from command import Command
from pulumi import automation as auto

Verdict = Literal["good", "not good", "not told"]
GOOD: Verdict = "good"
NOT_GOOD: Verdict = "not good"
NOT_TOLD: Verdict = "not told"
_REPORT = ":RestoredFleetReport"
_NO_NEWS = "update failed"


@dataclass(frozen=True)
class Row:
    """What became of one index.

    Attributes:
        source: Name of the source index.
        shard: Name of the stack.
        verdict: Whether it is restored and verified; not told where the run ended before that.
        why: What is not good, or what hindered the run.
        index: Name of the restored index, or None.
        recovery_point_at: Time of its data, or None.
        rto_seconds: How long the restore took, or None.
    """

    source: str
    shard: str
    verdict: Verdict
    why: str = ""
    index: str | None = None
    recovery_point_at: str | None = None
    rto_seconds: float | None = None


@dataclass(frozen=True)
class Shard:
    """What became of one stack.

    Attributes:
        name: Its name.
        rows: Its indexes.
        error: What hindered the run, or empty; indexes that are not good are no hindrance.
        seconds: How long it took.
    """

    name: str
    rows: tuple[Row, ...]
    error: str
    seconds: float

    def count(self, verdict: Verdict) -> int:
        """Return how many of its indexes are so."""
        return sum(row.verdict == verdict for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON tells of it; its rows stand elsewhere."""
        return {"name": self.name, "error": self.error, "seconds": round(self.seconds, 1)}


class Runner:
    """Works on shards of one folder; its methods are called by several threads.

    Args:
        folder: Folder of the Pulumi project.
        secrets_provider: For new stacks, as in `awskms://alias/pulumi`; None is the passphrase.
    """

    def __init__(self, folder: str, secrets_provider: str | None = None) -> None:
        self.command = Command()
        self._workspace = auto.LocalWorkspace(
            work_dir=folder,
            pulumi_command=self.command,
            secrets_provider=secrets_provider,
            # Else listing many stacks in PostgreSQL never ends: it needs more connections at once
            # than it allows itself.
            env_vars={"PULUMI_DIY_BACKEND_PARALLEL": "1"},
        )
        # Making and selecting a stack writes a file that all runs share.
        self._selecting = threading.Lock()

    def existing(self) -> set[str]:
        """Return the names of the project's stacks.

        Raises:
            CommandError: The backend could not be asked.
        """
        return {each.name for each in self._workspace.list_stacks()}

    def up(self, name: str, indexes: Sequence[str]) -> Shard:
        """Restore what is not restored yet, and return what there is."""
        run = _Run()
        began = time.monotonic()
        error = ""
        try:
            # In this process: a process for each program takes a third more memory.
            self._stack(name).up(program=shard_program.restore, on_event=run.see)
        except auto.CommandError as failure:
            error = self._hindrance(run, failure, indexes)
        rows = run.rows(name, indexes, error)
        return Shard(name, rows, error, time.monotonic() - began)

    def destroy(self, name: str) -> Shard:
        """Delete what the shard has restored, and its stack."""
        run = _Run()
        began = time.monotonic()
        error = ""
        try:
            self._stack(name).destroy(on_event=run.see)
            with self._selecting:
                self._workspace.remove_stack(name)
        except auto.CommandError as failure:
            error = self._hindrance(run, failure)
        return Shard(name, (), error, time.monotonic() - began)

    def unlock(self, name: str) -> Shard:
        """Remove the locks that a dead run has left."""
        began = time.monotonic()
        error = ""
        try:
            self._stack(name).cancel()
        except auto.CommandError as failure:
            error = told_by(failure)
        return Shard(name, (), error, time.monotonic() - began)

    def _hindrance(self, run: _Run, failure: auto.CommandError, indexes: Sequence[str] = ()) -> str:
        """Return in a line why a run failed; empty if its rows tell it."""
        if not run.errors and run.tells_what_is_not_good(indexes):
            return ""
        if self.command.is_interrupted:
            return "interrupted: the next run continues it"
        return run.errors[0] if run.errors else told_by(failure)

    def _stack(self, name: str) -> auto.Stack:
        with self._selecting:
            return auto.Stack.create_or_select(name, self._workspace)


class _Run:
    """What one run tells by its events: the fleet's report, and errors.

    Attributes:
        errors: What was said beside the report.
    """

    def __init__(self) -> None:
        self._table: dict[str, Mapping[str, Any]] = {}
        self.errors: list[str] = []

    def see(self, event: auto.EngineEvent) -> None:
        """Take notice of an event. A report of an earlier run is not in them."""
        step = event.res_outputs_event or event.res_op_failed_event
        if step and _REPORT in step.metadata.type and step.metadata.new:
            table = (step.metadata.new.outputs or {}).get("table") or ()
            self._table = {str(row["source"]): row for row in table}
        said = event.diagnostic_event
        if said and said.severity == "error" and _REPORT not in (said.urn or ""):
            text = " ".join(said.message.split())
            if text != _NO_NEWS:
                self.errors.append(text)

    def tells_what_is_not_good(self, indexes: Sequence[str]) -> bool:
        """Return whether it told of every index, and of one that is not good."""
        results = {row.get("result") for row in self._table.values()}
        return self._table.keys() >= set(indexes) and bool(results - {"good"})

    def rows(self, shard: str, indexes: Sequence[str], error: str) -> tuple[Row, ...]:
        """Return what became of each index."""
        return tuple(
            _row(shard, name, self._table.get(name), error or "the run told nothing of it")
            for name in indexes
        )


def _row(shard: str, source: str, told: Mapping[str, Any] | None, error: str) -> Row:
    if told is None:
        return Row(source, shard, NOT_TOLD, error)
    result = str(told.get("result"))
    return Row(
        source,
        shard,
        GOOD if result == "good" else NOT_GOOD,
        "" if result == "good" else result,
        told.get("index"),
        told.get("recovery_point_at"),
        told.get("rto_seconds"),
    )


def told_by(failure: auto.CommandError) -> str:
    """Return in a line what a failed command said; of a lock also whose it is."""
    found = re.findall(r"error: (.+)|(created by .+)", str(failure))
    return " ".join(a or b for a, b in found) or str(failure).strip()


def rows_as_dicts(shards: Sequence[Shard]) -> list[dict[str, Any]]:
    """Return every row of every shard for JSON, by the source's name."""
    rows = [row for shard in shards for row in shard.rows]
    return [asdict(row) for row in sorted(rows, key=lambda row: row.source)]
