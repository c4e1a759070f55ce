"""What a `RestoredIndex` declares to Pulumi. It imports nothing: a program needs no more of it."""

from __future__ import annotations

from typing import Final, Literal

Protection = Literal["enabled", "disabled"]
Verification = Literal["none", "schema", "records", "sample"]
OnBackupChange = Literal["keep", "replace", "fail"]

OUTPUTS: Final = (
    "index_id",
    "host",
    "private_host",
    "status",
    "restore_job_id",
    "dimension",
    "metric",
    "vector_type",
    "schema",
    "embed",
    "cloud",
    "region",
    "effective_tags",
    "recovery_point_at",
    "restore_started_at",
    "restore_completed_at",
    "rpo_seconds",
    "rto_seconds",
    "verification",
    "owner_mark",
    "project",
    "why",
)
