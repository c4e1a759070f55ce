"""Which backup is restored: a given one, the newest, that of a time, or any of the last days."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta, timezone
from typing import Literal

from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel

_UNDATED = datetime.min.replace(tzinfo=timezone.utc)


def choose_backup(
    client: Client,
    index: str,
    *,
    backup_id: str | None = None,
    pick: Literal["latest", "random"] = "latest",
    within_days: float | None = None,
    as_of: datetime | None = None,
) -> BackupModel:
    """Return the backup to restore.

    Args:
        client: The service.
        index: Name of the source index, which may be gone.
        backup_id: The backup; None picks one.
        pick: The one with the newest data, or any.
        within_days: How old the data of the picked one may be.
        as_of: Its data must have been captured by then.

    Raises:
        PineconeBackupError: There is none, or it is of another index.
    """
    if backup_id is not None:
        backup = client.describe_backup(backup_id)
        if backup.source_index_name != index:
            raise PineconeBackupError(
                f"backup `{backup_id}` is of index `{backup.source_index_name}`, not of `{index}`"
            )
        return backup
    found = [b for b in client.list_project_backups() if b.source_index_name == index]
    ready = [backup for backup in found if backup.is_ready]
    if not ready:
        raise PineconeBackupError(
            f"index `{index}` has no ready backup in the project of the API key, of {len(found)} "
            "in all: take one, or check the name"
        )
    if as_of is not None:
        ready = [backup for backup in ready if _is_captured_by(backup, as_of)]
        if not ready:
            raise PineconeBackupError(
                f"index `{index}` has no ready backup whose data was captured by "
                f"{as_of.isoformat()}: `pulumi_pinecone_backup.list_backups()` tells the times"
            )
    recent = [backup for backup in ready if _is_recent(backup, within_days)]
    if not recent:
        raise PineconeBackupError(
            f"index `{index}` has {len(ready)} ready backups, and none of the last {within_days:g} "
            "days: take one, or allow more days"
        )
    if pick == "random":
        return secrets.choice(recent)
    return max(recent, key=lambda backup: backup.captured_at or _UNDATED)


def _is_captured_by(backup: BackupModel, as_of: datetime) -> bool:
    return backup.captured_at is not None and backup.captured_at <= as_of


def _is_recent(backup: BackupModel, within_days: float | None) -> bool:
    if within_days is None:
        return True
    captured = backup.captured_at
    return captured is not None and datetime.now(timezone.utc) - captured <= timedelta(within_days)
