"""Lookups of backups and restore jobs, for every door that programs have to them.

What a program asks for once is read at once; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, RestoreJobModel, rfc3339

_BEFORE_ALL_TIMES: Final = datetime.min.replace(tzinfo=timezone.utc)
_MOST_STATUSES_SHOWN: Final = 3


def list_backups(
    client: Client, index_name: str | None = None, *, include_deleted: bool = True
) -> list[BackupModel]:
    """Return backups, the one with the newest data first.

    Args:
        client: The service.
        index_name: Only those of indexes of this name; None means every index of the project.
        include_deleted: Also those whose source index is gone.

    Raises:
        NotFoundError: `include_deleted` is False, and there is no index of that name.
    """
    if include_deleted:
        backups = client.list_project_backups()
    elif index_name is not None:
        backups = client.list_index_backups(index_name)
    else:
        backups = _of_live_indexes(client)
    if index_name is not None:
        backups = [backup for backup in backups if backup.source_index_name == index_name]
    return sorted(backups, key=_captured, reverse=True)


def latest_backup(client: Client, index_name: str, max_age: timedelta | None = None) -> BackupModel:
    """Return the ready backup with the newest data of an index, also if the index is gone.

    Raises:
        PineconeBackupError: There is no ready backup, or the newest is older than `max_age`.
    """
    backups = list_backups(client, index_name)
    ready = [backup for backup in backups if backup.is_ready]
    if not ready:
        raise PineconeBackupError(_none_is_ready(index_name, backups))
    if max_age is not None:
        _require_age(ready[0], max_age)
    return ready[0]


def list_restore_jobs(client: Client) -> list[RestoreJobModel]:
    """Return the project's restore jobs as far as the service lists them, the newest first."""
    return sorted(client.list_restore_jobs(), key=_created, reverse=True)


def _captured(backup: BackupModel) -> datetime:
    return backup.captured_at or _BEFORE_ALL_TIMES


def _created(job: RestoreJobModel) -> datetime:
    return job.created_at or _BEFORE_ALL_TIMES


def _of_live_indexes(client: Client) -> list[BackupModel]:
    """Return backups whose source index lives; where a version does not tell, by its name."""
    live = {index.name for index in client.list_indexes()}
    return [
        backup
        for backup in client.list_project_backups()
        if backup.source_index_deleted_at is None and backup.source_index_name in live
    ]


def _none_is_ready(index_name: str, backups: Sequence[BackupModel]) -> str:
    if not backups:
        return (
            f"There is no backup of an index named `{index_name}` in the project of the API key: "
            "check the name, or take a backup first."
        )
    shown = ", ".join(
        f"`{backup.backup_id}` is `{backup.status}`" for backup in backups[:_MOST_STATUSES_SHOWN]
    )
    more = len(backups) - _MOST_STATUSES_SHOWN
    rest = f", and {more} more" if more > 0 else ""
    return (
        f"No backup of index `{index_name}` is ready: {shown}{rest}. Wait for one, or take another."
    )


def _require_age(backup: BackupModel, limit: timedelta) -> None:
    subject = f"The newest ready backup of index `{backup.source_index_name}`, `{backup.backup_id}`"
    if backup.captured_at is None:
        raise PineconeBackupError(
            f"{subject}, has no creation time, so `max_age` cannot be checked: leave `max_age` out "
            "to use it."
        )
    if datetime.now(timezone.utc) - backup.captured_at > limit:
        raise PineconeBackupError(
            f"{subject}, was taken at {rfc3339(backup.captured_at)}, which is longer ago than "
            f"`max_age` allows ({limit}): take a backup, or allow more."
        )
