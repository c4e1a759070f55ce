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

    Attributes:
        status: State of the index, or of its job where that ended badly.
        recorded: Outputs that the state holds; empty for a create.
    """

    index_id: str | None = None
    restore_job_id: str | None = None
    status: str | None = None
    index: IndexModel | None = None
    recovery_point_at: datetime | None = None
    restore_started_at: datetime | None = None
    restore_completed_at: datetime | None = None
    rto_seconds: float | None = None
    verification: list[VerificationRow] = field(default_factory=list)
    owner_mark: str | None = None
    project: str | None = None
    recorded: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rpo_seconds(self) -> float | None:
        """Seconds between the recovery point and the start of the restore."""
        if self.recovery_point_at is None or self.restore_started_at is None:
            return None
        return (self.restore_started_at - self.recovery_point_at).total_seconds()
