"""One restore on its way: what was asked for, what is known of it, and how long it may take.

From the moment the service accepts a restore its name is the Pulumi id, and everything that fails
later is a partial result: the state is kept and the next `up` continues. The index is the truth,
its restore job is advice. The steps are in `start`, `wait` and `finish`.
"""

from __future__ import annotations

import time

from pulumi_pinecone_backup.engine import rows
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import JobFailedError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import missing
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, without_pending
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index import ownership
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel, RestoreJobModel


class Restoration:
    """One operation on one restored index.

    Attributes:
        session: The process's session.
        client: The session's client.
        call: The engine's call.
        inputs: What was asked for.
        restore: What is known; outputs are built from it whenever the operation ends.
        started: `time.monotonic()` at the operation's start.
        deadline: `time.monotonic()` at which the operation ends.
        next_mark: The mark that a continued index gets as soon as the service takes it.
        is_temporary: Whether the index is deleted again, as that of a drill is.
    """

    def __init__(
        self,
        session: Session,
        call: Call,
        inputs: RestoredIndexInputs,
        restore: Restore,
        seconds: float,
    ) -> None:
        self.session = session
        self.client = session.client()
        self.call = call
        self.inputs = inputs
        self.restore = restore
        self.started = time.monotonic()
        self.deadline = self.started + (call.timeout_seconds or seconds)
        self.next_mark: str | None = None
        self.is_temporary = False
        self._mark_due = self.started
        self._mark_interval = session.pace.retry

    @property
    def name(self) -> str:
        """Name of the index, which is its Pulumi id."""
        return str(self.inputs.name)

    @property
    def backup_id(self) -> str:
        """Id of the backup to restore."""
        return str(self.inputs.backup_id)

    @property
    def live(self) -> IndexModel:
        """The index as last seen."""
        if self.restore.index is None:
            raise LookupError(f"index `{self.name}` was not looked at")
        return self.restore.index

    def look(self) -> IndexModel | None:
        """Return the live index, or None where there is none; remember nothing."""
        return missing.find_index(self.client, self.name)

    def refresh(self) -> None:
        """Read the live index again after a change.

        Raises:
            ConfigurationError: It does not exist any more, or the key reads another project.
        """
        live = self.look()
        if live is None:
            raise missing.vanished(self.session, self.restore.project, f"index `{self.name}`")
        self.restore.index = live
        self.restore.project = self.restore.index.project or self.restore.project

    def backup(self) -> BackupModel:
        """Return the backup; once it was seen Ready, all that restore it share what was seen."""
        seen = self.session.watchers().ready_backups
        if self.backup_id not in seen:
            backup = self.client.describe_backup(self.backup_id)
            if not backup.is_ready:
                return backup
            seen[self.backup_id] = backup
        return seen[self.backup_id]

    def recall(self, live: IndexModel, *, fresh: bool = False) -> None:
        """Take over what the job of a live index tells; jobs are advice, also where they fail."""
        try:
            job = self.session.jobs().newest(self.name, self.inputs.backup_id, fresh=fresh)
        except PineconeBackupError:
            return
        if job is not None and _may_have_made(job, live):
            self.restore.restore_job_id = job.restore_job_id
            self.restore.index_id = job.target_index_id
            self.restore.restore_started_at = job.created_at or self.restore.restore_started_at

    def mark(self, live: IndexModel) -> None:
        """Give a continued index its new mark, as soon as the service takes it."""
        if self.next_mark is None:
            return
        if without_pending(live.tags.get(MARK_TAG)) != self.next_mark:
            if time.monotonic() < self._mark_due:
                return
            if not ownership.take_over(self.client, live, self.next_mark):
                self._mark_due = time.monotonic() + self._mark_interval
                self._mark_interval *= 2
                return
        self.restore.owner_mark, self.next_mark = self.next_mark, None

    def show(self, text: str) -> None:
        """Show on the resource's row what the operation waits for."""
        rows.show(self.call, text, self.started)

    def vanished(self) -> JobFailedError:
        """Note that the index was deleted, and return the error that says so."""
        self.restore.status = "Failed"
        return JobFailedError(
            f"index `{self.name}` does not exist any more: it was deleted outside of this program; "
            f"the next `pulumi up` restores backup `{self.inputs.backup_id}` again",
            resource_id=self.name,
            last_status="Failed",
        )

    def failed(self, status: str, why: str) -> JobFailedError:
        """Return the error for a restore that ended badly."""
        return JobFailedError(
            f"the restore of backup `{self.inputs.backup_id}` to index `{self.name}` failed: {why} "
            f"(job `{self.restore.restore_job_id or 'unknown'}`); the next `pulumi up` removes the "
            "failed index and restores again",
            resource_id=self.name,
            last_status=status,
        )


def _may_have_made(job: RestoreJobModel, live: IndexModel) -> bool:
    """Return whether a job can be that of a live index: an older index may have had its name."""
    if job.is_failed:
        return live.is_failed
    return live.is_ready or not job.is_completed
