from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_pinecone_backup.emulator.data.search import nearest
from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.records import Record

numbers = st.floats(-10, 10, width=32).filter(lambda value: abs(value) > 1e-3)
vectors = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30)


def definition(metric: str) -> Definition:
    return Definition(deployment={"deployment_type": "managed"}, dimension=2, metric=metric)


def packed(values: tuple[float, float]) -> bytes:
    return np.asarray(values, dtype="<f4").tobytes()


@pytest.mark.parametrize("metric", ["cosine", "dotproduct", "euclidean"])
@given(stored=vectors, wanted=st.tuples(numbers, numbers), count=st.integers(1, 40))
def test_the_best_records_come_first(
    metric: str, stored: list[tuple[float, float]], wanted: tuple[float, float], count: int
) -> None:
    rows = [Record(str(number), packed(values)) for number, values in enumerate(stored)]
    found = nearest(
        rows,
        definition(metric),
        dense=packed(wanted),
        sparse=None,
        predicate=None,
        count=count,
    )
    one, other = np.asarray(stored, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    if metric == "euclidean":
        scores = ((one - other) ** 2).sum(axis=1)
    else:
        scores = one @ other
        if metric == "cosine":
            scores = scores / (np.linalg.norm(one, axis=1) * np.linalg.norm(other))
    ordered = sorted(scores.tolist(), reverse=metric != "euclidean")[:count]
    assert [score for score, _ in found] == pytest.approx(ordered, rel=1e-3, abs=1e-3)
    assert len({row.id for _, row in found}) == len(found)


def test_more_records_than_one_piece_are_compared() -> None:
    rows = (Record(str(number), packed((float(number), 1.0))) for number in range(5000))
    found = nearest(
        rows,
        definition("dotproduct"),
        dense=packed((1.0, 0.0)),
        sparse=None,
        predicate=lambda metadata: not metadata,
        count=3,
    )
    assert [row.id for _, row in found] == ["4999", "4998", "4997"]


def test_equal_scores_keep_the_order_of_the_records() -> None:
    rows = [Record(name, packed((1.0, 1.0))) for name in "abcdef"]
    found = nearest(
        rows,
        definition("cosine"),
        dense=packed((1.0, 0.0)),
        sparse=None,
        predicate=None,
        count=3,
    )
    assert [row.id for _, row in found] == ["a", "b", "c"]
