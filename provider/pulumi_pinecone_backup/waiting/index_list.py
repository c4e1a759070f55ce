"""The project's indexes for many reads at once: a refresh needs one list, not an answer for each.

A list that is a moment old serves every read of that moment. What it does not show, or shows as
anything but Ready, has to describe itself; so have the first few, which are all that most stacks
have.
"""

from __future__ import annotations

import threading
import time

from pulumi_pinecone_backup.errors import ApiError, InvalidResponseError, TransportError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexModel
from pulumi_pinecone_backup.waiting.pace import Pace
from pulumi_pinecone_backup.waiting.shared_answer import SharedAnswer


class IndexList:
    """Indexes by name, as a list showed them a moment ago.

    Args:
        client: The service.
        pace: How many reads make a list worthwhile, and how old it may be.
    """

    def __init__(self, client: Client, pace: Pace) -> None:
        self._client = client
        self._pace = pace
        self._lock = threading.Lock()
        self._reads = 0
        self._asking: SharedAnswer[dict[str, IndexModel]] = SharedAnswer()
        self._listed: dict[str, IndexModel] = {}
        self._listed_at: float | None = None
        self._is_refused = False

    def find(self, name: str) -> IndexModel | None:
        """Return a Ready index as the list shows it; None where it has to describe itself.

        Raises:
            WaitTimeoutError: The run was cancelled, or the operation's time was over.
        """
        with self._lock:
            self._reads += 1
            if self._is_refused or self._reads <= self._pace.single_reads:
                return None
            is_recent = (
                self._listed_at is not None
                and time.monotonic() - self._listed_at < self._pace.list_age
            )
        rows = self._listed if is_recent else self._ask()
        found = rows.get(name)
        return found if found is not None and found.is_ready else None

    def _ask(self) -> dict[str, IndexModel]:
        try:
            return self._asking.get(self._list)
        except (ApiError, InvalidResponseError, TransportError):
            # Each index describes itself then, and tells what is wrong.
            with self._lock:
                self._is_refused = True
            return {}

    def _list(self) -> dict[str, IndexModel]:
        begun = time.monotonic()
        rows = {index.name: index for index in self._client.list_indexes()}
        with self._lock:
            self._listed, self._listed_at = rows, begun
        return rows
