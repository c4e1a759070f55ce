"""The rule about how often the service takes backups by itself, and how long it keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pulumi_policy import Severity
from pydantic import Field, model_validator
from typing_extensions import Self

from .findings import Finding, Unjudged, Violation
from .kinds import BACKUP_SCHEDULE
from .reading import NotReadable, Resource
from .rule_settings import RuleSettings
from .rules import ResourceRule, Text

Frequency = Literal["daily", "weekly", "monthly"]
HOURS_BETWEEN: dict[str, int] = {"daily": 24, "weekly": 7 * 24, "monthly": 31 * 24}


class ScheduleMinimumSettings(RuleSettings):
    """Settings of `backup-schedule-minimum`."""

    minimum_frequency: Frequency = Field(
        default="weekly", description="The least often that backups may be taken."
    )
    minimum_retention_days: int = Field(
        default=7, ge=1, description="The shortest that backups may be kept."
    )
    maximum_retention_days: int | None = Field(
        default=None, ge=1, description="The longest that backups may be kept; never corrected."
    )
    allow_disabled: bool = Field(
        default=False, description="Whether a schedule may be switched off."
    )

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> Self:
        most = self.maximum_retention_days
        if most is not None and most < self.minimum_retention_days:
            raise ValueError("`maximum_retention_days` is less than `minimum_retention_days`")
        return self


def check_schedule_minimum(
    resource: Resource, settings: ScheduleMinimumSettings
) -> Iterable[Finding]:
    """Find a schedule that is too seldom, too short, too long or switched off."""
    frequency = resource.text("frequency")
    if isinstance(frequency, NotReadable):
        yield Unjudged(resource, ("frequency",), frequency)
    elif _too_seldom(frequency, settings):
        wanted = f'"{settings.minimum_frequency}" or more often'
        yield Violation(resource, ("frequency",), frequency, wanted)
    yield from _check_retention(resource, settings)
    enabled = resource.flag("enabled")
    if isinstance(enabled, NotReadable):
        yield Unjudged(resource, ("enabled",), enabled)
    elif enabled is False and not settings.allow_disabled:
        yield Violation(resource, ("enabled",), enabled, "true")


def _check_retention(resource: Resource, settings: ScheduleMinimumSettings) -> Iterable[Finding]:
    days = resource.number("retention_days")
    path = ("retention_days",)
    most = settings.maximum_retention_days
    if isinstance(days, NotReadable):
        yield Unjudged(resource, path, days)
    elif days is None or days < settings.minimum_retention_days:
        yield Violation(resource, path, days, f"at least {settings.minimum_retention_days}")
    elif most is not None and days > most:
        advice = "lower it yourself: the service then deletes older backups"
        yield Violation(resource, path, days, f"at most {most}", advice)


def correct_schedule_minimum(
    resource: Resource, settings: ScheduleMinimumSettings
) -> Mapping[str, Any]:
    """Raise only: a lower value would make the service delete backups."""
    changes: dict[str, Any] = {}
    frequency = resource.text("frequency")
    if not isinstance(frequency, NotReadable) and _too_seldom(frequency, settings):
        changes["frequency"] = settings.minimum_frequency
    days = resource.number("retention_days")
    if not isinstance(days, NotReadable) and (
        days is None or days < settings.minimum_retention_days
    ):
        changes["retention_days"] = settings.minimum_retention_days
    return changes


def _too_seldom(frequency: str | None, settings: ScheduleMinimumSettings) -> bool:
    """Tell whether a frequency is known to be too low, or is none at all."""
    if frequency is None:
        return True
    return HOURS_BETWEEN.get(frequency, 0) > HOURS_BETWEEN[settings.minimum_frequency]


BACKUP_SCHEDULE_MINIMUM = ResourceRule(
    name="backup-schedule-minimum",
    text=Text(
        description="Backup schedules run often enough and keep backups long enough.",
        remediation_steps=(
            "Raise `frequency` or `retention_days`; the level `remediate` does this. Nothing is "
            "ever lowered, and a schedule that is off is not switched on: that would take a backup "
            "at once."
        ),
        url="https://docs.pinecone.io/guides/manage-data/back-up-an-index",
    ),
    severity=Severity.HIGH,
    kinds=(BACKUP_SCHEDULE,),
    settings=ScheduleMinimumSettings,
    check=check_schedule_minimum,
    correct=correct_schedule_minimum,
)
