"""The drills of the past, read from the reports that earlier runs have written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pulumi_pinecone_backup.cli.drill_report.charts import Point
from pulumi_pinecone_backup.cli.drill_report.content import FILE, DrillReport
from pulumi_pinecone_backup.restore_drill.drill import Drill
from pulumi_pinecone_backup.service.values import time_of


def read(folder: Path, *, say: Callable[[str], None]) -> list[DrillReport]:
    """Return every report below a folder, the oldest first.

    Args:
        folder: Where reports are, at any depth.
        say: Told of each file that is no report, and is left out.

    Raises:
        OSError: The folder cannot be read.
    """
    found = []
    for path in _paths(folder):
        try:
            found.append(DrillReport.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError) as error:
            why = str(error).splitlines()[0]
            say(f"{path} is left out, it is not a report of drills: {why}")
    return sorted(found, key=lambda report: report.made_at)


def _paths(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise error

    for place, _, files in os.walk(folder, onerror=fail):
        if FILE in files:
            yield Path(place) / FILE


def points(reports: Iterable[DrillReport]) -> dict[str, list[Point]]:
    """Return the drills by index, the oldest first; each counts once, however often it is told."""
    drills = {
        (done.index, done.finished_at): done
        for report in reports
        for done in report.drills
        if done.finished_at
    }
    found: dict[str, list[Point]] = {}
    for index, at in sorted(drills):
        done = drills[index, at]
        time = time_of(str(at))
        if time is None:
            continue
        found.setdefault(index, []).append(
            Point(time, done.rto_seconds, _record_count(done), done.is_good)
        )
    return found


def _record_count(done: Drill) -> int | None:
    row = _row(done.verification, "record_count")
    value = row.get("actual", row.get("expected"))
    return value if isinstance(value, int) else None


def _row(rows: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((row for row in rows if row.get("name") == name), {})
