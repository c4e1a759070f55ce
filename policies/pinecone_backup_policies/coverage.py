"""Rules about whether indexes have backups, and how old the newest is.

A policy sees one stack. A backup that another stack or a schedule took is not in it; an enabled
schedule in the same stack counts for as often as it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from pulumi_policy import Severity
from pydantic import AwareDatetime, Field

from .findings import Complaint, Finding, Unjudged
from .kinds import BACKUP, BACKUP_SCHEDULE, INDEX, RESTORED_INDEX
from .reading import NotReadable, Resource, time_of
from .rule_settings import RuleSettings
from .rules import StackRule, Text
from .schedules import HOURS_BETWEEN

BACKUP_GUIDE = "https://docs.pinecone.io/guides/manage-data/back-up-an-index"
FAILED = frozenset({"Failed", "InitializationFailed"})


class IndexHasBackupSettings(RuleSettings):
    """Settings of `index-has-backup`."""

    restored_indexes: bool = Field(
        default=False, description="Whether a RestoredIndex needs a backup of its own as well."
    )


def check_index_has_backup(
    resources: Sequence[Resource], settings: IndexHasBackupSettings
) -> Iterable[Finding]:
    """Find indexes that neither a Backup nor an enabled BackupSchedule of this stack covers."""
    kinds = (INDEX, RESTORED_INDEX) if settings.restored_indexes else (INDEX,)
    sources = [resource for resource in resources if _may_cover(resource)]
    names = {name for source in sources for name in _source_names(source)}
    urns = {urn for source in sources for urn in _source_urns(source)}
    for resource in resources:
        if resource.kind not in kinds or settings.exempting_pattern(resource.name) is not None:
            continue
        name = resource.text("name")
        if resource.urn in urns or (isinstance(name, str) and name in names):
            continue
        if isinstance(name, NotReadable):
            yield Unjudged(resource, ("name",), name)
        else:
            yield Complaint(
                resource,
                "no Backup and no enabled BackupSchedule of this stack is of this index",
                "one of them, or an exemption (`except`)",
            )


def _may_cover(resource: Resource) -> bool:
    """Tell whether a resource can stand for a backup: not if it failed or is switched off."""
    if resource.kind == BACKUP:
        return resource.text("status") not in FAILED
    return resource.kind == BACKUP_SCHEDULE and resource.flag("enabled") is not False


def _source_names(resource: Resource) -> Iterable[str]:
    for name in ("index_name", "source_index_name"):
        value = resource.text(name)
        if isinstance(value, str):
            yield value


def _source_urns(resource: Resource) -> Iterable[str]:
    """Return what the index name depends on: at preview the name itself may not be known yet."""
    return (resource.depends_on or {}).get(resource.kind.spell("index_name"), frozenset())


class NewestBackupSettings(RuleSettings):
    """Settings of `newest-backup-max-age`."""

    max_age_hours: float = Field(
        default=7 * 24, gt=0, description="The oldest that the newest backup of an index may be."
    )
    as_of: AwareDatetime | None = Field(
        default=None,
        description="The time to judge at, for the audit of an older export; now if not given.",
    )


def check_newest_backup(
    resources: Sequence[Resource], settings: NewestBackupSettings
) -> Iterable[Finding]:
    """Find indexes whose newest backup of this stack is too old."""
    now = settings.as_of or datetime.now(timezone.utc)
    scheduled = _scheduled_names(resources, settings.max_age_hours)
    for index_name, backups in _by_index(resources, settings).items():
        if index_name in scheduled:
            continue
        times = {backup.urn: time_of(backup, "captured_at", "created_at") for backup in backups}
        unread = [b for b in backups if isinstance(times[b.urn], NotReadable)]
        known = [time for time in times.values() if isinstance(time, datetime)]
        newest = max(known, default=None)
        if newest is not None and now - newest <= timedelta(hours=settings.max_age_hours):
            continue
        if unread:
            why = times[unread[0].urn]
            if isinstance(why, NotReadable):
                yield Unjudged(unread[0], ("captured_at",), why)
        elif newest is not None:
            yield _too_old(backups, times, newest, now, settings)


def _too_old(
    backups: Sequence[Resource],
    times: Mapping[str, object],
    newest: datetime,
    now: datetime,
    settings: NewestBackupSettings,
) -> Complaint:
    backup = next(b for b in backups if times[b.urn] == newest)
    hours = (now - newest).total_seconds() / 3600
    return Complaint(
        backup,
        f"it is the newest backup of its index in this stack and {hours:.0f} hours old",
        f"at most {settings.max_age_hours:g}",
        "change `triggers` to take a new one",
    )


def _by_index(
    resources: Sequence[Resource], settings: NewestBackupSettings
) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        if resource.kind != BACKUP or resource.text("status") in FAILED:
            continue
        if settings.exempting_pattern(resource.name) is not None:
            continue
        names = sorted(_source_names(resource)) or [resource.urn]
        found.setdefault(names[0], []).append(resource)
    return found


def _scheduled_names(resources: Sequence[Resource], max_age_hours: float) -> frozenset[str]:
    """Return the indexes of which an enabled schedule takes backups often enough."""
    names: set[str] = set()
    for resource in resources:
        frequency = resource.text("frequency") if resource.kind == BACKUP_SCHEDULE else None
        if not isinstance(frequency, str) or resource.flag("enabled") is False:
            continue
        if HOURS_BETWEEN.get(frequency, max_age_hours + 1) <= max_age_hours:
            names.update(_source_names(resource))
    return frozenset(names)


INDEX_HAS_BACKUP = StackRule(
    name="index-has-backup",
    text=Text(
        description="Every index has a backup or an enabled backup schedule in its stack.",
        remediation_steps=(
            "Add a `Backup` or a `BackupSchedule` of the index, or exempt it (`except`)."
        ),
        url=BACKUP_GUIDE,
    ),
    severity=Severity.HIGH,
    settings=IndexHasBackupSettings,
    check=check_index_has_backup,
)

NEWEST_BACKUP_MAX_AGE = StackRule(
    name="newest-backup-max-age",
    text=Text(
        description="The newest backup of every index is recent enough.",
        remediation_steps=(
            "Change `triggers` of the `Backup` to take a new one, or add a `BackupSchedule`."
        ),
        url=BACKUP_GUIDE,
    ),
    severity=Severity.MEDIUM,
    settings=NewestBackupSettings,
    check=check_newest_backup,
)
