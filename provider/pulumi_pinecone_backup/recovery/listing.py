"""Every id of a namespace, listed side by side where the ids allow it.

The service gives 100 ids a page, and each page names the next: a million ids are ten thousand
requests one after the other. It also lists by prefix, so a prefix with more than a page is divided
by the character that follows, guessed from the ids that were seen: digits, hexadecimal digits,
letters. Whether the guess was complete is told by the number of ids; if it was not, the whole list
is read in order.
"""

from __future__ import annotations

import os
import queue
import string
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pulumi_pinecone_backup.service.client import Client

AT_ONCE: Final = 4
_WORTHWHILE: Final = 1000
"""Ids from which on a list is divided."""
_ALPHABETS: Final = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_letters,
)


def all_pages(client: Client, host: str, namespace: str, count: int) -> Iterator[list[str]]:
    """Yield every id at least once, a page at a time, in any order.

    Args:
        client: The service.
        host: The index's host; nobody else may write to it.
        namespace: Its namespace.
        count: How many records it has, as the service tells.

    Raises:
        PineconeBackupError: A page could not be read.
    """
    if count >= _WORTHWHILE:
        seen: set[int] = set()
        for page in _Division(client, host, namespace).pages():
            seen.update(map(hash, page))
            yield page
        if len(seen) >= count:
            return
    yield from client.list_vector_pages(host, namespace)


class _Division:
    """A list that is divided by prefixes, read by some threads."""

    def __init__(self, client: Client, host: str, namespace: str) -> None:
        self._client, self._host, self._namespace = client, host, namespace
        self._pages: queue.SimpleQueue[list[str] | BaseException | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(AT_ONCE * 8)
        self._lock = threading.Lock()
        self._open = 0
        self._is_over = False
        self._pool = ThreadPoolExecutor(AT_ONCE)

    def pages(self) -> Iterator[list[str]]:
        """Yield the pages as they come, not many more ahead than are taken."""
        self._begin("")
        try:
            while True:
                page = self._pages.get()
                if page is None:
                    return
                if isinstance(page, BaseException):
                    raise page
                self._room.release()
                yield page
        finally:
            self._is_over = True
            for _ in range(AT_ONCE):
                self._room.release()
            self._pool.shutdown(cancel_futures=True)

    def _begin(self, prefix: str) -> None:
        with self._lock:
            self._open += 1
        self._pool.submit(self._read, prefix)

    def _read(self, prefix: str) -> None:
        try:
            if not self._is_over:
                self._room.acquire()
                ids, is_all = self._client.list_vectors_of(self._host, self._namespace, prefix)
                self._pages.put(ids)
                if not is_all:
                    for each in children(prefix, ids):
                        self._begin(each)
        except BaseException as error:
            self._pages.put(error)
        finally:
            with self._lock:
                self._open -= 1
                if not self._open:
                    self._pages.put(None)


def children(prefix: str, ids: Sequence[str]) -> list[str]:
    """Return longer prefixes that are likely to cover all ids of one, given its first ids.

    What all ids begin with is taken for granted up to its last character that is no digit of a
    number, decimal or hexadecimal: `doc-000017` and `doc-000018` are divided at `doc-`.
    """
    common = os.path.commonprefix(list(ids))  # noqa: RUF071 - of texts, which are no paths
    stem = common.rstrip(string.hexdigits)
    if len(stem) > len(prefix):
        prefix = stem
    following = [each[len(prefix) :] for each in ids if len(each) > len(prefix)]
    signs = {text[0] for text in following if not text[0].isalnum()}
    runs = {sign for text in following for sign in _run(text)}
    return [prefix + sign for sign in sorted(signs | set(_alphabet(runs)))]


def _run(text: str) -> str:
    """Return the letters and digits that a text begins with."""
    end = next((at for at, sign in enumerate(text) if not sign.isalnum()), len(text))
    return text[:end]


def _alphabet(signs: set[str]) -> str:
    """Return the smallest alphabet that has all of some signs."""
    if not signs:
        return ""
    return next((each for each in _ALPHABETS if signs <= set(each)), "".join(signs))
