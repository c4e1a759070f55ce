"""Taking a backup, once: a lost answer is looked up before anything is sent again.

Backups carry no mark and have names that are not unique: a lost one is never adopted, only
reported. Source: every version, `create_backup`.
"""

from __future__ import annotations

import threading
import time

from pulumi_pinecone_backup.backup.properties import BackupInputs
from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.cancellation import pause
from pulumi_pinecone_backup.errors import ApiError, ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import missing, source_index
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel


class RecordedBackups:
    """The backups that the state of this process's stack records, by id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: set[str] = set()

    def add(self, backup_id: str) -> None:
        """Remember a recorded backup."""
        with self._lock:
            self._ids.add(backup_id)

    def __contains__(self, backup_id: str) -> bool:
        with self._lock:
            return backup_id in self._ids


def create_once(
    session: Session, inputs: BackupInputs, call: Call
) -> tuple[BackupModel, IndexModel]:
    """Post the backup, once; return it and the index that it is taken of.

    Raises:
        PineconeBackupError: The service did not take it; nothing was left behind, or the text
            names what may have been.
    """
    client = session.client()
    index = client.describe_index(inputs.index_name)
    why = source_index.refusal(index)
    if why is not None:
        raise ConfigurationError(why)
    known = _known(session, inputs, call)
    try:
        backup = client.create_backup(
            inputs.index_name, name=inputs.name, description=inputs.description
        )
    except PineconeBackupError as error:
        if not error.may_have_happened:
            raise
        if known is None:
            raise _in_doubt(inputs, error, None) from error
        found = _find_lost(session, inputs, known, error)
        backup = found or client.create_backup(
            inputs.index_name, name=inputs.name, description=inputs.description
        )
    return backup, index


def _known(session: Session, inputs: BackupInputs, call: Call) -> set[str] | None:
    """Return the ids of earlier backups of this name; report look-alikes of a lost run."""
    try:
        alike = _alike(session, inputs)
    except ApiError as error:
        messages.warn(
            f"earlier backups of index `{inputs.index_name}` could not be listed: if an earlier "
            f"run was lost, one named `{inputs.name}` may be left over. {error}",
            call,
        )
        return None
    if alike:
        ids = ", ".join(f"`{backup.backup_id}`" for backup in alike)
        messages.warn(
            f"index `{inputs.index_name}` has {len(alike)} earlier backup(s) named "
            f"`{inputs.name}` that may be left over from a lost run or a replacement: {ids}. "
            "Backups carry no mark, so they are never adopted: delete those that no state records",
            call,
        )
    return {backup.backup_id for backup in alike}


def _alike(session: Session, inputs: BackupInputs) -> list[BackupModel]:
    recorded = session.memory(RecordedBackups)
    return [
        backup
        for backup in session.client().list_index_backups(inputs.index_name)
        if backup.name == inputs.name and backup.backup_id not in recorded
    ]


def _find_lost(
    session: Session, inputs: BackupInputs, known: set[str], error: PineconeBackupError
) -> BackupModel | None:
    """Return the backup whose answer was lost, or None if the service has made none."""
    end = time.monotonic() + session.pace.lost_backup
    while True:
        try:
            fresh = [b for b in _alike(session, inputs) if b.backup_id not in known]
        except PineconeBackupError as failed:
            raise _in_doubt(inputs, error, failed) from failed
        if len(fresh) == 1:
            return fresh[0]
        if len(fresh) > 1:
            ids = ", ".join(f"`{backup.backup_id}`" for backup in fresh)
            raise ConfigurationError(
                f"the answer to the backup of `{inputs.index_name}` was lost, and several new "
                f"backups named `{inputs.name}` exist: {ids}. Delete them and run `pulumi up` again"
            ) from error
        if time.monotonic() > end:
            return None
        if not pause(session.pace.look_up):
            raise _in_doubt(inputs, error, None) from error


def _in_doubt(
    inputs: BackupInputs, error: PineconeBackupError, failed: PineconeBackupError | None
) -> PineconeBackupError:
    return missing.in_doubt(
        error,
        failed,
        f"A backup named `{inputs.name}` of index `{inputs.index_name}`",
        "The next `pulumi up` names what it finds and takes a new one: delete what no state "
        "records.",
    )
