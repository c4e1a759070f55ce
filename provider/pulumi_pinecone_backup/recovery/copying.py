"""The copy of records from the index that holds the backup into the live one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.recovery import journal as states
from pulumi_pinecone_backup.recovery.batches import PartSize, by_body, by_url, side_by_side
from pulumi_pinecone_backup.recovery.comparison import COMPARED, LISTED, Progress, Sides
from pulumi_pinecone_backup.recovery.journal import Journal
from pulumi_pinecone_backup.recovery.plan import Mode, RecoveryPlan, shown

WRITES: Final[dict[Mode, tuple[int, ...]]] = {
    "missing": (states.MISSING,),
    "overwrite": (states.MISSING, states.DIFFERENT),
    "mirror": (states.MISSING, states.DIFFERENT),
}


def write(
    sides: Sides, plan: RecoveryPlan, journal: Journal, namespace: str, on_progress: Progress
) -> None:
    """Write what the mode asks for; each part is noted before and after it is sent.

    Raises:
        PineconeBackupError: Something could not be read or written; the journal knows what is done.
    """
    part_size = PartSize()

    def part(ids: list[str]) -> None:
        records = sides.fetch(sides.backup_host, namespace, ids)
        if gone := [each for each in ids if each not in records]:
            raise PineconeBackupError(
                f"record `{gone[0]}` of namespace `{shown(namespace)}` was listed and cannot be "
                "fetched from the restored index: run again with `--resume`"
            )
        texts = {key: orjson.dumps(row) for key, row in records.items()}
        part_size.learn(len(texts), sum(map(len, texts.values())))
        for batch in by_body(texts.items()):
            journal.move(namespace, batch, states.SENT)
            sides.client.upsert_vectors(sides.live_host, namespace, list(batch.values()))
            journal.move(namespace, batch, states.WRITTEN)
            on_progress(f"writing {shown(namespace)}", len(batch))

    if journal.step(namespace) < LISTED:
        listed = _listed(sides, journal, namespace)
        side_by_side(part, by_url(listed, part_size), plan.workers)
        journal.finish_step(namespace, COMPARED)
    wanted = journal.ids(namespace, WRITES[plan.mode])
    side_by_side(part, by_url(wanted, part_size), plan.workers)


def _listed(sides: Sides, journal: Journal, namespace: str) -> Iterator[list[str]]:
    """Yield the ids of a namespace that the live index does not have at all, as they are listed."""
    yield from journal.ids(namespace, (states.MISSING,))  # of a run that ended early
    for page in sides.backup_pages(namespace):
        yield journal.add_missing(namespace, page)


def delete_extra(
    sides: Sides, plan: RecoveryPlan, journal: Journal, namespace: str, on_progress: Progress
) -> None:
    """Delete what the backup does not have."""

    def part(ids: Sequence[str]) -> None:
        sides.client.delete_vectors(sides.live_host, namespace, ids)
        journal.move(namespace, ids, states.DELETED)
        on_progress(f"deleting from {shown(namespace)}", len(ids))

    side_by_side(part, journal.ids(namespace, (states.EXTRA,)), plan.workers)
