"""What the live index holds after a recovery: the same records in a sample, and enough of them."""

from __future__ import annotations

import time

from pulumi_pinecone_backup.engine.cancellation import pause
from pulumi_pinecone_backup.proof.fingerprint import by_namespace
from pulumi_pinecone_backup.recovery import journal as states
from pulumi_pinecone_backup.recovery.batches import by_url
from pulumi_pinecone_backup.recovery.comparison import Sides, absent_fact, state_of
from pulumi_pinecone_backup.recovery.journal import Journal
from pulumi_pinecone_backup.recovery.plan import NamespaceReport, RecoveryPlan, plain
from pulumi_pinecone_backup.waiting.pace import Pace

_SAMPLE = 100


def report_of(journal: Journal, namespace: str) -> NamespaceReport:
    """Return what was found in a namespace and what was done, as the journal tells."""
    found, now = journal.counts(namespace, "was"), journal.counts(namespace)
    absent = 0 if journal.step(namespace) else journal.fact(absent_fact(namespace), 0)
    return NamespaceReport(
        namespace=namespace or "__default__",
        in_backup=absent or journal.in_backup(namespace),
        missing=absent or found.get(states.MISSING, 0),
        different=found.get(states.DIFFERENT, 0),
        extra=found.get(states.EXTRA, 0),
        written=now.get(states.WRITTEN, 0),
        deleted=now.get(states.DELETED, 0),
    )


def verify(
    sides: Sides, plan: RecoveryPlan, journal: Journal, report: NamespaceReport, pace: Pace
) -> None:
    """Compare a namespace after writing, and note in the report what was seen.

    What was written takes a while to be seen, so what is not there yet is looked for again.

    Raises:
        PineconeBackupError: A side could not be read.
    """
    namespace = plain(report.namespace)
    done = (states.WRITTEN, states.EQUAL)
    ids = journal.sample(namespace, done, _SAMPLE)
    least = sum(journal.counts(namespace).get(state, 0) for state in done)
    end = time.monotonic() + pace.counts
    seconds = pace.first_count
    while True:
        wrong = 0 if plan.ids_only and not report.written else _wrong(sides, namespace, ids)
        stats = sides.client.describe_index_stats(sides.live_host)
        count = by_namespace(stats).get(namespace, 0)
        report.is_good = not wrong and count >= least
        if report.is_good or time.monotonic() >= end or not pause(seconds):
            break
        seconds = min(seconds * 2, pace.longest_count)
    report.verified = (
        f"{len(ids) - wrong} of {len(ids)} sampled records equal, {count} records there, "
        f"at least {least} expected"
    )


def _wrong(sides: Sides, namespace: str, ids: list[str]) -> int:
    """Return how many of the sampled records are not as in the backup."""
    wrong = 0
    for part in by_url([ids]):
        live = sides.fetch(sides.live_host, namespace, part)
        backup = sides.fetch(sides.backup_host, namespace, part)
        wrong += sum(state_of(key, backup, live) != states.EQUAL for key in part)
    return wrong
