"""Which records stand for an index: chosen evenly over namespaces and ids, with few requests.

The choice follows from what the index holds, not from chance: the same index gives the same sample.
At most one page of ids and one fetch for each of at most 100 namespaces; so the ids of a large
namespace are the first hundred in the service's order.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar
from urllib.parse import quote

from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import RecordModel

MOST_NAMESPACES: Final = 100
MOST_URL_BYTES: Final = 6000
"""Of the ids in the URL of a fetch; servers and proxies cut longer ones off."""
_AT_ONCE: Final = 8

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Records = dict[str, dict[str, RecordModel]]
"""Records by namespace and id."""


def sample(client: Client, host: str, counts: Mapping[str, int], size: int) -> Records:
    """Return records that stand for an index, at most `size` of them.

    Args:
        client: The service.
        host: The index's host.
        counts: Number of records by namespace.
        size: How many records to choose.

    Raises:
        PineconeBackupError: The data plane could not be asked.
    """
    filled = sorted(name for name, count in counts.items() if count > 0)
    chosen = evenly(filled, min(size, MOST_NAMESPACES))
    share = shares({name: counts[name] for name in chosen}, size)

    def of(namespace: str) -> dict[str, RecordModel]:
        ids = evenly(client.list_vectors(host, namespace), share[namespace])
        return client.fetch_vectors(host, namespace, fitting(ids)) if ids else {}

    return fetched(of, chosen)


def fetched(of: Callable[[str], dict[str, RecordModel]], namespaces: Sequence[str]) -> Records:
    """Return the records of several namespaces, asked for side by side."""
    if len(namespaces) < 2:
        return {name: of(name) for name in namespaces}
    context = contextvars.copy_context()  # the operation's deadline counts in every thread
    with ThreadPoolExecutor(min(_AT_ONCE, len(namespaces))) as pool:
        under_way = {name: pool.submit(context.copy().run, of, name) for name in namespaces}
        return {name: future.result() for name, future in under_way.items()}


def fitting(ids: Sequence[str]) -> list[str]:
    """Return as many of the ids as a URL takes, at least one."""
    taken: list[str] = []
    left = MOST_URL_BYTES
    for record_id in ids:
        left -= len("&ids=") + len(quote(record_id, safe=""))
        if left < 0 and taken:
            break
        taken.append(record_id)
    return taken


def evenly(items: Sequence[Item], count: int) -> list[Item]:
    """Return that many items, spread evenly, the first one among them; all if there are fewer."""
    if count >= len(items):
        return list(items)
    return [items[position * len(items) // count] for position in range(count)]


def shares(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many records each namespace gives: as equal as their sizes allow."""
    given_out = dict.fromkeys(counts, 0)
    left = size
    while left > 0:
        open_ones = [name for name in given_out if given_out[name] < counts[name]]
        if not open_ones:
            break
        each = max(1, left // len(open_ones))
        for name in open_ones[:left]:
            given = min(each, counts[name] - given_out[name])
            given_out[name] += given
            left -= given
    return given_out
