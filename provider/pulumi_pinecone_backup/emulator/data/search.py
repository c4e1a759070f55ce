"""Exact search: every record of a namespace is compared, in pieces that fit in memory."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from pulumi_pinecone_backup.emulator.data.filters import Predicate, matches
from pulumi_pinecone_backup.emulator.data.parsing import Sparse
from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.records import Record

# Small enough that a piece stays in the processor's cache.
_PIECE = 256

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]


def nearest(
    rows: Iterable[Record],
    definition: Definition,
    *,
    dense: bytes | None,
    sparse: Sparse | None,
    predicate: Predicate | None,
    count: int,
) -> list[tuple[float, Record]]:
    """Return the best records with their scores, the best one first.

    A score is the cosine, the dot product (of dense and sparse values together) or the squared
    Euclidean distance, where less is better.
    """
    fitting = rows if predicate is None else _fitting(rows, predicate)
    sign = -1.0 if definition.metric == "euclidean" else 1.0
    # A heap of the best so far; the number keeps equal scores from comparing records.
    best: list[tuple[float, int, Record]] = []
    numbers = itertools.count(0, -1)
    for piece in _pieces(fitting):
        scores = sign * _scores(piece, definition, dense, sparse)
        least = best[0][0] if len(best) == count else -np.inf
        for place in np.flatnonzero(scores > least).tolist():
            item = (float(scores[place]), next(numbers), piece[place])
            if len(best) < count:
                heapq.heappush(best, item)
            elif item[0] > best[0][0]:
                heapq.heapreplace(best, item)
    ordered = sorted(best, key=lambda item: (-item[0], -item[1]))
    return [(sign * score, row) for score, _, row in ordered]


def _fitting(rows: Iterable[Record], predicate: Predicate) -> Iterator[Record]:
    return (row for row in rows if matches(predicate, row.metadata))


def _pieces(rows: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(rows)
    while piece := list(itertools.islice(iterator, _PIECE)):
        yield piece


def _scores(
    piece: list[Record],
    definition: Definition,
    dense: bytes | None,
    sparse: Sparse | None,
) -> Floats:
    """Return a score for each record; one that shares nothing with a sparse query gets -inf."""
    if definition.vector_type == "sparse":
        products = [_sparse_product(row, sparse) for row in piece]
        return np.asarray([-np.inf if score is None else score for score in products])
    scores = _dense_scores(piece, definition, dense)
    if sparse is None:
        return scores
    return np.add(scores, [_sparse_product(row, sparse) or 0.0 for row in piece])


def _dense_scores(piece: list[Record], definition: Definition, dense: bytes | None) -> Floats:
    if dense is None:
        return np.zeros(len(piece), dtype=np.float32)
    wanted = np.frombuffer(dense, dtype="<f4")
    stored = np.frombuffer(b"".join(row.dense or b"" for row in piece), dtype="<f4")
    matrix = stored.reshape(len(piece), len(wanted))
    if definition.metric == "euclidean":
        difference = matrix - wanted
        return np.asarray(np.einsum("ij,ij->i", difference, difference))
    product = matrix @ wanted
    if definition.metric == "dotproduct":
        return np.asarray(product)
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(wanted)
    return np.asarray(product / lengths)


def _sparse_product(row: Record, sparse: Sparse | None) -> float | None:
    if sparse is None or row.sparse_indices is None or row.sparse_values is None:
        return None
    wanted = np.frombuffer(sparse[0], dtype="<u4"), np.frombuffer(sparse[1], dtype="<f4")
    stored = np.frombuffer(row.sparse_indices, dtype="<u4")
    common, first, second = np.intersect1d(
        wanted[0], stored, assume_unique=True, return_indices=True
    )
    if not len(common):
        return None
    values = np.frombuffer(row.sparse_values, dtype="<f4")
    return float(np.dot(wanted[1][first], values[second]))
