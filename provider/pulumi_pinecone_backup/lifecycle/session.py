"""What one plugin process keeps: settings, one client, watchers, restore jobs, lists and memories.

Handlers hold nothing, because they are pickled. A process serves one stack and one operation, so
nothing here needs to be forgotten before it ends. What a rule must remember is a class beside that
rule; `Session.memory` keeps the one instance of it. Nothing is asked of the service under a lock of
the session.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, TypeVar

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.cancellation import cancelled
from pulumi_pinecone_backup.lifecycle.lists import Lists
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.settings import Settings
from pulumi_pinecone_backup.waiting.index_list import IndexList
from pulumi_pinecone_backup.waiting.jobs import JobBoard
from pulumi_pinecone_backup.waiting.pace import DEFAULT_PACE, Pace
from pulumi_pinecone_backup.waiting.watchers import Watchers

Memory = TypeVar("Memory")


class Session:
    """State of one plugin process.

    Args:
        config: The stack's configuration, by full key.
        pace: How long everything waits.

    Attributes:
        package: The Pulumi package whose resources are served; a door sets it.
    """

    def __init__(self, config: Mapping[str, str] | None = None, pace: Pace = DEFAULT_PACE) -> None:
        self.config: Mapping[str, str] = config or {}
        self.pace = pace
        self.package = "pulumi-python"
        self._project: str | None = None
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._watchers: Watchers | None = None
        self._jobs: JobBoard | None = None
        self._index_list: IndexList | None = None
        self._memories: dict[type[Any], Any] = {}
        self.lists = Lists(self.client, lambda: self.config, pace)

    def configure(self, config: Mapping[str, Any]) -> None:
        """Take the stack's configuration over."""
        self.config = {key: str(value) for key, value in config.items()}

    def belongs_to(self, urn: str | None) -> None:
        """Take over which Pulumi project is served, from the URN of one of its resources."""
        if urn and self._project is None:
            self._project = urn.split("::")[1]

    def client(self) -> Client:
        """Return the process's one client.

        Raises:
            ConfigurationError: No key, or settings that cannot be used.
        """
        with self._lock:
            if self._client is None:
                settings = Settings.resolve(self.config, os.environ, project=self._project)
                self._client = Client(
                    settings,
                    on_warning=messages.warn,
                    backoff=self.pace.backoff,
                    cancelled=cancelled,
                )
            return self._client

    def has_client(self) -> bool:
        """Return whether settings were good enough for a client."""
        return self._client is not None

    def watchers(self) -> Watchers:
        """Return the process's watchers."""
        client = self.client()
        with self._lock:
            if self._watchers is None:
                self._watchers = Watchers(client, self.pace)
            return self._watchers

    def jobs(self) -> JobBoard:
        """Return the process's board of restore jobs."""
        client = self.client()
        with self._lock:
            if self._jobs is None:
                self._jobs = JobBoard(client, self.pace.jobs)
            return self._jobs

    def index_list(self) -> IndexList:
        """Return the process's list of indexes, for many reads at once."""
        client = self.client()
        with self._lock:
            if self._index_list is None:
                self._index_list = IndexList(client, self.pace)
            return self._index_list

    def memory(self, kind: type[Memory]) -> Memory:
        """Return the process's one instance of a memory, made without arguments when first used."""
        with self._lock:
            found: Memory = self._memories.setdefault(kind, kind())
            return found


_current = Session()


def current() -> Session:
    """Return the session of this process, for a front door."""
    return _current


def begin(session: Session) -> None:
    """Start over with another session, as a new process would."""
    global _current
    _current = session
