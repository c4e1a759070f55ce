"""Which backup a drill restores: a given one, the newest, or any of the last days."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta, timezone

from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.restore_drill.declaration import Pick
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel

_UNDATED = datetime.min.replace(tzinfo=timezone.utc)


def choose_backup(
    client: Client,
    index: str,
    *,
    backup_id: str | None = None,
    pick: Pick = "latest",
    within_days: float | None = None,
) -> BackupModel:
    """Return the backup to restore.

    Args:
        client: The service.
        index: Name of the source index, which may be gone.
        backup_id: The backup; None picks one.
        pick: The one with the newest data, or any.
        within_days: How old the data of the picked one may be.

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
    recent = [backup for backup in ready if _is_recent(backup, within_days)]
    if not recent:
        raise PineconeBackupError(
            f"index `{index}` has {len(ready)} ready backups, and none of the last {within_days:g} "
            "days: take one, or allow more days"
        )
    if pick == "random":
        return secrets.choice(recent)
    return max(recent, key=lambda backup: backup.captured_at or _UNDATED)


def _is_recent(backup: BackupModel, within_days: float | None) -> bool:
    if within_days is None:
        return True
    captured = backup.captured_at
    return captured is not None and datetime.now(timezone.utc) - captured <= timedelta(within_days)
