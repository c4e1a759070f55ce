"""The status of a project, gathered with few requests.

One list of indexes, one of backups; and the schedules of each index of which a schedule has taken
a backup: the service lists schedules by index only.

Source: every version, `list_indexes`, `list_project_backups`; 2026-07, `list_backup_schedules`.
"""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, Final

from pulumi_pinecone_backup.backup_schedule.health import LATE
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import ForbiddenError, NotFoundError
from pulumi_pinecone_backup.lifecycle.outputs import time_text
from pulumi_pinecone_backup.restored_index.temporary import PURPOSE_TAG, PURPOSES
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import (
    FAILED_BACKUP_STATUSES,
    BackupModel,
    BackupScheduleModel,
    IndexModel,
)
from pulumi_pinecone_backup.service.values import time_in_name, time_of
from pulumi_pinecone_backup.status.model import (
    DrillStatus,
    IndexStatus,
    ProjectStatus,
    ScheduleStatus,
)
from pulumi_pinecone_backup.status.state_rows import kind_of, resources_of

_AT_ONCE: Final = 8
_LONG_AGO: Final = datetime.min.replace(tzinfo=timezone.utc)


def gather(
    client: Client,
    *,
    max_age_seconds: float | None = None,
    exclude: Sequence[str] = (),
    all_schedules: bool = False,
    state: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> ProjectStatus:
    """Return the status of a project.

    Args:
        client: The service.
        max_age_seconds: How old the data of the newest backup may be.
        exclude: Patterns of names that do not count.
        all_schedules: Also ask indexes for schedules of which no backup was taken yet.
        state: An exported state, for the drills that it records.
        now: What ages are counted from.

    Raises:
        PineconeBackupError: Indexes or backups could not be listed.
    """
    now = now or datetime.now(timezone.utc)
    indexes = [
        index
        for index in client.list_indexes()
        if index.tags.get(PURPOSE_TAG) not in PURPOSES
        and not any(fnmatch.fnmatchcase(index.name, pattern) for pattern in exclude)
    ]
    backups: dict[str, list[BackupModel]] = defaultdict(list)
    for backup in client.list_project_backups(confirm=False):
        backups[backup.source_index_name].append(backup)
    schedules = _schedules(client, indexes, backups, is_all=all_schedules)
    drills = _drills(state)
    rows = [
        _row(index, backups[index.name], schedules.get(index.name), max_age_seconds, now)
        for index in indexes
    ]
    for row in rows:
        row.drill = drills.get(row.name)
        if row.drill is not None and row.drill.result != "passed":
            row.notes.append(f"its last restore drill: {row.drill.result}")
    live = {index.name for index in indexes}
    return ProjectStatus(
        made_at=str(time_text(now)),
        service=client.settings.host,
        max_age_seconds=max_age_seconds,
        good=sum(row.is_good for row in rows),
        indexes=sorted(rows, key=_danger),
        deleted_indexes=sorted(
            name
            for name, each in backups.items()
            if name not in live and any(backup.is_ready for backup in each)
            and not any(fnmatch.fnmatchcase(name, pattern) for pattern in exclude)
        ),
    )  # fmt: skip


def _schedules(
    client: Client,
    indexes: Iterable[IndexModel],
    backups: Mapping[str, Sequence[BackupModel]],
    *,
    is_all: bool,
) -> dict[str, list[BackupScheduleModel] | None]:
    """Return the schedules of the indexes that seem to have some; None where nobody may ask."""
    if not client.supports("backup_schedules"):
        return {}
    names = [
        index.name
        for index in indexes
        if is_all or any(time_in_name(backup.name) for backup in backups.get(index.name, ()))
    ]

    def of(name: str) -> list[BackupScheduleModel] | None:
        try:
            return client.list_backup_schedules(name)
        except NotFoundError:
            return []  # the index went meanwhile
        except ForbiddenError:
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(names, pool.map(of, names), strict=True))


