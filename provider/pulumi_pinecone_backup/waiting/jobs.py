"""What restore jobs say, asked by all waits together: advice that may be missing, late or wrong.

Nobody waits for advice: a question is asked in the background, one at a time, and whoever wants to
know reads what the last one brought. Only who has seen an index become ready waits a moment, for
the times that its job tells.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from pulumi_pinecone_backup.engine.cancellation import cancelled, on_cancel
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import RestoreJobModel
from pulumi_pinecone_backup.waiting.pace import JobsPace
from pulumi_pinecone_backup.waiting.shared_answer import SharedAnswer

_PAGE = 100


class JobBoard:
    """The restore jobs of a project, asked for at most as often as the most curious wait wants.

    One wait describes its job; several share the list.
    """

    def __init__(self, client: Client, pace: JobsPace) -> None:
        self._client = client
        self._pace = pace
        self._changed = threading.Condition()
        self._is_asking = False
        self._jobs: dict[str, RestoreJobModel] = {}
        self._open: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        self._list_pages = 1
        self._past: list[RestoreJobModel] = []
        self._listing: SharedAnswer[list[RestoreJobModel]] = SharedAnswer()
        on_cancel(self._wake)

    def look(self, restore_job_id: str | None) -> RestoreJobModel | None:
        """Return what was last heard of a job; ask in the background if that is too old.

        Args:
            restore_job_id: The job, or None where it is not known.
        """
        if not restore_job_id:
            return None
        now, max_age = time.monotonic(), self._pace.max_age
        with self._changed:
            known = self._jobs.get(restore_job_id)
            since = self._open.setdefault(restore_job_id, now)
            asked = self._asked.get(restore_job_id, since + self._pace.first - max_age)
            due = max(max_age, self._pace.share_of_age * (now - since))
            if not _is_over(known) and now - asked >= due:
                self._ask(restore_job_id)
            return known

    def look_when_ready(self, restore_job_id: str | None) -> RestoreJobModel | None:
        """Return a job whose index is ready, as it is now if it can be had within a moment."""
        if not restore_job_id:
            return None
        called = time.monotonic()
        with self._changed:
            self._open.setdefault(restore_job_id, called)
            while (left := called + self._pace.when_ready - time.monotonic()) > 0:
                known = self._jobs.get(restore_job_id)
                if _is_over(known) or self._heard.get(restore_job_id, 0.0) >= called:
                    break
                if cancelled.is_set():
                    break
                self._ask(restore_job_id)
                self._changed.wait(left)
            self._open.pop(restore_job_id, None)
            return self._jobs.get(restore_job_id)

    def newest(
        self, index_name: str, backup_id: str | None, *, fresh: bool = False
    ) -> RestoreJobModel | None:
        """Return the newest job of an index name.

        Args:
            index_name: Name of the index.
            backup_id: The backup that it was restored from; None takes any.
            fresh: True asks again; else one list serves all who ask for what it shows.

        Raises:
            PineconeBackupError: The jobs could not be listed.
        """
        found = None if fresh else _newest(self._past, index_name, backup_id)
        if found is None:
            # A question that is under way was asked before this one: fresh answers are one's own.
            list_jobs = self._client.list_restore_jobs
            self._past = list_jobs() if fresh else self._listing.get(list_jobs)
            found = _newest(self._past, index_name, backup_id)
        return found

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _ask(self, restore_job_id: str) -> None:
        """Start a question unless one is under way; the caller holds the lock."""
        if self._is_asking:
            return
        self._is_asking = True
        open_ids = [key for key in self._open if not _is_over(self._jobs.get(key))]
        try:
            threading.Thread(
                target=self._answer, args=(restore_job_id, open_ids), name="job-board", daemon=True
            ).start()
        except RuntimeError:  # the machine has no thread left at the moment
            self._is_asking = False

    def _answer(self, restore_job_id: str, open_ids: list[str]) -> None:
        """Ask for all jobs where that is cheaper than for each."""
        begun = time.monotonic()
        jobs: list[RestoreJobModel] = []
        asked = [restore_job_id]
        try:
            if len(open_ids) > self._list_pages:
                asked = open_ids
                jobs = self._client.list_restore_jobs(confirm=False)
                self._list_pages = max(1, -(-len(jobs) // _PAGE))
            if restore_job_id not in {job.restore_job_id for job in jobs}:
                jobs.append(self._client.describe_restore_job(restore_job_id))
        except PineconeBackupError:
            pass  # advice only: the index is the truth
        finally:
            with self._changed:
                found = {j.restore_job_id: j for j in jobs if j.restore_job_id in self._open}
                self._jobs |= found
                self._asked |= dict.fromkeys(asked, begun)
                self._heard |= dict.fromkeys({restore_job_id, *found}, begun)
                self._is_asking = False
                self._changed.notify_all()


def _is_over(job: RestoreJobModel | None) -> bool:
    return job is not None and (job.is_failed or job.is_completed or job.completed_at is not None)


def _newest(
    jobs: Iterable[RestoreJobModel], index_name: str, backup_id: str | None
) -> RestoreJobModel | None:
    dated = [
        (job.created_at.timestamp() if job.created_at else 0.0, number, job)
        for number, job in enumerate(jobs)
        if job.target_index_name == index_name and backup_id in (None, job.backup_id)
    ]
    return max(dated)[2] if dated else None
