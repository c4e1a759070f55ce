"""The project's indexes and backups as a preview sees them: each list is asked for once.

The engine checks one resource after the other, so that a request for each of them would make a
preview slow. Where the service cannot be asked, that is said once, and the preview goes on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.cancellation import cancelled
from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.deadlines import requests_until
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel
from pulumi_pinecone_backup.service.settings import has_api_key
from pulumi_pinecone_backup.waiting.pace import Pace
from pulumi_pinecone_backup.waiting.shared_answer import SharedAnswer

Model = TypeVar("Model")


class _Once(Generic[Model]):
    """One list, asked for when it is first wanted; whoever wants it meanwhile waits for it."""

    def __init__(self) -> None:
        self.asking: SharedAnswer[dict[str, Model] | None] = SharedAnswer()
        self.is_asked = False
        self.rows: dict[str, Model] | None = None


class Lists:
    """What a preview knows of the project.

    Args:
        client: Returns the process's client.
        config: Returns the stack's configuration.
        pace: How long a list may take.
    """

    def __init__(
        self,
        client: Callable[[], Client],
        config: Callable[[], Mapping[str, str]],
        pace: Pace,
    ) -> None:
        self._client = client
        self._config = config
        self._pace = pace
        self._indexes: _Once[IndexModel] = _Once()
        self._backups: _Once[BackupModel] = _Once()
        self._is_unavailable = False

    def indexes(self) -> dict[str, IndexModel] | None:
        """Return the project's indexes by name; None if they are not available."""
        return self._get(
            self._indexes, lambda client: {index.name: index for index in client.list_indexes()}
        )

    def backups(self) -> dict[str, BackupModel] | None:
        """Return the project's backups by id; None if they are not available."""
        return self._get(
            self._backups,
            lambda client: {backup.backup_id: backup for backup in client.list_project_backups()},
        )

    def seen_indexes(self) -> dict[str, IndexModel] | None:
        """Return the indexes if they were listed before; ask for nothing."""
        return self._indexes.rows

    def _get(
        self, once: _Once[Model], ask: Callable[[Client], dict[str, Model]]
    ) -> dict[str, Model] | None:
        if not once.is_asked:
            once.rows = once.asking.get(lambda: self._ask(ask))
            once.is_asked = True
        return once.rows

    def _ask(self, ask: Callable[[Client], dict[str, Model]]) -> dict[str, Model] | None:
        if self._is_unavailable:
            return None
        try:
            settings = self._client().settings
            if not settings.preflight:
                return None
            # A preview without a network should not wait as long as a restore would.
            with (
                Client(
                    settings,
                    on_warning=messages.warn,
                    read_timeout_seconds=self._pace.preflight,
                    backoff=self._pace.backoff,
                    retry_seconds=self._pace.preflight,
                    cancelled=cancelled,
                ) as client,
                requests_until(time.monotonic() + self._pace.preflight_list),
            ):
                return ask(client)
        except ConfigurationError as error:
            if has_api_key(self._config(), os.environ):
                raise
            text = str(error)
        except PineconeBackupError as error:
            text = f"{error} `up` will need the service."
        self._is_unavailable = True
        messages.warn(f"nothing was checked at the service: {text}")
        return None
