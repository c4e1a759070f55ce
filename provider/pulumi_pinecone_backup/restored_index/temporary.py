"""An index that is restored for a while: to prove a backup, or to copy records from it.

Its name follows from an identity that nothing else has, and it is deleted however its use ends.
Only an index that carries the mark of that identity is touched.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.cancellation import pause
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, derived_name, without_pending
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index.finish import complete
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.restored_index.removal import wait_until_gone
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.restored_index.start import start
from pulumi_pinecone_backup.service.deadlines import requests_until
from pulumi_pinecone_backup.service.models import IndexModel

PURPOSE_TAG: Final = "purpose"
PURPOSES: Final = {"restore-drill": "drill", "recovery": "recover"}
"""The tag of a temporary index, and what its name begins with."""


class TemporaryIndex:
    """A restore of one backup that is deleted again.

    Args:
        session: Settings and client.
        call: The engine's call, where there is one.
        purpose: One of `PURPOSES`.
        index: Name of the source index.
        backup_id: What is restored.
        identity: Whose it is, so that a later run finds it; None is this run's alone.
        seconds: When to give the restore up.
        inputs: Inputs of the restored index: how it is verified.
    """

    def __init__(
        self,
        session: Session,
        call: Call,
        purpose: str,
        index: str,
        backup_id: str,
        *,
        identity: str | None,
        seconds: float,
        **inputs: Any,
    ) -> None:
        self.identity = identity or new_identity()
        own = {
            "identity": self.identity,
            "backup_id": backup_id,
            "name": temporary_name(purpose, index, self.identity),
            "tags": {PURPOSE_TAG: purpose},
            "deletion_protection": "disabled",
            **inputs,
        }
        parsed = parse(RestoredIndexInputs, own)
        self.restoration = Restoration(session, call, parsed, Restore(), seconds)
        self.restoration.is_temporary = True

    @property
    def name(self) -> str:
        """Name of the index."""
        return self.restoration.name

    def restore(self, say: Callable[[str], None]) -> IndexModel:
        """Restore and verify it, or go on with what an earlier run of this identity has left.

        Args:
            say: Told now and then how far it is.

        Raises:
            PineconeBackupError: It did not end well; `restoration.restore` has what is known.
        """
        with _ticking(self.restoration, say), requests_until(self.restoration.deadline):
            start(self.restoration)
            complete(self.restoration)
        return self.restoration.live

    def delete(self) -> None:
        """Delete it and wait until it is gone; nothing happens if it was never asked for.

        Raises:
            PineconeBackupError: It may still be there.
        """
        restoration, restore = self.restoration, self.restoration.restore
        if restore.owner_mark is None:
            return  # nothing was asked of the service
        # The answer may have been cut off: then the index can appear a little later.
        is_in_doubt = restore.posted is not None and not restore.restore_job_id
        end = time.monotonic() + (restoration.session.pace.lost_drill if is_in_doubt else 0.0)
        while True:
            try:
                live = restoration.client.describe_index(self.name)
                break
            except NotFoundError:
                if time.monotonic() >= end:
                    return
                if not pause(restoration.session.pace.look_up):
                    raise PineconeBackupError(
                        "the run was cancelled before it could show"
                    ) from None
        if without_pending(live.tags.get(MARK_TAG)) != restore.owner_mark:
            raise PineconeBackupError("it does not carry this run's mark")
        restoration.client.delete_index(self.name)
        deadline = time.monotonic() + restoration.session.pace.delete
        wait_until_gone(restoration.session.watchers().indexes, self.name, deadline)


@contextmanager
def _ticking(restoration: Restoration, say: Callable[[str], None]) -> Iterator[None]:
    """Say now and then how far a restore is."""
    done = threading.Event()

    def tick() -> None:
        while not done.wait(restoration.session.pace.tick):
            elapsed = duration(time.monotonic() - restoration.started)
            say(f"{restoration.restore.status or 'starting'}, {elapsed}")

    threading.Thread(target=tick, name="temporary index", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def new_identity() -> str:
    """Return an identity that nothing else has."""
    return secrets.token_hex(6)


def temporary_name(purpose: str, index: str, identity: str) -> str:
    """Return the name of a temporary index."""
    return derived_name(f"{PURPOSES[purpose]}-{index}", identity, None)


def leftovers(indexes: Iterable[IndexModel]) -> list[str]:
    """Return a line for each temporary index, with the command that deletes it.

    That of a running command looks the same as that of a killed one.
    """
    found = []
    for live in indexes:
        word = PURPOSES.get(live.tags.get(PURPOSE_TAG, ""))
        if word is not None and live.name.startswith(f"{word}-"):
            what = {"drill": "a drill", "recover": "`recover`"}[word]
            found.append(
                f"index {live.name} is that of {what}, running or killed: if none is running, "
                f"delete it, for example with `pc index delete --name {live.name}`"
            )
    return found
