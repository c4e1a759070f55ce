"""The start of a restore: post it once, or continue what a lost run has started.

Source: every version, `create_index_from_backup_operation`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from enum import Enum, auto

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.cancellation import pause
from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ConflictError,
    JobFailedError,
    NotFoundError,
    PineconeBackupError,
    PreconditionError,
)
from pulumi_pinecone_backup.lifecycle import missing
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, new_mark, pending, without_pending
from pulumi_pinecone_backup.restored_index import capacity, ownership, tags
from pulumi_pinecone_backup.restored_index.removal import (
    DeletedIndexes,
    delete_and_wait,
    wait_until_gone,
)
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.service.models import (
    BackupModel,
    CreateIndexFromBackupResponse,
    IndexModel,
)
from pulumi_pinecone_backup.waiting.backups import wait_until_backup_is_ready

_MOST_POSTS = 3


class Posted(Enum):
    """What became of a restore request.

    `ACCEPTED`: the service took it. `FOUND`: the answer was lost, and the index exists with this
    run's mark. `NAME_TAKEN`: an index of that name exists, which this run has not made.
    """

    ACCEPTED = auto()
    FOUND = auto()
    NAME_TAKEN = auto()


def start(restoration: Restoration) -> None:
    """Start the restore, or continue the one that a lost run has started.

    Raises:
        PineconeBackupError: Nothing of ours exists at the service.
    """
    live = None if _is_known_free(restoration) else restoration.look()
    for _ in range(_MOST_POSTS):
        live = _without_old_index(restoration, live)
        if live is not None and not live.is_failed:
            _continue(restoration, live)
            return
        backup = _ready_backup(restoration)
        if live is not None:
            _remove_failed(restoration, live)
        restoration.restore.recovery_point_at = backup.captured_at
        restoration.restore.owner_mark = new_mark(restoration.inputs.identity, restoration.name)
        if _post(restoration, backup) is not Posted.NAME_TAKEN:
            return
        # A killed run's request may arrive after this run has looked.
        live = restoration.look()
    raise ConfigurationError(
        f"index `{restoration.name}` was made and deleted by others while it was being restored: "
        "choose another `name`, or run `pulumi up` again"
    )


def _is_known_free(restoration: Restoration) -> bool:
    """Return whether the list that this process has asked for shows no index of the name."""
    listed = restoration.session.lists.seen_indexes()
    deleted = restoration.session.memory(DeletedIndexes)
    # The start of a fleet asks for its restores after that list was read.
    is_alone = not restoration.inputs.is_soft
    is_free = listed is not None and restoration.name not in listed
    return is_alone and is_free and restoration.name not in deleted


def _without_old_index(restoration: Restoration, live: IndexModel | None) -> IndexModel | None:
    """Wait until an index that is being deleted is gone; return what has the name then."""
    deleted = restoration.session.memory(DeletedIndexes)
    while live is not None and (live.is_terminating or restoration.name in deleted):
        restoration.show(f"waiting until the old {restoration.name} is gone")
        wait_until_gone(
            restoration.session.watchers().indexes, restoration.name, restoration.deadline
        )
        deleted.discard(restoration.name)
        live = restoration.look()
    return live


def _ready_backup(restoration: Restoration) -> BackupModel:
    """Return the backup, waiting while it is still being made."""
    backup = restoration.backup()
    if backup.is_failed:
        raise JobFailedError(
            f"backup `{backup.backup_id}` ended as {backup.status} and cannot be restored",
            resource_id=backup.backup_id,
            last_status=backup.status,
        )
    if backup.is_ready:
        return backup
    return wait_until_backup_is_ready(
        restoration.session.watchers().backups,
        backup,
        restoration.call,
        restoration.session.pace,
        restoration.deadline,
    )


def _remove_failed(restoration: Restoration, live: IndexModel) -> None:
    """Remove what a lost run has left of a restore that failed; it holds nothing to protect."""
    ownership.require_own(
        restoration.session, live, restoration.inputs.identity, restoration.backup_id
    )
    if live.deletion_protection == "enabled":
        if restoration.inputs.deletion_protection != "disabled":
            raise ConfigurationError(ownership.protected_leftover_text(live))
        restoration.client.configure_index(restoration.name, deletion_protection="disabled")
        live = restoration.client.describe_index(restoration.name)
    messages.info(
        f"index `{live.name}`, whose restore by an earlier run failed, is removed and restored "
        "again",
        restoration.call,
    )
    delete_and_wait(restoration.session, live, restoration.deadline)
    restoration.session.memory(DeletedIndexes).discard(restoration.name)


def _continue(restoration: Restoration, live: IndexModel) -> None:
    """Go on with an index that an earlier run of this resource has made."""
    ownership.require_own(
        restoration.session, live, restoration.inputs.identity, restoration.backup_id
    )
    if not restoration.inputs.is_soft:
        messages.info(
            f"index `{live.name}`, left by an unfinished run of this resource, is continued: "
            "nothing is restored",
            restoration.call,
        )
    restoration.recall(live)
    # What is restored already needs its backup no more: it may be gone.
    with contextlib.suppress(NotFoundError):
        restoration.restore.recovery_point_at = restoration.backup().captured_at
    # Last, when nothing can fail any more: the state must know the mark that is live.
    restoration.restore.owner_mark = without_pending(live.tags.get(MARK_TAG))
    restoration.next_mark = new_mark(restoration.inputs.identity, restoration.name)
    restoration.mark(live)


def _post(restoration: Restoration, backup: BackupModel) -> Posted:
    """Post the restore; a lost answer is looked up before anything is sent again.

    Raises:
        PineconeBackupError: The service did not take it.
    """
    restore, session = restoration.restore, restoration.session
    mark = pending(str(restore.owner_mark))
    posted_tags = tags.for_restore(restoration.inputs, backup, mark, restoration.call)
    if MARK_TAG not in posted_tags:
        restore.owner_mark = None
    lost = 0
    while True:
        try:
            answer = _create(restoration, posted_tags)
        except ConflictError as error:
            if _find_own(restoration, error):
                return Posted.FOUND
            if restoration.look() is None:
                raise
            return Posted.NAME_TAKEN
        except PreconditionError:
            session.watchers().ready_backups.pop(backup.backup_id, None)
            _ready_backup(restoration)
            if time.monotonic() > restoration.deadline or not pause(session.pace.retry):
                raise
        except PineconeBackupError as error:
            if not error.may_have_happened:
                raise
            if _find_own(restoration, error):
                return Posted.FOUND
            lost += 1
            if lost >= _MOST_POSTS:
                raise
        else:
            restore.restore_job_id = answer.restore_job_id
            restore.index_id = answer.index_id
            return Posted.ACCEPTED


def _create(
    restoration: Restoration, posted_tags: Mapping[str, str]
) -> CreateIndexFromBackupResponse:
    restoration.restore.posted = time.monotonic()
    takes_capacity = restoration.client.supports("restore_read_capacity")
    return restoration.client.create_index_from_backup(
        restoration.backup_id,
        name=restoration.name,
        tags=posted_tags,
        deletion_protection=restoration.inputs.deletion_protection,
        read_capacity=capacity.wanted(restoration.inputs) if takes_capacity else None,
    )


def _find_own(restoration: Restoration, error: PineconeBackupError) -> bool:
    """Return whether this run's index has appeared although the answer was lost."""
    end = time.monotonic() + restoration.session.pace.lost_restore
    while True:
        try:
            live = restoration.look()
        except PineconeBackupError as failed:
            if not error.may_have_happened:
                raise
            raise _in_doubt(restoration, error, failed) from failed
        if live is not None:
            mark = restoration.restore.owner_mark
            if not mark or without_pending(live.tags.get(MARK_TAG)) != mark:
                return False
            restoration.recall(live, fresh=True)
            return True
        if time.monotonic() > end:
            return False
        if not pause(restoration.session.pace.look_up):
            if not error.may_have_happened:
                raise error
            raise _in_doubt(restoration, error, None) from error


def _in_doubt(
    restoration: Restoration, error: PineconeBackupError, failed: PineconeBackupError | None
) -> PineconeBackupError:
    return missing.in_doubt(
        error,
        failed,
        f"Index `{restoration.name}`",
        "The next `pulumi up` goes on with it if this restore was accepted, and restores if not.",
    )
