"""What restore jobs say, asked by all waits together: advice that may be missing or late."""

from __future__ import annotations

import threading
import time

from .client import Client
from .errors import PineconeBackupError
from .models import RestoreJobModel

_PAGE = 100
_FIRST_SECONDS = 2.0


class JobBoard:
    """The restore jobs of a project, asked for at most as often as the most curious wait wants.

    One wait describes its job; several share the list. Only one thread asks at a time; the others
    read what was there before, so that a slow request holds nobody back.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._jobs: dict[str, RestoreJobModel] = {}
        self._due: dict[str, float] = {}
        self._list_pages = 1

    def look(self, restore_job_id: str | None, *, max_age: float) -> RestoreJobModel | None:
        """Return what was last heard of a job, asking if that is older than `max_age` seconds."""
        if not restore_job_id:
            return None
        now = time.monotonic()
        with self._lock:
            known = self._jobs.get(restore_job_id)
            due = self._due.setdefault(restore_job_id, now + _FIRST_SECONDS)
        if (known is None or not _is_over(known)) and now >= due and self._asking.acquire(False):
            try:
                self._ask(restore_job_id, max_age)
            finally:
                self._asking.release()
        with self._lock:
            return self._jobs.get(restore_job_id)

    def look_when_ready(self, restore_job_id: str | None) -> RestoreJobModel | None:
        """Return a job whose index is ready, asked now unless its end is known already."""
        if not restore_job_id:
            return None
        with self._asking:
            known = self._jobs.get(restore_job_id)
            if known is None or not _is_over(known):
                self._ask(restore_job_id, _FIRST_SECONDS)
        with self._lock:
            self._due.pop(restore_job_id, None)
            return self._jobs.get(restore_job_id)

    def _ask(self, restore_job_id: str, max_age: float) -> None:
        """Ask for all jobs where that is cheaper than for each; the caller holds `_asking`."""
        with self._lock:
            open_ids = [key for key in self._due if not _is_over(self._jobs.get(key))]
        asked, jobs = [restore_job_id], []
        try:
            if len(open_ids) > self._list_pages:
                jobs = self._client.list_restore_jobs(confirm=False)
                self._list_pages = max(1, -(-len(jobs) // _PAGE))
                asked = open_ids
            if restore_job_id not in {job.restore_job_id for job in jobs}:
                jobs.append(self._client.describe_restore_job(restore_job_id))
        except PineconeBackupError:
            pass  # advice only: the index is the truth
        due = time.monotonic() + max_age
        with self._lock:
            self._jobs |= {job.restore_job_id: job for job in jobs}
            self._due |= dict.fromkeys(asked, due)


def _is_over(job: RestoreJobModel | None) -> bool:
    return job is not None and (job.is_failed or job.completed_at is not None)
