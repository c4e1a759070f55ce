"""Deletion of an index at the service, up to the moment when it is really gone."""

from __future__ import annotations

import threading

from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ForbiddenError,
    NotFoundError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.lifecycle import missing
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index.protection import protected_text
from pulumi_pinecone_backup.service.models import IndexModel
from pulumi_pinecone_backup.waiting.watcher import Watcher


class DeletedIndexes:
    """The names of indexes whose deletion this process has asked for: they may still show."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: set[str] = set()

    def add(self, name: str) -> None:
        """Remember that an index is being deleted."""
        with self._lock:
            self._names.add(name)

    def discard(self, name: str) -> None:
        """Forget an index that is gone."""
        with self._lock:
            self._names.discard(name)

    def __contains__(self, name: str) -> bool:
        with self._lock:
            return name in self._names


def delete_and_wait(session: Session, live: IndexModel, deadline: float) -> None:
    """Delete an index and wait until it is gone.

    Raises:
        ConfigurationError: It is protected; nothing was deleted.
        WaitTimeoutError: It still existed at the deadline.
    """
    client = session.client()
    if live.deletion_protection == "enabled":
        raise ConfigurationError(f"not deleted: {protected_text(live.name)}")
    if not live.is_terminating:
        try:
            client.delete_index(live.name)
        except NotFoundError as error:
            if missing.find_index(client, live.name) is None:
                return
            raise ConfigurationError(
                f"index `{live.name}` was not deleted: the service does not find it, but lists it. "
                "Run the same command again later"
            ) from error
        except ForbiddenError as error:
            if client.describe_index(live.name).deletion_protection == "enabled":
                raise ConfigurationError(f"not deleted: {protected_text(live.name)}") from error
            raise
    session.memory(DeletedIndexes).add(live.name)
    wait_until_gone(session.watchers().indexes, live.name, deadline)


def wait_until_gone(watcher: Watcher[IndexModel], name: str, deadline: float) -> None:
    """Wait until an index that is being deleted is gone.

    Raises:
        WaitTimeoutError: It still existed at the deadline.
    """
    try:
        watcher.wait(name, lambda look: True if look is None else None, deadline=deadline)
    except WaitTimeoutError as error:
        raise WaitTimeoutError(
            f"index `{name}` is being deleted, but still exists: the wait {error}; run the same "
            "command again",
            resource_id=name,
            last_status="Terminating",
        ) from error
