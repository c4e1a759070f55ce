"""Work in parts, side by side, with a bound: what many requests about records have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, TypeVar
from urllib.parse import quote

from pulumi_pinecone_backup.proof.sampling import MOST_URL_BYTES
from pulumi_pinecone_backup.service.record_operations import MOST_FETCHED

MOST_WRITTEN: Final = 1000
"""Records of one upsert."""
MOST_BODY_BYTES: Final = 1_000_000
"""Of the records of one upsert: half of what the service takes, so that many at once stay small."""

_FIRST_PART: Final = 100

Part = TypeVar("Part")


class PartSize:
    """How many records a part has, so that one upsert takes what one fetch brings.

    It follows from how large the records have been so far. That also bounds the memory, whatever
    their dimension is.
    """

    def __init__(self) -> None:
        self.most = _FIRST_PART

    def learn(self, records: int, size: int) -> None:
        """Take how many bytes some records have had."""
        if records and size:
            self.most = max(1, min(MOST_FETCHED, MOST_BODY_BYTES * records // size))


def by_url(ids: Iterable[Sequence[str]], part_size: PartSize | None = None) -> Iterator[list[str]]:
    """Yield ids in parts that one fetch takes: at most 1,000, and by the bytes of its URL."""
    part: list[str] = []
    left = MOST_URL_BYTES
    part_size = part_size or PartSize()
    for each in ids:
        for record_id in each:
            size = len("&ids=") + len(quote(record_id, safe=""))
            if part and (left < size or len(part) >= part_size.most):
                yield part
                part, left = [], MOST_URL_BYTES
            part.append(record_id)
            left -= size
    if part:
        yield part


def by_body(records: Iterable[tuple[str, bytes]]) -> Iterator[dict[str, bytes]]:
    """Yield records, given as id and JSON text, in parts that one upsert takes."""
    part: dict[str, bytes] = {}
    left = MOST_BODY_BYTES
    for record_id, text in records:
        if part and (left < len(text) + 1 or len(part) == MOST_WRITTEN):
            yield part
            part, left = {}, MOST_BODY_BYTES
        part[record_id] = text
        left -= len(text) + 1
    if part:
        yield part


def side_by_side(work: Callable[[Part], None], parts: Iterable[Part], workers: int) -> None:
    """Work on parts, some at once; no part is begun after one has failed.

    Parts are taken as there is room, so that any number of them needs no memory. What is under way
    when something goes wrong is ended before the error is raised.

    Args:
        work: Called in several threads.
        parts: What to work on.
        workers: How many at once.
    """
    under_way: set[Future[None]] = set()
    with ThreadPoolExecutor(workers) as pool:
        for part in parts:
            under_way.add(pool.submit(work, part))
            if len(under_way) > workers:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()
        for each in under_way:
            each.result()
