"""A recovery from its beginning to its end: restore aside, compare, ask, write, verify, clean up.

Nothing is written before it was asked for, nothing of other namespaces is touched, and the index
that the backup was restored into is deleted however it ends. What is known stands in the journal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.cancellation import cancelled
from pulumi_pinecone_backup.errors import ConfigurationError, NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle.outputs import time_text
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.proof.fingerprint import by_namespace
from pulumi_pinecone_backup.recovery.check import report_of, verify
from pulumi_pinecone_backup.recovery.comparison import Progress, Sides, find_differences
from pulumi_pinecone_backup.recovery.copying import WRITES, delete_extra, write
from pulumi_pinecone_backup.recovery.journal import EXTRA, Journal
from pulumi_pinecone_backup.recovery.plan import (
    NamespaceReport,
    RecoveryPlan,
    RecoveryReport,
    plain,
    shown,
)
from pulumi_pinecone_backup.restored_index.choice import choose_backup
from pulumi_pinecone_backup.restored_index.temporary import TemporaryIndex, new_identity
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel

PURPOSE = "recovery"
_PATIENT_ATTEMPTS = 30
_PATIENT_SECONDS = 1800.0
_MOST_NAMED = 10

Say = Callable[[str], None]
Confirm = Callable[[Sequence[NamespaceReport]], bool]
"""Asked once, before anything is written; False ends the run with nothing written."""


def recover(
    session: Session,
    plan: RecoveryPlan,
    journal: Journal,
    *,
    confirm: Confirm | None,
    say: Say,
    on_progress: Progress,
) -> RecoveryReport:
    """Bring namespaces of a live index back from a backup.

    Args:
        session: Settings and client.
        plan: What to do.
        journal: A new one, or that of the run that goes on.
        confirm: Asked before anything is written; None writes nothing.
        say: Told what is being done.
        on_progress: Told how far it is.

    Raises:
        PineconeBackupError: It cannot be begun: no such index or backup. Nothing was done.
    """
    began = time.monotonic()
    backup = _backup(session.client(), plan, journal)
    live = _live_index(session.client(), plan, journal)
    report = RecoveryReport(
        index=plan.index,
        into=plan.into,
        backup_id=backup.backup_id,
        recovery_point_at=time_text(backup.captured_at),
        mode=plan.mode,
        shard="/".join(map(str, plan.shard)),
        journal=str(journal.path),
    )
    temporary = _temporary_index(session, plan, journal, backup)
    try:
        _run(session, plan, journal, report, live, temporary, confirm, say, on_progress)
    except KeyboardInterrupt:
        report.result, report.why = "interrupted", "the run was interrupted"
    except PineconeBackupError as error:
        report.result, report.why = "failed", str(error)
    finally:
        if temporary is not None:
            _clean_up(temporary, report, say)
        report.seconds = round(time.monotonic() - began, 3)
    return report


def _run(
    session: Session,
    plan: RecoveryPlan,
    journal: Journal,
    report: RecoveryReport,
    live: IndexModel,
    temporary: TemporaryIndex | None,
    confirm: Confirm | None,
    say: Say,
    on_progress: Progress,
) -> None:
    """Do the steps, and note in the report how they ended."""
    if temporary is not None:
        report.temporary_index = temporary.name
        report.is_deleted = False
        say(f"restoring backup {report.backup_id} of {plan.index} as {temporary.name}")
        restored = temporary.restore(say)
    else:
        restored = session.client().describe_index(str(plan.from_index))
    _require_alike(restored, live)
    with _patient_client(session) as client:
        sides = Sides(client, restored.host, live.host)
        names = _namespaces(client, plan, restored)
        for name in names:
            find_differences(sides, plan, journal, name, on_progress)
        report.namespaces = [report_of(journal, name) for name in names]
        if not _is_something_to_do(plan, journal, names):
            report.result = "nothing to do"
        elif confirm is None:
            report.result = "dry run"
            return
        elif not (journal.fact("confirmed") or confirm(report.namespaces)):
            report.result, report.why = "declined", "nothing was written"
            return
        else:
            journal.note("confirmed", True)
            _write(sides, plan, journal, names, on_progress)
            report.result = "recovered"
        report.namespaces = [report_of(journal, name) for name in names]
        for each in report.namespaces:
            verify(sides, plan, journal, each, session.pace)
    bad = [each for each in report.namespaces if not each.is_good]
    if bad:
        report.result = "failed"
        report.why = "; ".join(f"namespace `{each.namespace}`: {each.verified}" for each in bad)


def _write(
    sides: Sides, plan: RecoveryPlan, journal: Journal, names: list[str], on_progress: Progress
) -> None:
    for name in names:
        write(sides, plan, journal, name, on_progress)
        if plan.mode == "mirror":
            delete_extra(sides, plan, journal, name, on_progress)


def _is_something_to_do(plan: RecoveryPlan, journal: Journal, names: list[str]) -> bool:
    wanted = {*WRITES[plan.mode], *((EXTRA,) if plan.mode == "mirror" else ())}
    return any(not journal.step(name) or wanted & journal.counts(name).keys() for name in names)


def _backup(client: Client, plan: RecoveryPlan, journal: Journal) -> BackupModel:
    chosen = journal.fact("backup_id") or plan.backup_id
    backup = choose_backup(client, plan.index, backup_id=chosen, as_of=plan.as_of)
    journal.note("backup_id", backup.backup_id)
    return backup


def _live_index(client: Client, plan: RecoveryPlan, journal: Journal) -> IndexModel:
    """Return the index that is written to.

    Raises:
        ConfigurationError: It does not exist, is not ready, or is another one than before.
    """
    try:
        live = client.describe_index(plan.into)
    except NotFoundError:
        raise ConfigurationError(
            f"index `{plan.into}` does not exist: `recover` writes into a live index. To bring a "
            "whole index back, declare a `RestoredIndex`, or name another index with `--into`"
        ) from None
    if not live.is_ready or not live.host:
        raise ConfigurationError(
            f"index `{plan.into}` is {live.status.state}: run again when it is Ready"
        )
    # An index of a name is told from the next one by its host, and by the backups that are its own.
    own = {row.backup_id for row in client.list_index_backups(plan.into)}
    known_host, known = journal.fact("live_host"), set(journal.fact("own_backups", ()))
    if known_host not in (None, live.host) or (known and not known & own):
        raise ConfigurationError(
            f"index `{plan.into}` is not the one that `{journal.path}` is about: it was made anew. "
            "Begin again without `--resume`"
        )
    journal.note("live_host", live.host)
    journal.note("own_backups", sorted(own))
    return live


def _temporary_index(
    session: Session, plan: RecoveryPlan, journal: Journal, backup: BackupModel
) -> TemporaryIndex | None:
    if plan.from_index is not None:
        return None
    identity = journal.fact("identity") or new_identity()
    journal.note("identity", identity)
    return TemporaryIndex(
        session,
        Call(),
        PURPOSE,
        plan.index,
        backup.backup_id,
        identity=identity,
        seconds=plan.timeout_seconds,
        verify="records",
    )


def _require_alike(restored: IndexModel, live: IndexModel) -> None:
    """Return if records of one index can be written into the other.

    Raises:
        ConfigurationError: They have other vectors.
    """
    for what in ("dimension", "metric", "vector_type"):
        ours, theirs = getattr(restored, what), getattr(live, what)
        if ours is not None and theirs is not None and ours != theirs:
            raise ConfigurationError(
                f"index `{live.name}` has {what} {theirs}, the backup has {ours}: its records "
                "cannot be written there. Name another index with `--into`"
            )


def _namespaces(client: Client, plan: RecoveryPlan, restored: IndexModel) -> list[str]:
    """Return the namespaces to bring back.

    Raises:
        ConfigurationError: The backup has no records of one of them. That is no recovery that has
            nothing to do: the backup may have been taken after the accident.
    """
    counts = by_namespace(client.describe_index_stats(restored.host))
    there = {name for name, count in counts.items() if count}
    if not plan.namespaces:
        return sorted(there)
    wanted = sorted({plain(each) for each in plan.namespaces})
    unknown = [shown(name) for name in wanted if name not in there]
    if unknown:
        names = sorted(map(shown, there))
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        raise ConfigurationError(
            f"backup `{restored.source_backup_id or 'given'}` holds no records of namespace "
            f"`{'`, `'.join(unknown)}`. If it was taken after the accident, name an older one with "
            f"`--as-of`. It holds `{'`, `'.join(names[:_MOST_NAMED])}`{more}"
        )
    return wanted


def _patient_client(session: Session) -> Client:
    """Return a client that waits out a rate limit: a copy has no user who waits for each answer."""
    backoff = replace(
        session.pace.backoff, attempts=_PATIENT_ATTEMPTS, total_seconds=_PATIENT_SECONDS
    )
    return Client(session.client().settings, backoff=backoff, cancelled=cancelled)


def _clean_up(temporary: TemporaryIndex, report: RecoveryReport, say: Say) -> None:
    """Delete the temporary index; where that fails, only people can remove it now."""
    say(f"deleting {temporary.name}")
    why = "the deletion was interrupted"
    try:
        temporary.delete()
        report.is_deleted = True
        return
    except KeyboardInterrupt:
        pass
    except PineconeBackupError as error:
        why = str(error)
    left = f"index `{temporary.name}` may be left over, delete it by hand: {why}"
    report.why = f"{report.why}; {left}" if report.why else left


def plan_to_json(plan: RecoveryPlan) -> str:
    """Return a plan as a journal keeps it."""
    return TypeAdapter(RecoveryPlan).dump_json(plan).decode()


def plan_from_json(text: str) -> RecoveryPlan:
    """Return the plan that a journal keeps."""
    return TypeAdapter(RecoveryPlan).validate_json(text)
