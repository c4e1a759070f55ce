"""The wait for a restored index: the index is the truth, its restore job is advice.

Source: every version, `describe_index`, `describe_restore_job`.
"""

from __future__ import annotations

import time

from pulumi_pinecone_backup.errors import WaitTimeoutError
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.service.models import IndexModel
from pulumi_pinecone_backup.waiting.watchers import Absence


def look_once(restoration: Restoration) -> None:
    """Take over what the service shows right after the start, without waiting."""
    live, restore = restoration.look(), restoration.restore
    if live is not None:
        restoration.mark(live)
    restore.index = live
    restore.status = live.status.state if live else "Initializing"
    restore.project = live.project if live else restore.project
    _note_times(restoration)


def wait_until_ready(restoration: Restoration) -> None:
    """Wait until the index is ready.

    Raises:
        JobFailedError: The restore ended as failed or cancelled.
        WaitTimeoutError: It was still going on at the deadline.
    """
    restore = restoration.restore
    restore.status = restore.status or "Initializing"
    absence = Absence(restoration.session.pace, seen=restore.index is not None)

    def ended(look: IndexModel | None) -> IndexModel | None:
        if absence.is_certain(look):
            raise restoration.vanished()
        if look is None:
            return None
        restore.index, restore.project = look, look.project
        restore.status = look.status.state
        if look.is_terminating:
            return None  # this index, or a late answer that tells of the one before it
        restoration.mark(look)
        if look.is_failed:
            raise restoration.failed(look.status.state, f"the index is {look.status.state}")
        if look.is_ready:
            restore.status, restore.seen_ready = "Ready", time.monotonic()
            return look
        return None

    try:
        restoration.session.watchers().indexes.wait(
            restoration.name,
            ended,
            deadline=restoration.deadline,
            on_look=lambda look: _show(restoration, look),
        )
    except WaitTimeoutError as error:
        raise _timed_out(restoration, error) from error
    _note_times(restoration)


def _show(restoration: Restoration, look: IndexModel | None) -> None:
    """Show progress, and end the wait where the job has ended badly."""
    restore = restoration.restore
    job = restoration.session.jobs().look(restore.restore_job_id)
    if job is not None and job.is_failed and not (look and look.is_ready):
        restore.status = job.status
        raise restoration.failed(job.status, f"its restore job ended as {job.status}")
    state = look.status.state if look else "not visible yet"
    restoration.show(f"{state}: restoring {restoration.name} from {restoration.backup_id}")


def _note_times(restoration: Restoration) -> None:
    """Take over the times that the job tells; the index is the truth, also without them."""
    restore = restoration.restore
    if restore.restore_job_id is None and restore.index is not None:
        restoration.recall(restore.index, fresh=True)
    job = restoration.session.jobs().look_when_ready(restore.restore_job_id)
    if job is not None:
        restore.restore_started_at = job.created_at or restore.restore_started_at
        restore.restore_completed_at = job.completed_at or restore.restore_completed_at


def _timed_out(restoration: Restoration, error: WaitTimeoutError) -> WaitTimeoutError:
    restore = restoration.restore
    return WaitTimeoutError(
        f"the restore of backup `{restoration.backup_id}` to index `{restoration.name}` goes on "
        f"(state {restore.status}, job `{restore.restore_job_id or 'unknown'}`): the wait {error}; "
        "`pulumi up` goes on waiting, and `custom_timeouts` allows more time",
        resource_id=restoration.name,
        last_status=str(restore.status),
    )
