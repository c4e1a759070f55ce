from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_pinecone_backup.emulator.data.filters import compile_filter, matches
from pulumi_pinecone_backup.emulator.state.problems import ServiceError

METADATA = {"genre": "drama", "year": 2020, "tags": ["a", "b"], "is_new": True, "rate": 0.5}


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"genre": "drama"}, True),
        ({"genre": {"$eq": "comedy"}}, False),
        ({"genre": {"$ne": "comedy"}}, True),
        ({"missing": {"$ne": "x"}}, True),
        ({"missing": {"$nin": ["x"]}}, True),
        ({"missing": {"$eq": "x"}}, False),
        ({"year": {"$gt": 2019, "$lt": 2021}}, True),
        ({"year": {"$gte": 2020, "$lte": 2019}}, False),
        ({"year": 2020.0}, True),
        ({"year": "2020"}, False),
        ({"genre": {"$gt": 1}}, False),
        ({"is_new": True}, True),
        ({"is_new": 1}, False),
        ({"year": {"$in": [1, 2020]}}, True),
        ({"tags": "a"}, True),
        ({"tags": {"$in": ["c", "b"]}}, True),
        ({"tags": {"$nin": ["b"]}}, False),
        ({"tags": {"$ne": "a"}}, False),
        ({"rate": {"$exists": True}}, True),
        ({"missing": {"$exists": False}}, True),
        ({"$and": [{"genre": "drama"}, {"year": 2020}]}, True),
        ({"$or": [{"genre": "x"}, {"year": 2020}]}, True),
        ({"$or": [{"genre": "x"}, {"year": 1}]}, False),
        ({"genre": "drama", "year": 1}, False),
        ({"$and": [{"$or": [{"year": 1}, {"tags": "b"}]}]}, True),
    ],
)
def test_a_filter_fits_what_the_service_says(condition: dict[str, Any], fits: bool) -> None:
    assert compile_filter(condition)(METADATA) == fits


@pytest.mark.parametrize(
    "condition",
    [
        {},
        [],
        None,
        "x",
        {"$xor": []},
        {"$and": []},
        {"$and": {}},
        {"$or": [5]},
        {"genre": {}},
        {"genre": {"$like": "d"}},
        {"genre": {"$eq": None}},
        {"genre": ["a"]},
        {"genre": None},
        {"year": {"$gt": "1"}},
        {"year": {"$gt": True}},
        {"year": {"$in": 5}},
        {"year": {"$in": [[1]]}},
        {"year": {"$exists": 1}},
    ],
)
def test_a_malformed_filter_is_refused(condition: object) -> None:
    with pytest.raises(ServiceError) as caught:
        compile_filter(condition)
    assert caught.value.status == 400


def test_a_filter_that_is_nested_too_deep_is_refused() -> None:
    condition: dict[str, Any] = {"a": 1}
    for _ in range(200):
        condition = {"$and": [condition]}
    with pytest.raises(ServiceError, match="nested"):
        compile_filter(condition)


def test_a_record_without_metadata_fits_only_what_asks_for_nothing() -> None:
    assert matches(compile_filter({"a": {"$exists": False}}), None)
    assert not matches(compile_filter({"a": 1}), None)
    assert matches(compile_filter({"a": 1}), '{"a": 1}')


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(-3, 3)),
    st.sampled_from("abc"),
    st.integers(-3, 3),
)
def test_opposite_conditions_never_agree(metadata: dict[str, int], field: str, value: int) -> None:
    for one, other in (("$eq", "$ne"), ("$in", "$nin")):
        operand = [value] if one == "$in" else value
        first = compile_filter({field: {one: operand}})(metadata)
        second = compile_filter({field: {other: operand}})(metadata)
        assert first != second
