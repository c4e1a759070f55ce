"""Backups that go: deleted, expired, gone in the end."""

from __future__ import annotations

from pulumi_pinecone_backup.emulator.state import backups, records
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import failed_precondition
from pulumi_pinecone_backup.emulator.state.state import State


def has_pending_restore(state: State, backup_id: str) -> bool:
    """Tell whether a restore of a backup is not done yet."""
    row = state.connection.execute(
        "SELECT 1 FROM restore_jobs WHERE backup_id = ? AND status = 'Pending' LIMIT 1",
        (backup_id,),
    ).fetchone()
    return row is not None


def delete(state: State, project: str, backup_id: str, fault: Fault | None = None) -> None:
    """Delete a backup: it answers for a while and is gone then."""
    row = backups.describe(state, project, backup_id)
    if row["gone_at"] is not None:
        return
    if has_pending_restore(state, backup_id):
        raise failed_precondition(
            f"Backup {backup_id} has pending restore jobs. Wait until they are completed."
        )
    now = state.clock.now()
    gone_at = now + state.settings.delete_seconds
    with state.change() as connection:
        connection.execute("UPDATE backups SET gone_at = ? WHERE key = ?", (gone_at, row["key"]))
        state.effect(now, f"backup deleting {backup_id}", project=project)
        if not (fault and fault.kind == "never_finish"):
            state.plan(gone_at, "backup_gone", row["key"])
    state.settle()


def gone(state: State, ref: str, at: float) -> None:
    """Carry out the end of a backup's deletion."""
    row = backups.find_by_key(state, int(ref))
    if row is not None:
        _remove(state, row, at)


def expired(state: State, ref: str, at: float) -> None:
    """Carry out the expiry of a scheduled backup."""
    row = backups.find_by_key(state, int(ref))
    if row is None or row["gone_at"] is not None or row["expires_at"] > at:
        return  # The retention was changed since.
    if has_pending_restore(state, row["backup_id"]):
        state.plan(at + 3600, "backup_expired", ref)
        return
    state.effect(at, f"backup expired {row['backup_id']}", project=row["project"])
    _remove(state, row, at)


def expire_after(state: State, schedule_id: str, seconds: float) -> None:
    """Let the unexpired backups of a schedule expire so long after their run; inside a change."""
    for row in state.connection.execute(
        "SELECT key, scheduled_at FROM backups WHERE schedule_id = ? AND gone_at IS NULL",
        (schedule_id,),
    ).fetchall():
        expires_at = row["scheduled_at"] + seconds
        state.connection.execute(
            "UPDATE backups SET expires_at = ? WHERE key = ?", (expires_at, row["key"])
        )
        state.plan(expires_at, "backup_expired", row["key"])


def _remove(state: State, row: Row, at: float) -> None:
    records.drop(state.connection, backups.owner(row["key"]))
    state.connection.execute("DELETE FROM backups WHERE key = ?", (row["key"],))
    state.effect(at, f"backup deleted {row['backup_id']}", project=row["project"])
