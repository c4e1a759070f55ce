"""What a `BackupSchedule` declares to Pulumi. It imports nothing: a program needs no more of it."""

from __future__ import annotations

from typing import Final, Literal

Frequency = Literal["daily", "weekly", "monthly"]
OUTPUTS: Final = (
    "schedule_id",
    "index_id",
    "schedule_type",
    "next_scheduled_run",
    "created_at",
    "project",
    "project_id",
    "last_backup_id",
    "last_status",
    "last_run_at",
    "last_success_at",
)
