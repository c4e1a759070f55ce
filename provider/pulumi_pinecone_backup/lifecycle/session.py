"""What one plugin process remembers: its client, cached lists, and what it saw of each resource.

Handlers hold no state, because they are pickled; this module holds it. A process serves one stack
and one operation, so nothing here needs to be forgotten before it ends.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel
from pulumi_pinecone_backup.service.settings import Settings, has_api_key
from pulumi_pinecone_backup.waiting import watchers as waiting
from pulumi_pinecone_backup.waiting.jobs import JobBoard

PREFLIGHT_SECONDS = 5.0


@dataclass
class Newer:
    """The object that this process has made, continued or found unchanged for a resource."""

    object_id: str
    is_ready: Callable[[], bool]


@dataclass(frozen=True)
class Decision:
    """What a check has decided for a resource that a state records.

    Attributes:
        digest: Stands for the program's inputs, so that the same question gets the same answer.
        inputs: What the check answered: pinned values in place of the program's.
        anew: The same with the program's values: what a new object is made with.
        continues: Whether a create that diff did not ask for continues the live object.
    """

    digest: str
    inputs: dict[str, Any]
    anew: dict[str, Any]
    continues: bool


@dataclass
class Session:
    """State of one plugin process; every access is under its lock."""

    config: Mapping[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    scheduled: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    replacing: set[str] = field(default_factory=set)
    lifting: set[str] = field(default_factory=set)
    recorded_ids: set[str] = field(default_factory=set)
    proven_projects: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    newest: dict[str, Newer] = field(default_factory=dict)
    _client: Client | None = None
    _watchers: waiting.Watchers | None = None
    _jobs: JobBoard | None = None
    _preflight: dict[str, Any] = field(default_factory=dict)

    def client(self) -> Client:
        """Returns the process's one client.

        Raises:
            ConfigurationError: No key, or settings that cannot be used.
        """
        with self.lock:
            if self._client is None:
                settings = Settings.resolve(self.config, os.environ)
                self._client = Client(
                    settings, on_warning=engine_bridge.warn, cancelled=engine_bridge.cancelled
                )
            return self._client

    def watchers(self) -> waiting.Watchers:
        """Return the process's watchers."""
        with self.lock:
            if self._watchers is None:
                self._watchers = waiting.Watchers(self.client())
            return self._watchers

    def jobs(self) -> JobBoard:
        """Return the process's board of restore jobs."""
        with self.lock:
            if self._jobs is None:
                self._jobs = JobBoard(self.client())
            return self._jobs

    def has_client(self) -> bool:
        """Return whether settings were good enough for a client."""
        return self._client is not None

    def indexes(self) -> dict[str, IndexModel] | None:
        """Returns the project's indexes by name, asked once per process; None if not to be had."""
        found: dict[str, IndexModel] | None = self._cached(
            "indexes", lambda c: {i.name: i for i in c.list_indexes()}
        )
        return found

    def has_seen_free(self, index_name: str) -> bool:
        """Returns whether the list that this process has asked for shows no such index."""
        with self.lock:
            listed = self._preflight.get("indexes")
            return (
                listed is not None and index_name not in listed and index_name not in self.deleted
            )

    def backups(self) -> dict[str, BackupModel] | None:
        """Returns the project's backups by id, asked once per process; None if not to be had."""
        found: dict[str, BackupModel] | None = self._cached(
            "backups", lambda c: {b.backup_id: b for b in c.list_project_backups()}
        )
        return found

    def _cached(self, what: str, ask: Callable[[Client], dict[str, Any]]) -> Any:
        with self.lock:
            if what not in self._preflight:
                self._preflight[what] = self._ask(ask)
            return self._preflight[what]

    def _ask(self, ask: Callable[[Client], dict[str, Any]]) -> dict[str, Any] | None:
        if self._preflight.get("unavailable"):
            return None
        try:
            settings = self.client().settings
            if not settings.preflight:
                return None
            # A preview without a network should not wait as long as a restore would.
            with Client(
                settings,
                on_warning=engine_bridge.warn,
                retry_seconds=PREFLIGHT_SECONDS,
                cancelled=engine_bridge.cancelled,
            ) as client:
                return ask(client)
        except ConfigurationError as error:
            if has_api_key(self.config, os.environ):
                raise
            text = str(error)
        except PineconeBackupError as error:
            text = f"{error} `up` will need the service."
        self._preflight["unavailable"] = True
        engine_bridge.warn(f"nothing was checked at the service: {text}")
        return None

    def prove(self, project: str | None) -> None:
        """Remembers that the key reads this project."""
        if project:
            with self.lock:
                self.proven_projects.add(project)


current = Session()


def configure(config: Mapping[str, Any]) -> None:
    """Takes the stack's configuration over. Called by every handler's `configure`."""
    with current.lock:
        current.config = {key: str(value) for key, value in config.items()}
