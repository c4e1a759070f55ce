"""The fingerprint of a backup: a sample of its source index, taken while the backup is made."""

from __future__ import annotations

from pulumi_pinecone_backup.backup.properties import BackupInputs
from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.proof import fingerprint
from pulumi_pinecone_backup.service.models import IndexModel


def take_fingerprint(
    session: Session, inputs: BackupInputs, source: IndexModel, call: Call
) -> str | None:
    """Return the fingerprint that the inputs ask for; None, with a warning, where none can be had.

    The backup exists by now: whatever happens here, its id must reach the state.
    """
    if not inputs.fingerprint_records:
        return None
    try:
        taken = fingerprint.take(session.client(), source.host, inputs.fingerprint_records)
        return fingerprint.encode(taken)
    except Exception as error:  # noqa: BLE001, RUF100 - the backup is good without it
        messages.warn(
            f"no fingerprint of index `{inputs.index_name}` was taken: {error} The backup is not "
            'affected; a restore of it with `verify="sample"` needs the live source',
            call,
        )
        return None
