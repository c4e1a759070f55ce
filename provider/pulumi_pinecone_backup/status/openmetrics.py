"""A status as OpenMetrics, for the textfile collector of a monitoring system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from pulumi_pinecone_backup.service.values import time_of
from pulumi_pinecone_backup.status.model import IndexStatus, ProjectStatus

PREFIX: Final = "pinecone_backup"
Value = Callable[[IndexStatus], float | None]


def text(status: ProjectStatus) -> str:
    """Return the metrics of a status, every one with the index as a label."""
    registry = CollectorRegistry()
    registry.register(_Collector(status))
    made: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return made.decode()


_GAUGES: Final[Mapping[str, tuple[str, Value]]] = {
    "index_good": (
        "Whether a recent backup could bring the index back.",
        lambda row: row.is_good,
    ),
    "newest_timestamp_seconds": (
        "When the data of the newest ready backup was captured.",
        lambda row: _seconds(row.captured_at),
    ),
    "newest_records": ("Records in the newest ready backup.", lambda row: row.record_count),
    "ready": ("Ready backups of the index.", lambda row: row.backup_count),
    "failed_since_newest": (
        "Backups that failed after the newest ready one.",
        lambda row: row.failed_since,
    ),
    "index_protected": (
        "Whether the index has deletion protection.",
        lambda row: row.deletion_protection == "enabled",
    ),
    "drill_passed": (
        "Whether the last restore drill passed.",
        lambda row: row.drill.result == "passed" if row.drill else None,
    ),
    "drill_timestamp_seconds": (
        "When the last restore drill ended.",
        lambda row: _seconds(row.drill.finished_at) if row.drill else None,
    ),
}


class _Collector(Collector):
    def __init__(self, status: ProjectStatus) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        made = GaugeMetricFamily(
            f"{PREFIX}_status_timestamp_seconds", "When the status was asked for."
        )
        made.add_metric([], _seconds(self._status.made_at) or 0.0)
        yield made
        for name, (what, value) in _GAUGES.items():
            metric = GaugeMetricFamily(f"{PREFIX}_{name}", what, labels=["index"])
            for row in self._status.indexes:
                found = value(row)
                if found is not None:
                    metric.add_metric([row.name], float(found))
            yield metric
        yield from self._schedules()

    def _schedules(self) -> Iterator[Metric]:
        labels = ["index", "schedule"]
        enabled = GaugeMetricFamily(
            f"{PREFIX}_schedule_enabled", "Whether the schedule takes backups.", labels=labels
        )
        due = GaugeMetricFamily(
            f"{PREFIX}_schedule_next_timestamp_seconds", "When it runs next.", labels=labels
        )
        failed = GaugeMetricFamily(
            f"{PREFIX}_schedule_last_run_failed", "Whether its last run failed.", labels=labels
        )
        for row in self._status.indexes:
            for each in row.schedules:
                key = [row.name, each.name]
                enabled.add_metric(key, float(each.enabled))
                if (seconds := _seconds(each.next_run_at)) is not None:
                    due.add_metric(key, seconds)
                if each.last_run_status is not None:
                    failed.add_metric(key, float("Failed" in each.last_run_status))
        yield from (enabled, due, failed)


def _seconds(time: str | None) -> float | None:
    found = None if time is None else time_of(time)
    return None if found is None else found.timestamp()
