"""What a status tells, in the form of the command's `--json`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ScheduleStatus(BaseModel):
    """A backup schedule of an index, and its last run."""

    name: str = Field(description="Name of the schedule.")
    enabled: bool = Field(description="Whether it takes backups.")
    frequency: str = Field(description="daily, weekly or monthly.")
    next_run_at: str | None = Field(None, description="When it runs next.")
    last_run_at: str | None = Field(None, description="When it ran last, as its backups tell.")
    last_run_status: str | None = Field(None, description="Status of the backup of that run.")


class DrillStatus(BaseModel):
    """The last restore drill of an index that a stack records."""

    result: str = Field(description="passed, failed, unproven, too late or interrupted.")
    finished_at: str | None = Field(None, description="When it ended.")
    rto_seconds: float | None = Field(None, description="How long the restore took.")


class IndexStatus(BaseModel):
    """One index."""

    name: str = Field(description="Name of the index.")
    state: str = Field(description="State that the service reports.")
    deletion_protection: str = Field(description="enabled or disabled.")
    backup_count: int = Field(0, description="Ready backups of this index.")
    newest_backup_id: str | None = Field(None, description="The ready one with the newest data.")
    captured_at: str | None = Field(None, description="When its data was captured.")
    age_seconds: float | None = Field(None, description="How old that data is.")
    record_count: int | None = Field(None, description="Records in that backup.")
    failed_since: int = Field(0, description="Backups that failed after it.")
    schedules: list[ScheduleStatus] = Field(default_factory=list, description="Its schedules.")
    drill: DrillStatus | None = Field(None, description="Its last restore drill.")
    problems: list[str] = Field(default_factory=list, description="Why it is not good.")
    notes: list[str] = Field(default_factory=list, description="What to look at besides.")

    @property
    def is_good(self) -> bool:
        """Whether a recent backup could bring it back."""
        return not self.problems


class ProjectStatus(BaseModel):
    """Every index of a project, the one in most danger first."""

    model_config = ConfigDict(title="Status of a project's backups")

    format: Literal[1] = Field(1, description="Version of this schema.")
    made_at: str = Field(description="When it was asked for.")
    service: str = Field(description="Address of the service's control plane.")
    max_age_seconds: float | None = Field(None, description="How old the newest backup may be.")
    good: int = Field(description="How many indexes are good.")
    indexes: list[IndexStatus] = Field(description="The one in most danger first.")
    deleted_indexes: list[str] = Field(
        default_factory=list, description="Names without an index, of which backups are left."
    )

    @property
    def is_good(self) -> bool:
        """Whether all indexes are good."""
        return self.good == len(self.indexes)
