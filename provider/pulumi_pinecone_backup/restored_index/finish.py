"""What follows an accepted restore: wait, tags and protection, verification, read capacity.

Source: every version, `configure_index`; `describe_index_stats` of the data plane.
"""

from __future__ import annotations

import time

from pulumi_pinecone_backup.errors import NotFoundError, VerificationError
from pulumi_pinecone_backup.restored_index import capacity, queries, sample, tags, verification
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.restored_index.wait import look_once, wait_until_ready


def complete(restoration: Restoration) -> None:
    """Do everything that follows an accepted restore.

    Raises:
        PineconeBackupError: Something did not end well; what is known is in `restore`.
    """
    if not restoration.inputs.wait:
        look_once(restoration)
        capacity.say_later(restoration)
        restoration.restore.verification = verification.skipped("`wait` is False")
        return
    wait_until_ready(restoration)
    apply_tags_and_protection(restoration)
    verify(restoration)
    capacity.converge(restoration)


def apply_tags_and_protection(restoration: Restoration) -> None:
    """Bring tags and protection of the live index to what the inputs ask."""
    live = restoration.restore.index
    if live is None:
        return
    changed_tags = tags.patch(
        restoration.client, restoration.inputs, live, restoration.restore.recorded
    )
    wanted = restoration.inputs.deletion_protection
    protection = wanted if wanted not in (None, live.deletion_protection) else None
    if changed_tags or protection:
        restoration.client.configure_index(
            restoration.name, tags=changed_tags or None, deletion_protection=protection
        )
        restoration.refresh()


def verify(restoration: Restoration) -> None:
    """Verify as the inputs ask, and note the time that recovery took.

    Raises:
        VerificationError: A check failed; the index is kept.
    """
    restore, inputs = restoration.restore, restoration.inputs
    began = time.monotonic()
    restore.verification = _rows(restoration)
    _note_rto(restoration, time.monotonic() - began)
    if verification.failures(restore.verification):
        raise VerificationError(
            f"index `{restoration.name}` is not a full copy of backup `{inputs.backup_id}`: "
            f"{verification.summary(restore.verification)}. The index is kept; `pulumi up` "
            "verifies again, a changed `triggers` restores again",
            resource_id=restoration.name,
            last_status="verification failed",
        )


def _rows(restoration: Restoration) -> list[verification.VerificationRow]:
    """Return the rows of the verification that the inputs ask for."""
    index, inputs = restoration.restore.index, restoration.inputs
    if index is None or inputs.verify == "none":
        return verification.skipped('`verify` is "none"')
    try:
        backup = restoration.backup()
    except NotFoundError:
        return verification.skipped("the backup does not exist any more")
    rows = verification.verify_schema(backup, index)
    if inputs.verify in ("records", "sample"):
        rows += verification.verify_records(
            restoration.client,
            backup,
            index,
            allow_empty=inputs.allow_empty,
            on_progress=restoration.show,
            pace=restoration.session.pace,
            deadline=restoration.deadline,
        )
    if inputs.verify == "sample":
        rows += sample.verify_sample(
            restoration.client,
            backup,
            index,
            fingerprint=inputs.fingerprint,
            tolerance=inputs.sample_tolerance or 0.0,
            is_temporary=restoration.is_temporary,
            on_progress=restoration.show,
            pace=restoration.session.pace,
        )
    return rows + queries.verify_queries(restoration.client, index, inputs.checks or ())


def _note_rto(restoration: Restoration, verification_seconds: float) -> None:
    restore = restoration.restore
    if restore.restore_seconds is not None:
        restore.rto_seconds = round(restore.restore_seconds + verification_seconds, 3)