def _row(
    index: IndexModel,
    backups: Sequence[BackupModel],
    schedules: Sequence[BackupScheduleModel] | None,
    max_age: float | None,
    now: datetime,
) -> IndexStatus:
    ready = [each for each in backups if each.is_ready and each.source_index_deleted_at is None]
    newest = max(ready, key=_captured, default=None)
    row = IndexStatus(
        name=index.name,
        state=index.status.state,
        deletion_protection=index.deletion_protection,
        backup_count=len(ready),
    )
    if newest is not None:
        row.newest_backup_id = newest.backup_id
        row.record_count = newest.record_count
        row.captured_at = time_text(newest.captured_at)
        if newest.captured_at is not None:
            row.age_seconds = round(max(0.0, (now - newest.captured_at).total_seconds()), 3)
    since = _LONG_AGO if newest is None else _captured(newest)
    row.failed_since = sum(each.is_failed and _captured(each) > since for each in backups)
    row.schedules = [_schedule(each, backups, now) for each in schedules or ()]
    row.problems = _problems(index, row, max_age)
    row.notes = _notes(row, now)
    return row


def _problems(index: IndexModel, row: IndexStatus, max_age: float | None) -> list[str]:
    found = []
    if index.deployment_type == "pod":
        found.append("a pod-based index, which cannot be backed up")
    elif row.newest_backup_id is None:
        found.append("no ready backup")
    elif max_age is not None and row.age_seconds is None:
        found.append("the age of its newest backup is not told")
    elif max_age is not None and row.age_seconds is not None and row.age_seconds > max_age:
        found.append(f"its newest backup is {duration(row.age_seconds)} old")
    return found


def _notes(row: IndexStatus, now: datetime) -> list[str]:
    notes = []
    if row.failed_since:
        notes.append(f"{row.failed_since} newer backup(s) failed")
    if row.record_count == 0:
        notes.append("its newest backup is empty")
    for each in row.schedules:
        due = each.next_run_at and time_of(each.next_run_at)
        if each.last_run_status in FAILED_BACKUP_STATUSES:
            notes.append(f"the last run of schedule {each.name} failed")
        if each.enabled and due and now - due > LATE:
            notes.append(f"the run of schedule {each.name} of {each.next_run_at} is overdue")
    if row.schedules and not any(each.enabled for each in row.schedules):
        notes.append("no schedule is enabled")
    if row.deletion_protection != "enabled":
        notes.append("not protected against deletion")
    return notes


def _schedule(
    schedule: BackupScheduleModel, backups: Sequence[BackupModel], now: datetime
) -> ScheduleStatus:
    runs = {
        at: each
        for each in backups
        if (at := time_in_name(each.name)) is not None
        and at <= now
        and str(each.name).startswith(schedule.name)
    }
    last = max(runs, default=None)
    return ScheduleStatus(
        name=schedule.name,
        enabled=schedule.enabled,
        frequency=schedule.frequency,
        next_run_at=time_text(schedule.next_scheduled_run),
        last_run_at=time_text(last),
        last_run_status=None if last is None else runs[last].status,
    )


def _drills(state: Mapping[str, Any] | None) -> dict[str, DrillStatus]:
    """Return the newest recorded drill of each index."""
    found: dict[str, DrillStatus] = {}
    for resource in resources_of(state or {}):
        outputs = resource["outputs"]
        if kind_of(resource) != "RestoreDrill" or "result" not in outputs:
            continue
        each = DrillStatus(
            result=str(outputs["result"]),
            finished_at=outputs.get("finished_at"),
            rto_seconds=outputs.get("rto_seconds"),
        )
        name = str(outputs.get("index_name"))
        if name not in found or str(each.finished_at) > str(found[name].finished_at):
            found[name] = each
    return found


def _danger(row: IndexStatus) -> tuple[bool, bool, bool, float, int, str]:
    """Return what sorts the index in most danger first."""
    age = float("inf") if row.age_seconds is None else row.age_seconds
    has_backup, is_failing = row.newest_backup_id is not None, row.failed_since > 0
    return row.is_good, has_backup, not is_failing, -age, -len(row.notes), row.name


def _captured(backup: BackupModel) -> datetime:
    return backup.captured_at or _LONG_AGO
