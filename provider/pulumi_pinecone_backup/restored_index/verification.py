"""Proof that a restored index holds what its backup holds: one row per check.

What a side does not report is skipped, never passed: a proof that was not made is not one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from pulumi_pinecone_backup.engine.cancellation import cancelled, pause
from pulumi_pinecone_backup.errors import ApiError, InvalidResponseError, TransportError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.deadlines import is_over
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel, IndexStats
from pulumi_pinecone_backup.service.shapes import comparable_schemas
from pulumi_pinecone_backup.waiting.pace import Pace

Result = Literal["passed", "failed", "skipped"]
_OUTPUTS: Final = frozenset({"dimension", "metric", "vector_type", "schema", "cloud", "region"})


class VerificationRow(BaseModel):
    """One row of a verification. Values are None where a side does not tell them."""

    model_config = ConfigDict(frozen=True)

    name: str
    expected: Any = None
    actual: Any = None
    result: Result
    why: str = ""


def stored(
    rows: Sequence[VerificationRow], recorded: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Return rows as the output `verification` holds them: nothing empty, and no fact twice.

    Passed comparisons of what the index's own outputs tell share one row, `definition`. Any other
    check that passed tells `actual` only where that is more than `expected`.

    Args:
        rows: What is known.
        recorded: What a state holds; it stays as an earlier version wrote it if it says the same.
    """
    if recorded and from_state(recorded) == list(rows):
        return [dict(row) for row in recorded]
    equal = [row.name for row in rows if row.result == "passed" and row.name in _OUTPUTS]
    compact = [_stored(row) for row in rows if row.name not in equal]
    if equal:
        why = f"{', '.join(equal)}: as in the backup"
        compact.insert(0, {"name": "definition", "result": "passed", "why": why})
    return compact


def compact(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return whole rows as an output holds them."""
    return stored(from_state(rows))


def from_state(recorded: Sequence[Mapping[str, Any]]) -> list[VerificationRow]:
    """Return the rows that a state holds."""
    return [VerificationRow.model_validate(dict(row)) for row in recorded]


def _stored(row: VerificationRow) -> dict[str, Any]:
    told = row.model_dump(exclude_none=True)
    if not row.why:
        del told["why"]
    if row.result == "passed" and row.actual in (row.expected, None):
        told.pop("actual", None)
    return told


def skipped(why: str) -> list[VerificationRow]:
    """Return the one row of a verification that was not wanted."""
    return [VerificationRow(name="verification", result="skipped", why=why)]


def verify_schema(backup: BackupModel, index: IndexModel) -> list[VerificationRow]:
    """Compare what both sides report of dimension, metric, type, fields, cloud and region."""
    expected, actual = comparable_schemas(backup.schema_, index.schema_)
    return [
        _compare("dimension", backup.dimension, index.dimension),
        _compare("metric", backup.metric, index.metric),
        _compare("vector_type", backup.vector_type, index.vector_type),
        _compare("schema", expected, actual),
        _compare("cloud", backup.cloud, index.cloud),
        _compare("region", backup.region, index.region),
    ]


def verify_records(
    client: Client,
    backup: BackupModel,
    index: IndexModel,
    *,
    allow_empty: bool,
    on_progress: Callable[[str], None],
    pace: Pace,
    deadline: float,
) -> list[VerificationRow]:
    """Compare total records and namespaces; polls while the index shows fewer than the backup.

    Args:
        client: The service.
        backup: What should be there.
        index: What was restored.
        allow_empty: Whether 0 records may pass.
        on_progress: Told the counts after each look.
        pace: How long, and how often, counts that are too low are asked for.
        deadline: `time.monotonic()` at which polling ends at the latest.

    Raises:
        PineconeBackupError: The operation's time was over, or the run was cancelled, before the
            first answer.
    """
    rows: list[VerificationRow] = []
    end = min(deadline, time.monotonic() + pace.counts)
    seconds = pace.first_count
    while True:
        try:
            stats = client.describe_index_stats(index.host)
        except (TransportError, ApiError, InvalidResponseError) as error:
            if rows:
                return rows
            if is_over() or cancelled.is_set():
                raise
            return _unreachable(backup, error)
        on_progress(
            f"verifying: {stats.total_record_count} of {_told(backup.record_count)} records, "
            f"{len(stats.namespaces)} of {_told(backup.namespace_count)} namespaces"
        )
        rows = _count_rows(backup, stats, allow_empty=allow_empty)
        short = any(row.result == "failed" for row in rows) and backup.record_count != 0
        left = end - time.monotonic()
        if not short or left <= 0 or not pause(min(seconds, left)):
            return rows
        seconds = min(seconds * 2, pace.longest_count)


def failures(rows: list[VerificationRow]) -> list[VerificationRow]:
    """Return the rows that failed."""
    return [row for row in rows if row.result == "failed"]


def summary(rows: list[VerificationRow]) -> str:
    """Return the failed rows as one line."""
    return "; ".join(map(_summary, failures(rows)))


def _summary(row: VerificationRow) -> str:
    if row.why and row.expected is None and row.actual is None:
        return f"{row.name}: {row.why}"
    values = f"{row.name}: expected {_told(row.expected)}, found {_told(row.actual)}"
    return values + (f" ({row.why})" if row.why else "")


def _compare(name: str, expected: Any, actual: Any) -> VerificationRow:
    if expected is None or actual is None:
        side = "the backup" if expected is None else "the index"
        return VerificationRow(
            name=name,
            expected=expected,
            actual=actual,
            result="skipped",
            why=f"{side} does not report it",
        )
    result: Result = "passed" if expected == actual else "failed"
    return VerificationRow(name=name, expected=expected, actual=actual, result=result)


def _count_rows(
    backup: BackupModel, stats: IndexStats, *, allow_empty: bool
) -> list[VerificationRow]:
    records = _count("record_count", backup.record_count, stats.total_record_count)
    namespaces = _count("namespace_count", backup.namespace_count, len(stats.namespaces))
    if stats.total_record_count == 0 and not allow_empty:
        records = records.model_copy(
            update={
                "result": "failed",
                "why": "an empty index proves nothing; `allow_empty=True` accepts it",
            }
        )
    return [records, namespaces]


def _count(name: str, expected: int | None, actual: int) -> VerificationRow:
    if expected is None:
        return VerificationRow(
            name=name, actual=actual, result="skipped", why="the backup does not report it"
        )
    if actual < expected:
        return VerificationRow(name=name, expected=expected, actual=actual, result="failed")
    why = "more than the backup: written since the restore" if actual > expected else ""
    return VerificationRow(name=name, expected=expected, actual=actual, result="passed", why=why)


def _unreachable(backup: BackupModel, error: Exception) -> list[VerificationRow]:
    why = f"the data plane could not be asked: {error}"
    return [
        VerificationRow(name=name, expected=expected, result="skipped", why=why)
        for name, expected in (
            ("record_count", backup.record_count),
            ("namespace_count", backup.namespace_count),
        )
    ]


def _told(value: Any) -> str:
    return "unknown" if value is None else str(value)
