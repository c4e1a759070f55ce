"""The watchers of one process, and when a 404 means that an object is gone."""

from __future__ import annotations

import time

from pulumi_pinecone_backup.service.answers import PAGE_LIMIT
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel
from pulumi_pinecone_backup.waiting.pace import Pace
from pulumi_pinecone_backup.waiting.watcher import Watcher


class Watchers:
    """The watchers of one process and key.

    Attributes:
        ready_backups: Backups that were seen Ready, by id: from then on they do not change.
    """

    def __init__(self, client: Client, pace: Pace) -> None:
        self.indexes: Watcher[IndexModel] = Watcher(
            client.describe_index,
            client.list_indexes,
            lambda index: index.name,
            pace=pace.watcher,
        )
        self.backups: Watcher[BackupModel] = Watcher(
            client.describe_backup,
            lambda: client.list_project_backups(confirm=False),
            lambda backup: backup.backup_id,
            pace=pace.watcher,
            page=PAGE_LIMIT,
        )
        self.ready_backups: dict[str, BackupModel] = {}


class Absence:
    """Tells when a 404 counts: an object may show late, and an answer may be an old one.

    Args:
        pace: How long an object must be missing.
        seen: Whether the object has been seen already.
    """

    def __init__(self, pace: Pace, *, seen: bool = False) -> None:
        self._pace = pace
        self._seen = seen
        self._since: float | None = None

    def is_certain(self, look: object | None) -> bool:
        """Return whether the object is gone, after one more look at it."""
        if look is not None:
            self._seen, self._since = True, None
            return False
        if self._since is None:
            self._since = time.monotonic()
        enough = self._pace.gone if self._seen else self._pace.never_seen
        return time.monotonic() - self._since >= enough
