"""What is known of one restore so far: it grows while the restore goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pulumi_pinecone_backup.restored_index.verification import VerificationRow
from pulumi_pinecone_backup.service.models import IndexModel


@dataclass
class Restore:
    """What is known of one restored index so far; grows while its restore goes on.

    Clocks are never mixed: times are those that the service tells, and what this process has
    measured is a duration by its own monotonic clock.

    Attributes:
        status: State of the index, or of its job where that ended badly.
        posted: `time.monotonic()` at which this process has posted the restore, if it has.
        seen_ready: `time.monotonic()` at which this process has seen the index ready, if it has.
        recorded: Outputs that the state holds; empty for a create.
    """

    index_id: str | None = None
    restore_job_id: str | None = None
    status: str | None = None
    index: IndexModel | None = None
    recovery_point_at: datetime | None = None
    restore_started_at: datetime | None = None
    restore_completed_at: datetime | None = None
    posted: float | None = None
    seen_ready: float | None = None
    rto_seconds: float | None = None
    verification: list[VerificationRow] = field(default_factory=list)
    owner_mark: str | None = None
    project: str | None = None
    why: str | None = None
    recorded: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rpo_seconds(self) -> float | None:
        """Seconds between the recovery point and the start of the restore, as the service tells."""
        return _seconds_between(self.recovery_point_at, self.restore_started_at)

    @property
    def restore_seconds(self) -> float | None:
        """Seconds that the restore took: by the service's times, else by this process's clock."""
        told = _seconds_between(self.restore_started_at, self.restore_completed_at)
        if told is not None or self.posted is None or self.seen_ready is None:
            return told
        return self.seen_ready - self.posted


def _seconds_between(first: datetime | None, second: datetime | None) -> float | None:
    """Return the seconds between two times of the service; None if they are not told or odd."""
    if first is None or second is None or second < first:
        return None
    return (second - first).total_seconds()
