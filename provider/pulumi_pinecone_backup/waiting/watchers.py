"""How long operations wait, on what, and what their rows show meanwhile.

Where the engine draws on a terminal, the text of a row is renewed while it waits, more rarely the
longer it takes and the more rows there are. Everywhere else each text would be a line of a log:
there a row gets one, and only if it waits at all.
"""

from __future__ import annotations

import threading
import time

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.engine import rows as terminal
from pulumi_pinecone_backup.engine.bridge import Call
from pulumi_pinecone_backup.service.answers import PAGE_LIMIT
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel
from pulumi_pinecone_backup.waiting.watcher import Watcher as Watcher
from pulumi_pinecone_backup.waiting.watcher import duration as duration

CREATE_SECONDS = 6 * 3600.0
UPDATE_SECONDS = 3600.0
DELETE_SECONDS = 900.0
RETRY_SECONDS = 2.0
GONE_SECONDS = 10.0
NEVER_SEEN_SECONDS = 300.0

_CHANGE_SECONDS = 0.25
_RENEW_SECONDS = 2.0
_RENEW_SHARE = 0.02
_LINES_A_SECOND = 20
_PLAIN_AFTER_SECONDS = 2.0

_lock = threading.Lock()
_shown: dict[str, tuple[float, str]] = {}


class Watchers:
    """The watchers of one process and key.

    Attributes:
        ready_backups: Backups that were seen Ready, by id: from then on they do not change.
    """

    def __init__(self, client: Client) -> None:
        self.indexes: Watcher[IndexModel] = Watcher(
            client.describe_index, client.list_indexes, lambda index: index.name
        )
        self.backups: Watcher[BackupModel] = Watcher(
            client.describe_backup,
            lambda: client.list_project_backups(confirm=False),
            lambda backup: backup.backup_id,
            page=PAGE_LIMIT,
        )
        self.ready_backups: dict[str, BackupModel] = {}


class Absence:
    """Tells when a 404 counts: an object may show late, and an answer may be an old one.

    Args:
        seen: Whether the object has been seen already.
    """

    def __init__(self, *, seen: bool = False) -> None:
        self._seen = seen
        self._since: float | None = None

    def is_certain(self, look: object | None) -> bool:
        """Return whether the object is gone, after one more look at it."""
        if look is not None:
            self._seen, self._since = True, None
            return False
        if self._since is None:
            self._since = time.monotonic()
        enough = GONE_SECONDS if self._seen else NEVER_SEEN_SECONDS
        return time.monotonic() - self._since >= enough


def pause(seconds: float) -> bool:
    """Wait that long; return False at once when the engine cancels."""
    return not engine_bridge.cancelled.wait(seconds)


def show(call: Call, text: str, started: float) -> None:
    """Show state and elapsed time of an operation on its resource's row."""
    if call.urn and _is_due(call.urn, text, time.monotonic() - started):
        engine_bridge.progress(f"{text}, {duration(time.monotonic() - started)}", call)


def _is_due(urn: str, text: str, elapsed: float) -> bool:
    now = time.monotonic()
    with _lock:
        shown_at, shown = _shown.get(urn, (None, ""))
        if terminal.is_live():
            most = max(_RENEW_SECONDS, _RENEW_SHARE * elapsed, len(_shown) / _LINES_A_SECOND)
            due = shown_at is None or now - shown_at >= (most if text == shown else _CHANGE_SECONDS)
        else:
            due = shown_at is None and elapsed >= _PLAIN_AFTER_SECONDS
        if due:
            _shown[urn] = (now, text)
    return due
