"""What the emulated organization and service are like: durations, plan, quotas, roles, lag."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, le=10**9)]
Role = Literal[
    "ProjectEditor",
    "ProjectViewer",
    "ControlPlaneEditor",
    "ControlPlaneViewer",
    "DataPlaneEditor",
    "DataPlaneViewer",
]

_BACKUP_QUOTA = {"starter": 0, "builder": 0, "standard": 500, "enterprise": 1000}

_MAY_WRITE_CONTROL = {"ProjectEditor", "ControlPlaneEditor"}
_MAY_READ_CONTROL = _MAY_WRITE_CONTROL | {"ProjectViewer", "ControlPlaneViewer"}
_MAY_WRITE_DATA = {"ProjectEditor", "DataPlaneEditor"}
_MAY_READ_DATA = _MAY_WRITE_DATA | {"ProjectViewer", "DataPlaneViewer"}


class Settings(BaseModel):
    """Everything that can be set while the emulator runs.

    Attributes:
        index_seconds: Time until a new index is ready.
        backup_seconds: Time until a backup is ready.
        restore_seconds: Time until a restore is completed.
        delete_seconds: Time until a deleted index or backup is gone.
        capacity_seconds: Time until a changed read capacity is ready.
        describe_lag_seconds: How long a new object is not found by describe.
        list_lag_seconds: How long a new object is missing in lists.
        plan: The organization's plan.
        paid: Whether the plan is paid.
        backup_quota: Most backups in a project; None is what the plan has.
        index_quota: Most indexes in a project; None is no limit.
        retention_maximum_days: Longest retention of a schedule.
        dedicated_capacity: Whether the project may use dedicated read capacity.
        described_statuses: Whether `create_backup` and `configure_index` answer the status that
            is described, 201 and 202 before the newest version. The service answers 200 in all,
            and Go clients take nothing else.
        journal_events: Most events that the journal keeps; older ones are forgotten, counts stay.
        clock_skew_seconds: How far the service's clock is ahead of everybody's, or behind it.
        planned_run_status: How a planned run of a schedule is shown.
        roles: API key -> role; a key that is not named here may do everything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    index_seconds: Seconds = 0.0
    backup_seconds: Seconds = 0.0
    restore_seconds: Seconds = 0.0
    delete_seconds: Seconds = 0.2
    capacity_seconds: Seconds = 0.0
    describe_lag_seconds: Seconds = 0.0
    list_lag_seconds: Seconds = 0.0
    plan: Literal["starter", "builder", "standard", "enterprise"] = "enterprise"
    paid: bool = True
    backup_quota: Annotated[int, Field(ge=0, le=10**9)] | None = None
    index_quota: Annotated[int, Field(ge=0, le=10**9)] | None = None
    retention_maximum_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    dedicated_capacity: bool = True
    described_statuses: bool = False
    journal_events: Annotated[int, Field(ge=1, le=10**7)] = 100_000
    clock_skew_seconds: Annotated[float, Field(ge=-(10**9), le=10**9)] = 0.0
    planned_run_status: Literal["Initializing", "Scheduled", "Pending"] = "Initializing"
    roles: dict[str, Role] = Field(default_factory=dict)

    @property
    def has_backups(self) -> bool:
        """Whether the plan includes backups, and dedicated read capacity with them."""
        return self.plan not in ("starter", "builder")

    @property
    def most_backups(self) -> int:
        """The number of backups a project may have."""
        return _BACKUP_QUOTA[self.plan] if self.backup_quota is None else self.backup_quota


def may(role: Role, permission: str) -> bool:
    """Tell whether a role has a permission such as `control::backups::list`."""
    plane, _, action = permission.split("::")
    reads = action in {"list", "describe", "read"}
    if plane == "control":
        return role in (_MAY_READ_CONTROL if reads else _MAY_WRITE_CONTROL)
    return role in (_MAY_READ_DATA if reads else _MAY_WRITE_DATA)
