"""Rules about rehearsals: a restore that was never tried is a hope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone

from pulumi_policy import Severity
from pydantic import AwareDatetime, Field

from .findings import Complaint, Finding, Unjudged
from .kinds import BACKUP, BACKUP_SCHEDULE, RESTORE_DRILL
from .reading import UNKNOWN, NotReadable, Resource, time_of
from .rule_settings import RuleSettings
from .rules import StackRule, Text

RESTORE_GUIDE = "https://docs.pinecone.io/guides/manage-data/restore-an-index"


class RestoreDrilledSettings(RuleSettings):
    """Settings of `restore-drilled`."""

    max_age_days: float = Field(
        default=31, gt=0, description="The oldest that the last passed drill of an index may be."
    )
    as_of: AwareDatetime | None = Field(
        default=None,
        description="The time to judge at, for the audit of an older export; now if not given.",
    )


def check_restore_drilled(
    resources: Sequence[Resource], settings: RestoreDrilledSettings
) -> Iterable[Finding]:
    """Find indexes that this stack backs up, and whose restore was not rehearsed lately."""
    drills = [resource for resource in resources if resource.kind == RESTORE_DRILL]
    for index_name, source in _backed_up(resources, settings).items():
        own = [drill for drill in drills if drill.text("index_name") == index_name]
        if not own:
            which = "its index" if source.is_secret(("index_name",)) else f"index `{index_name}`"
            yield Complaint(
                source,
                f"no RestoreDrill of this stack rehearses the restore of {which}",
                "a passed RestoreDrill of each index that is backed up, or an exemption (`except`)",
                "add a `RestoreDrill` of it",
            )
            continue
        yield from _judged(own, settings)


def _backed_up(
    resources: Sequence[Resource], settings: RestoreDrilledSettings
) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for resource in resources:
        name = resource.text("index_name")
        is_source = resource.kind in (BACKUP, BACKUP_SCHEDULE)
        if (
            is_source
            and isinstance(name, str)
            and settings.exempting_pattern(resource.name) is None
        ):
            found.setdefault(name, resource)
    return found


def _judged(drills: Sequence[Resource], settings: RestoreDrilledSettings) -> Iterable[Finding]:
    now = settings.as_of or datetime.now(timezone.utc)
    best: Finding | None = None
    for drill in drills:
        finding = _finding(drill, now, settings.max_age_days)
        if finding is None:
            return
        best = best or finding
    if best is not None:
        yield best


def _finding(drill: Resource, now: datetime, max_age_days: float) -> Finding | None:
    """Return what is wrong with a drill; None if it has passed lately."""
    result = drill.text("result")
    if isinstance(result, NotReadable):
        return Unjudged(drill, ("result",), result)
    if result is None:
        why = UNKNOWN if drill.is_planned else NotReadable("is not recorded")
        return Unjudged(drill, ("result",), why)
    if result != "passed":
        return Complaint(drill, f"its last drill ended as `{result}`", "`passed`", "read `why`")
    finished = time_of(drill, "finished_at")
    if isinstance(finished, NotReadable):
        return Unjudged(drill, ("finished_at",), finished)
    days = (now - finished) / timedelta(days=1)
    if days <= max_age_days:
        return None
    return Complaint(
        drill,
        f"its last drill passed {days:.0f} days ago",
        f"at most {max_age_days:g}",
        "change `triggers` to run it again",
    )


RESTORE_DRILLED = StackRule(
    name="restore-drilled",
    text=Text(
        description="The restore of every index that is backed up was rehearsed, and passed.",
        remediation_steps=(
            "Add a `RestoreDrill` of the index; change its `triggers` to run it again."
        ),
        url=RESTORE_GUIDE,
    ),
    severity=Severity.MEDIUM,
    settings=RestoreDrilledSettings,
    check=check_restore_drilled,
)
