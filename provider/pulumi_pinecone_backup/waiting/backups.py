"""Waiting for a backup: a `Backup` waits for its own, a restore for the one that it needs."""

from __future__ import annotations

import time

from pulumi_pinecone_backup.engine import rows
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import JobFailedError, WaitTimeoutError
from pulumi_pinecone_backup.service.models import BackupModel
from pulumi_pinecone_backup.waiting.pace import Pace
from pulumi_pinecone_backup.waiting.watcher import Watcher
from pulumi_pinecone_backup.waiting.watchers import Absence


def wait_until_backup_is_ready(
    watcher: Watcher[BackupModel],
    backup: BackupModel,
    call: Call,
    pace: Pace,
    deadline: float,
) -> BackupModel:
    """Wait until a backup is Ready and return it.

    Raises:
        JobFailedError: The service could not make it, or it was deleted.
        WaitTimeoutError: It was still being made at the deadline.
    """
    started = time.monotonic()
    last = backup
    absence = Absence(pace)

    def ended(look: BackupModel | None) -> BackupModel | None:
        nonlocal last
        if absence.is_certain(look):
            raise JobFailedError(
                f"backup `{last.backup_id}` of index `{last.source_index_name}` does not exist any "
                "more: it was deleted; the next `pulumi up` takes a new one",
                resource_id=last.backup_id,
                last_status="Failed",
            )
        if look is None:
            return None
        last = look
        if look.is_failed:
            raise JobFailedError(
                f"backup `{look.backup_id}` of index `{look.source_index_name}` ended as "
                f"{look.status}; the next `pulumi up` takes a new one",
                resource_id=look.backup_id,
                last_status=look.status,
            )
        return look if look.is_ready else None

    def show(look: BackupModel | None) -> None:
        status = look.status if look else last.status
        rows.show(call, f"{status}: backup {backup.backup_id}", started)

    try:
        return watcher.wait(backup.backup_id, ended, deadline=deadline, on_look=show)
    except WaitTimeoutError as error:
        raise WaitTimeoutError(
            f"backup `{backup.backup_id}` of index `{backup.source_index_name}` is still "
            f"{last.status}: the wait {error}; `pulumi up` goes on waiting, and "
            "`custom_timeouts` allows more time",
            resource_id=backup.backup_id,
            last_status=last.status,
        ) from error
