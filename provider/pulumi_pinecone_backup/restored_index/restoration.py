"""Life of a `RestoredIndex`: start or continue a restore, follow it, verify it, keep it in shape.

From the moment the service accepts a restore its name is the Pulumi id, and everything that fails
later is a partial result: the state is kept and the next `up` continues. The index is the truth,
its restore job is advice. Source: every version, `create_index_from_backup_operation`,
`describe_index`, `configure_index`, `describe_restore_job`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from datetime import datetime, timezone

from pulumi_pinecone_backup.backup import start as backup_lifecycle
from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.engine.bridge import Call
from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ConflictError,
    JobFailedError,
    NotFoundError,
    PineconeBackupError,
    PreconditionError,
    VerificationError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.identity import new_mark
from pulumi_pinecone_backup.lifecycle.inputs import MARK_TAG, RestoredIndexInputs
from pulumi_pinecone_backup.lifecycle.outputs import Restore
from pulumi_pinecone_backup.restored_index import capacity, ownership, verification
from pulumi_pinecone_backup.restored_index import tags as restored_index_tags
from pulumi_pinecone_backup.restored_index.removal import delete_live, wait_until_gone
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import (
    BackupModel,
    CreateIndexFromBackupResponse,
    IndexModel,
    RestoreJobModel,
)
from pulumi_pinecone_backup.waiting import watchers as waiting
from pulumi_pinecone_backup.waiting.jobs import JobBoard

_APPEAR_SECONDS = 10.0
_POSTS = 3
_JOB_SECONDS = 10.0


class Operation:
    """One operation on one restored index: its inputs, what is known of it, and its deadline.

    Attributes:
        restore: What is known; outputs are built from it whenever the operation ends.
    """

    def __init__(
        self,
        client: Client,
        watchers: waiting.Watchers,
        jobs: JobBoard,
        inputs: RestoredIndexInputs,
        restore: Restore,
        call: Call,
        default_seconds: float,
    ) -> None:
        self.client = client
        self.watchers = watchers
        self.jobs = jobs
        self.inputs = inputs
        self.restore = restore
        self.call = call
        self.started = time.monotonic()
        self.deadline = self.started + (call.timeout_seconds or default_seconds)
        self._unmarked: str | None = None

    @property
    def name(self) -> str:
        """Name of the index, which is its Pulumi id."""
        return str(self.inputs.name)

    @property
    def live(self) -> IndexModel:
        """The index as last seen."""
        if self.restore.index is None:
            raise LookupError(f"index `{self.name}` was not looked at")
        return self.restore.index

    # Start

    def start(self) -> None:
        """Start the restore, or continue the one that a lost run has started.

        Raises:
            PineconeBackupError: Nothing of ours exists at the service.
        """
        self._start_at(None if session.current.has_seen_free(self.name) else self._live())

    def _start_at(self, live: IndexModel | None) -> None:
        """Start where `live` has the name, or nothing does."""
        while live is not None and (live.is_terminating or self.name in session.current.deleted):
            self._wait_until_gone()
            session.current.deleted.discard(self.name)
            live = self._live()
        if live is not None and not live.is_failed:
            self._continue(live)
            return
        backup = self._ready_backup()
        if live is not None:
            self._remove_failed(live)
        self.restore.recovery_point_at = backup.created_at
        self.restore.owner_mark = new_mark(self.inputs.identity)
        self._post(backup)

    def _remove_failed(self, live: IndexModel) -> None:
        """Remove what a lost run has left of a restore that failed; it holds nothing to protect."""
        ownership.require_own(live, self.inputs.identity, str(self.inputs.backup_id))
        if live.deletion_protection == "enabled":
            if self.inputs.deletion_protection != "disabled":
                raise ConfigurationError(ownership.protected_leftover_text(live))
            self.client.configure_index(self.name, deletion_protection="disabled")
            live = self.client.describe_index(self.name)
        engine_bridge.info(
            f"index `{live.name}`, whose restore by an earlier run failed, is removed and restored "
            "again",
            self.call,
        )
        delete_live(self.client, live, self.deadline)
        session.current.deleted.discard(self.name)

    def _live(self) -> IndexModel | None:
        try:
            return self.client.describe_index(self.name)
        except NotFoundError:
            return None

    def _ready_backup(self) -> BackupModel:
        """Return the backup, waiting while it is still being made."""
        backup = self._backup()
        if backup.is_failed:
            raise JobFailedError(
                f"backup `{backup.backup_id}` ended as {backup.status} and cannot be restored",
                resource_id=backup.backup_id,
                last_status=backup.status,
            )
        if backup.is_ready:
            return backup
        return backup_lifecycle.follow(self.watchers.backups, backup, self.call, self.deadline)

    def _backup(self) -> BackupModel:
        """Return the backup; once it was seen Ready, all that restore it share what was seen."""
        seen = self.watchers.ready_backups
        backup_id = str(self.inputs.backup_id)
        if backup_id not in seen:
            backup = self.client.describe_backup(backup_id)
            if not backup.is_ready:
                return backup
            seen[backup_id] = backup
        return seen[backup_id]

    def _continue(self, live: IndexModel) -> None:
        """Go on with an index that an earlier run of this resource has made."""
        backup_id = str(self.inputs.backup_id)
        ownership.require_own(live, self.inputs.identity, backup_id)
        engine_bridge.info(
            f"index `{live.name}` is this resource's already: it is continued, and nothing is "
            "restored; change `triggers` to restore it again",
            self.call,
        )
        self._recall(live)
        # What is restored already needs its backup no more: it may be gone.
        with contextlib.suppress(NotFoundError):
            self.restore.recovery_point_at = self._backup().created_at
        # Last, when nothing can fail any more: the state must know the mark that is live.
        self.restore.owner_mark = live.tags.get(MARK_TAG)
        self._unmarked = new_mark(self.inputs.identity)
        self._mark(live)

    def _mark(self, live: IndexModel) -> None:
        """Give a continued index its new mark, as soon as the service takes it."""
        if self._unmarked is None:
            return
        is_marked = live.tags.get(MARK_TAG) == self._unmarked
        if is_marked or ownership.take_over(self.client, live, self._unmarked):
            self.restore.owner_mark, self._unmarked = self._unmarked, None

    def _recall(self, live: IndexModel, *, fresh: bool = False) -> None:
        """Take over what the job of a live index tells; jobs are advice, also where they fail."""
        try:
            job = self.jobs.newest(self.name, self.inputs.backup_id, fresh=fresh)
        except PineconeBackupError:
            return
        if job is not None and _may_have_made(job, live):
            self.restore.restore_job_id = job.restore_job_id
            self.restore.index_id = job.target_index_id
            self.restore.restore_started_at = job.created_at or self.restore.restore_started_at

    def _post(self, backup: BackupModel) -> None:
        """Post the restore once; a lost answer is looked up before anything is sent again."""
        tags = restored_index_tags.for_restore(
            self.inputs, backup, self.restore.owner_mark, self.call
        )
        if MARK_TAG not in tags:
            self.restore.owner_mark = None
        lost = 0
        while True:
            try:
                answer = self._create(tags)
                break
            except ConflictError as error:
                if not self._found_after(error):
                    live = self._live()
                    if live is None:
                        raise
                    # A killed run's request may arrive after this run has looked.
                    self._start_at(live)
                return
            except PreconditionError:
                self.watchers.ready_backups.pop(backup.backup_id, None)
                self._ready_backup()
                if time.monotonic() > self.deadline or not waiting.pause(waiting.RETRY_SECONDS):
                    raise
            except PineconeBackupError as error:
                if not error.may_have_happened:
                    raise
                if self._found_after(error):
                    return
                lost += 1
                if lost >= _POSTS:
                    raise
        self.restore.restore_job_id = answer.restore_job_id
        self.restore.index_id = answer.index_id

    def _create(self, tags: Mapping[str, str]) -> CreateIndexFromBackupResponse:
        self.restore.restore_started_at = datetime.now(timezone.utc)
        wanted = capacity.wanted(self.inputs)
        sendable = wanted if self.client.supports("restore_read_capacity") else None
        return self.client.create_index_from_backup(
            str(self.inputs.backup_id),
            name=self.name,
            tags=tags,
            deletion_protection=self.inputs.deletion_protection,
            read_capacity=sendable,
        )

    def _found_after(self, error: PineconeBackupError) -> bool:
        """Return whether our own index has appeared although the answer was lost."""
        end = time.monotonic() + _APPEAR_SECONDS
        while True:
            live = self._live()
            if live is not None:
                if (
                    live.tags.get(MARK_TAG) != self.restore.owner_mark
                    or not self.restore.owner_mark
                ):
                    return False
                self._recall(live, fresh=True)
                return True
            if time.monotonic() > end:
                return False
            if not waiting.pause(1.0):
                raise error

    # Follow

    def look_once(self) -> None:
        """Take over what the service shows right after the start, without waiting."""
        live = self._live()
        if live is not None:
            self._mark(live)
        self.restore.index = live
        self.restore.status = live.status.state if live else "Initializing"
        self.restore.project = live.project if live else self.restore.project

    def follow(self) -> None:
        """Wait until the index is ready.

        Raises:
            JobFailedError: The restore ended as failed or cancelled.
            WaitTimeoutError: It was still going on at the deadline.
        """
        self.restore.status = self.restore.status or "Initializing"
        absence = waiting.Absence(seen=self.restore.index is not None)

        def ended(look: IndexModel | None) -> IndexModel | None:
            if absence.is_certain(look):
                raise self.vanished()
            if look is None:
                return None
            self.restore.index, self.restore.project = look, look.project
            self.restore.status = look.status.state
            if look.is_terminating:
                return None  # this index, or a late answer that tells of the one before it
            self._mark(look)
            if look.is_failed:
                raise self._failed(look.status.state, f"the index is {look.status.state}")
            if look.is_ready:
                self.restore.status = "Ready"
                return look
            return None

        try:
            self.watchers.indexes.wait(self.name, ended, deadline=self.deadline, on_look=self._show)
        except WaitTimeoutError as error:
            raise self._timed_out(error) from error
        self._note_completion()

    def _show(self, look: IndexModel | None) -> None:
        """Show progress, and end the wait where the job has ended badly."""
        job = self.jobs.look(self.restore.restore_job_id, max_age=_JOB_SECONDS)
        if job is not None and job.is_failed and not (look and look.is_ready):
            self.restore.status = job.status
            raise self._failed(job.status, f"its restore job ended as {job.status}")
        state = look.status.state if look else "not visible yet"
        text = f"restoring {self.name} from {self.inputs.backup_id}: {state}"
        waiting.show(
            self.call, f"{text}, job {self.restore.restore_job_id or 'unknown'}", self.started
        )

    def _note_completion(self) -> None:
        if self.restore.restore_job_id is None:
            self._recall(self.live, fresh=True)
        job = self.jobs.look_when_ready(self.restore.restore_job_id)
        if job is not None:
            self.restore.restore_started_at = job.created_at or self.restore.restore_started_at
        if self.restore.restore_completed_at is None:
            done = job.completed_at if job else None
            self.restore.restore_completed_at = done or datetime.now(timezone.utc)

    def vanished(self) -> JobFailedError:
        """Note that somebody has deleted the index, and return the error that says so."""
        self.restore.status = "Failed"
        return JobFailedError(
            f"index `{self.name}` is not there any more: somebody has deleted it; the next `pulumi "
            f"up` restores backup `{self.inputs.backup_id}` again",
            resource_id=self.name,
            last_status="Failed",
        )

    def _failed(self, status: str, why: str) -> JobFailedError:
        return JobFailedError(
            f"the restore of backup `{self.inputs.backup_id}` to index `{self.name}` failed: {why} "
            f"(job `{self.restore.restore_job_id or 'unknown'}`); the next `pulumi up` removes the "
            "failed index and restores again",
            resource_id=self.name,
            last_status=status,
        )

    def _timed_out(self, error: WaitTimeoutError) -> WaitTimeoutError:
        return WaitTimeoutError(
            f"the restore of backup `{self.inputs.backup_id}` to index `{self.name}` goes on "
            f"(state {self.restore.status}, job `{self.restore.restore_job_id or 'unknown'}`): the "
            f"wait {error}; `pulumi up` goes on waiting, and `custom_timeouts` allows more time",
            resource_id=self.name,
            last_status=str(self.restore.status),
        )

    # Verify

    def verify(self) -> None:
        """Verify as the inputs ask, and note the time that recovery took.

        Raises:
            VerificationError: A check failed; the index is kept.
        """
        index = self.restore.index
        if index is None or self.inputs.verify == "none":
            self.restore.verification = verification.skipped('`verify` is "none"')
            self._note_rto(0.0)
            return
        began = time.monotonic()
        try:
            backup = self._backup()
        except NotFoundError:
            self.restore.verification = verification.skipped("the backup does not exist any more")
            self._note_rto(0.0)
            return
        rows = verification.verify_schema(backup, index)
        if self.inputs.verify == "records":
            rows += verification.verify_records(
                self.client,
                backup,
                index,
                allow_empty=self.inputs.allow_empty,
                on_progress=lambda text: waiting.show(self.call, text, self.started),
                pause=waiting.pause,
                deadline=self.deadline,
            )
        self.restore.verification = rows
        self._note_rto(time.monotonic() - began)
        if verification.failures(rows):
            raise VerificationError(
                f"index `{self.name}` is not a full copy of backup `{backup.backup_id}`: "
                f"{verification.summary(rows)}. The index is kept; `pulumi up` verifies again, a "
                "changed `triggers` restores again",
                resource_id=self.name,
                last_status="verification failed",
            )

    def _note_rto(self, verification_seconds: float) -> None:
        started, completed = self.restore.restore_started_at, self.restore.restore_completed_at
        if started and completed:
            seconds = (completed - started).total_seconds() + verification_seconds
            self.restore.rto_seconds = round(max(seconds, 0.0), 3)

    # Shape

    def shape(self) -> None:
        """Bring tags and protection of the live index to what the inputs ask."""
        live = self.restore.index
        if live is None:
            return
        tags = restored_index_tags.patch(self.client, self.inputs, live, self.restore.recorded)
        wanted = self.inputs.deletion_protection
        protection = wanted if wanted not in (None, live.deletion_protection) else None
        if tags or protection:
            self.client.configure_index(
                self.name, tags=tags or None, deletion_protection=protection
            )
            self.refresh()

    def complete(self) -> None:
        """Do everything that follows an accepted restore: wait, shape, verify, scale.

        Raises:
            PineconeBackupError: Something did not end well; what is known is in `restore`.
        """
        if not self.inputs.wait:
            self.look_once()
            capacity.say_later(self)
            self.restore.verification = verification.skipped("`wait` is False")
            return
        self.follow()
        self.shape()
        self.verify()
        capacity.converge(self)

    def refresh(self) -> None:
        """Read the live index again after a change."""
        self.restore.index = self.client.describe_index(self.name)
        self.restore.project = self.restore.index.project or self.restore.project

    def _wait_until_gone(self) -> None:
        waiting.show(self.call, f"waiting until the old {self.name} is gone", self.started)
        wait_until_gone(self.watchers, self.name, self.deadline)


def _may_have_made(job: RestoreJobModel, live: IndexModel) -> bool:
    """Return whether a job can be that of a live index: an older index may have had its name."""
    if job.is_failed:
        return live.is_failed
    return live.is_ready or not job.is_completed


def refuse_foreign(index: IndexModel, recorded_mark: str | None) -> None:
    """Return if a live index is this state entry's.

    Raises:
        ConfigurationError: Another state entry has taken it over, or its mark is gone.
    """
    how = ownership.standing(index, recorded_mark)
    if how in ownership.FOREIGN:
        raise ConfigurationError(ownership.describe_standing(index, how))
