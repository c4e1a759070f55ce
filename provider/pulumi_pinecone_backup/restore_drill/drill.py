"""A restore drill: prove that a backup can be restored, and leave nothing behind.

The backup is restored into an index of a name that nothing else has, verified, and deleted again,
however the drill ends. Only an index that carries the mark of this very drill is deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.cancellation import cancelled
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import (
    JobFailedError,
    PineconeBackupError,
    VerificationError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.lifecycle.outputs import time_text
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restore_drill.declaration import Pick
from pulumi_pinecone_backup.restored_index import verification
from pulumi_pinecone_backup.restored_index.choice import choose_backup
from pulumi_pinecone_backup.restored_index.temporary import TemporaryIndex
from pulumi_pinecone_backup.waiting.pace import DEFAULT_PACE

PURPOSE = "restore-drill"


@dataclass
class Drill:
    """What a drill did and found; the fields are those of the command's `--json`."""

    index: str
    backup_id: str
    recovery_point_at: str | None
    temporary_index: str
    result: str = "not restored"
    why: str = ""
    rpo_seconds: float | None = None
    rto_seconds: float | None = None
    verification: list[dict[str, Any]] = field(default_factory=list)
    is_deleted: bool = False
    started_at: str | None = None
    finished_at: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether the backup is proven and nothing is left."""
        return self.result == "passed" and self.is_deleted


@dataclass(frozen=True)
class DrillPlan:
    """What a drill has to prove.

    Attributes:
        index: Name of the source index, which may be gone.
        backup_id: The backup; None picks one.
        pick: `latest` or `random`.
        within_days: How old the data of a picked backup may be.
        verify: `schema`, `records` or `sample`.
        allow_empty: Whether a backup without records is good.
        fingerprint: What `sample` compares with; None takes the live source.
        timeout_seconds: When to give the restore up.
        max_rpo_seconds: Oldest backup that is good.
        max_rto_seconds: Longest restore that is good.
        identity: Whose drill it is, so that a later run finds what it left; None is nobody's.
    """

    index: str
    backup_id: str | None = None
    pick: Pick = "latest"
    within_days: float | None = None
    verify: str = "records"
    allow_empty: bool = False
    fingerprint: str | None = None
    timeout_seconds: float = DEFAULT_PACE.create
    max_rpo_seconds: float | None = None
    max_rto_seconds: float | None = None
    identity: str | None = None


def run_drill(
    session: Session,
    plan: DrillPlan,
    *,
    call: Call | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Drill:
    """Restore a backup of an index, verify the copy, and delete it again.

    Args:
        session: Settings and client.
        plan: What has to be proven.
        call: The engine's call, where there is one.
        say: Told what is being done.

    Raises:
        PineconeBackupError: There is no such backup; nothing was done.
    """
    started_at = time_text(datetime.now(timezone.utc))
    backup = choose_backup(
        session.client(),
        plan.index,
        backup_id=plan.backup_id,
        pick=plan.pick,
        within_days=plan.within_days,
    )
    temporary = TemporaryIndex(
        session,
        call or Call(),
        PURPOSE,
        plan.index,
        backup.backup_id,
        identity=plan.identity,
        seconds=plan.timeout_seconds,
        verify=plan.verify,
        allow_empty=plan.allow_empty,
        fingerprint=plan.fingerprint,
    )
    done = Drill(
        index=plan.index,
        backup_id=backup.backup_id,
        recovery_point_at=time_text(backup.captured_at),
        temporary_index=temporary.name,
        started_at=started_at,
    )
    try:
        _restore(temporary, done, say)
    finally:
        _clean_up(temporary, done, say)
    _judge(done, plan.max_rpo_seconds, plan.max_rto_seconds)
    done.finished_at = time_text(datetime.now(timezone.utc))
    return done


def _restore(temporary: TemporaryIndex, drill: Drill, say: Callable[[str], None]) -> None:
    """Restore and verify, and note how that ended."""
    restoration = temporary.restoration
    say(f"restoring backup {drill.backup_id} of {drill.index} as {drill.temporary_index}")
    try:
        temporary.restore(say)
        drill.result = "passed"
    except KeyboardInterrupt:
        drill.result, drill.why = "interrupted", "the drill was interrupted"
    except VerificationError:
        rows = restoration.restore.verification
        drill.result = "failed"
        drill.why = f"the copy is not complete: {verification.summary(rows)}"
    except JobFailedError as error:
        drill.result, drill.why = "failed", f"the restore ended as {error.last_status}"
    except WaitTimeoutError as error:
        if cancelled.is_set():
            drill.result, drill.why = "interrupted", "the drill was interrupted"
        else:
            drill.result, drill.why = "failed", f"not restored in time, last {error.last_status}"
    except PineconeBackupError as error:
        drill.result, drill.why = "failed", str(error)
    finally:
        restore = restoration.restore
        drill.rpo_seconds, drill.rto_seconds = restore.rpo_seconds, restore.rto_seconds
        drill.verification = [row.model_dump(exclude_none=True) for row in restore.verification]


def _clean_up(temporary: TemporaryIndex, drill: Drill, say: Callable[[str], None]) -> None:
    """Delete the temporary index if it carries the mark of this drill."""
    say(f"deleting {drill.temporary_index}")
    try:
        temporary.delete()
        drill.is_deleted = True
    except KeyboardInterrupt:
        _leave(drill, "the deletion was interrupted")
    except PineconeBackupError as error:
        _leave(drill, str(error))


def _leave(drill: Drill, why: str) -> None:
    """Report an index that stays, which is no pass; only people can remove it now."""
    text = f"index `{drill.temporary_index}` may be left over, delete it by hand: {why}"
    if drill.result == "passed":
        drill.result, text = "failed", f"the backup is proven, but {text}"
    drill.why = f"{drill.why}; {text}" if drill.why else text


def _judge(drill: Drill, max_rpo: float | None, max_rto: float | None) -> None:
    """Turn a pass into less where a check was skipped or a limit is exceeded."""
    if drill.result != "passed":
        return
    skipped = [row for row in drill.verification if row["result"] == "skipped"]
    counts = [row for row in skipped if row["name"] == "record_count"]
    if counts:
        drill.result, drill.why = "unproven", counts[0]["why"]
    elif len(skipped) == len(drill.verification):
        drill.result, drill.why = "unproven", "nothing could be compared: every check was skipped"
    for what, found, most in (
        ("RPO", drill.rpo_seconds, max_rpo),
        ("RTO", drill.rto_seconds, max_rto),
    ):
        if most is not None and (found is None or found > most):
            drill.result = "too late"
            drill.why = f"the {what} is {_told(found)}, more than {_told(most)}"


def _told(seconds: float | None) -> str:
    return "unknown" if seconds is None else duration(seconds)
