"""Deletion of an index at the service, up to the moment when it is really gone."""

from __future__ import annotations

from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ForbiddenError,
    NotFoundError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.restored_index.diff import protected_text
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexModel
from pulumi_pinecone_backup.waiting import watchers as waiting


def delete_live(client: Client, live: IndexModel, deadline: float) -> None:
    """Delete an index and wait until it is gone.

    Raises:
        ConfigurationError: It is protected; nothing was deleted.
        WaitTimeoutError: It was still there at the deadline.
    """
    if live.deletion_protection == "enabled":
        raise ConfigurationError(f"not deleted: {protected_text(live.name)}")
    if not live.is_terminating:
        try:
            client.delete_index(live.name)
        except NotFoundError:
            return
        except ForbiddenError as error:
            if client.describe_index(live.name).deletion_protection == "enabled":
                raise ConfigurationError(f"not deleted: {protected_text(live.name)}") from error
            raise
    with session.current.lock:
        session.current.deleted.add(live.name)
    wait_until_gone(session.current.watchers(), live.name, deadline)


def wait_until_gone(watchers: waiting.Watchers, name: str, deadline: float) -> None:
    """Wait until an index that is being deleted is gone.

    Raises:
        WaitTimeoutError: It was still there at the deadline.
    """
    try:
        watchers.indexes.wait(name, lambda look: True if look is None else None, deadline=deadline)
    except WaitTimeoutError as error:
        raise WaitTimeoutError(
            f"index `{name}` is being deleted, but is still there: the wait {error}; run the same "
            "command again",
            resource_id=name,
            last_status="Terminating",
        ) from error
