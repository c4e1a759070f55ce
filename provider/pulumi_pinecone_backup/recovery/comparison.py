"""What the live index lacks, has otherwise, and has beside the backup: listed, then compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.proof.digest import digest_of_whole
from pulumi_pinecone_backup.proof.fingerprint import by_namespace
from pulumi_pinecone_backup.recovery import journal as states
from pulumi_pinecone_backup.recovery.batches import by_url, side_by_side
from pulumi_pinecone_backup.recovery.journal import Journal
from pulumi_pinecone_backup.recovery.listing import all_pages
from pulumi_pinecone_backup.recovery.plan import RecoveryPlan, shown
from pulumi_pinecone_backup.service.client import Client

LISTED: Final = 1
COMPARED: Final = 2

Progress = Callable[[str, int], None]
"""Told what is being done with a namespace, and how many more records that is done with."""


class Sides:
    """The two indexes of a recovery: one that holds the backup, and the live one.

    Args:
        client: The service.
        backup_host: Host of the index that holds the backup.
        live_host: Host of the index that is written to.
    """

    def __init__(self, client: Client, backup_host: str, live_host: str) -> None:
        self.client = client
        self.backup_host = backup_host
        self.live_host = live_host

    def fetch(self, host: str, namespace: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return whole records of one side."""
        if not ids:
            return {}
        return self.client.fetch_whole_records(host, namespace, ids)

    def has_any(self, namespace: str) -> bool:
        """Return whether the live index has a record of a namespace."""
        return bool(self.client.list_vectors(self.live_host, namespace))

    def backup_pages(self, namespace: str) -> Iterator[list[str]]:
        """Yield the ids of the backup, a page at a time, in any order."""
        count = self.counts().get(namespace, 0)
        return all_pages(self.client, self.backup_host, namespace, count)

    def counts(self) -> dict[str, int]:
        """Return the records of the backup by namespace."""
        return by_namespace(self.client.describe_index_stats(self.backup_host))


def find_differences(
    sides: Sides, plan: RecoveryPlan, journal: Journal, namespace: str, on_progress: Progress
) -> None:
    """Note in the journal what a namespace of the live index lacks, has otherwise, and has beside.

    Raises:
        PineconeBackupError: A side could not be read; the journal knows what is done.
    """
    if journal.step(namespace) < LISTED and journal.fact(absent_fact(namespace)) is None:
        if plan.shard[1] == 1 and not sides.has_any(namespace):
            # All of it is missing, so nothing has to be listed before it can be told.
            journal.note(absent_fact(namespace), sides.counts().get(namespace, 0))
            return
        journal.forget(namespace)
        _list(sides, plan, journal, namespace, on_progress)
        journal.sort_by_side(namespace)
        journal.finish_step(namespace, LISTED)
    if LISTED <= journal.step(namespace) < COMPARED:
        if plan.ids_only:
            journal.settle_rest(namespace, states.LISTED, states.EQUAL)
        compare(sides, plan, journal, namespace, (states.LISTED,), on_progress)
        journal.finish_step(namespace, COMPARED)
    # A run that was killed does not know whether what it sent has arrived.
    compare(sides, plan, journal, namespace, (states.SENT,), on_progress)


def absent_fact(namespace: str) -> str:
    """Return under which name a journal keeps how many records an absent namespace has."""
    return f"absent {namespace}"


def _list(
    sides: Sides, plan: RecoveryPlan, journal: Journal, namespace: str, on_progress: Progress
) -> None:
    def side(pages: Iterable[list[str]], in_backup: bool) -> None:
        for page in pages:
            journal.add(namespace, filter(plan.is_mine, page), in_backup=in_backup)
            on_progress(f"listing {shown(namespace)}", len(page))

    # The live index may be written to meanwhile: only a list in order is sure to be complete.
    live = sides.client.list_vector_pages(sides.live_host, namespace)
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(side, sides.backup_pages(namespace), True),
            pool.submit(side, live, False),
        ]
        for each in both:
            each.result()


def compare(
    sides: Sides,
    plan: RecoveryPlan,
    journal: Journal,
    namespace: str,
    which: Sequence[int],
    on_progress: Progress,
) -> None:
    """Compare the content of records that both sides have listed."""

    def part(ids: list[str]) -> None:
        live = sides.fetch(sides.live_host, namespace, ids)
        backup = sides.fetch(sides.backup_host, namespace, [key for key in ids if key in live])
        journal.settle(namespace, {key: state_of(key, backup, live) for key in ids})
        on_progress(f"comparing {shown(namespace)}", len(ids))

    side_by_side(part, by_url(journal.ids(namespace, which)), plan.workers)


def state_of(
    record_id: str,
    backup: Mapping[str, Mapping[str, Any]],
    live: Mapping[str, Mapping[str, Any]],
) -> int:
    """Return how the live record relates to that of the backup.

    Raises:
        InvalidResponseError: The service tells something else than numbers as values.
    """
    if record_id not in live:
        return states.MISSING
    if record_id not in backup:
        return states.DIFFERENT
    try:
        equal = digest_of_whole(live[record_id]) == digest_of_whole(backup[record_id])
    except ValueError as error:
        raise InvalidResponseError(f"Could not compare record `{record_id}`: {error}") from error
    return states.EQUAL if equal else states.DIFFERENT
