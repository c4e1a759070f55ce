from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.service.answers import (
    MOST_PAGES_WITHOUT_NEWS,
    MOST_ROWS,
    PAGE_LIMIT,
    Page,
    next_token,
    read_all,
)


class OffsetList:
    """A list cut into pages by offset, which others change between two requests."""

    def __init__(self, rows: list[str], changes: dict[int, tuple[str, str]], size: int) -> None:
        self.rows = list(rows)
        self.changes = changes
        self.size = size
        self.queries: list[dict[str, str]] = []

    def fetch(self, query: dict[str, str]) -> Page[str]:
        change, row = self.changes.get(len(self.queries), ("", ""))
        if change == "delete" and row in self.rows:
            self.rows.remove(row)
        if change == "insert":
            self.rows.insert(0, row)
        self.queries.append(query)
        offset = int(query.get("paginationToken", "0"))
        page = [(row, row) for row in self.rows[offset : offset + self.size]]
        following = offset + self.size
        return page, str(following) if following < len(self.rows) else None


def test_a_list_of_one_page_is_asked_for_once() -> None:
    source = OffsetList(["a", "b"], {}, size=2)
    assert read_all(source.fetch) == ["a", "b"]
    assert source.queries == [{"limit": str(PAGE_LIMIT)}]


def test_a_token_is_sent_alone() -> None:
    source = OffsetList(["a", "b", "c"], {}, size=2)
    assert read_all(source.fetch, confirm=False) == ["a", "b", "c"]
    assert source.queries == [{"limit": "100"}, {"paginationToken": "2"}]


def test_an_empty_list_has_no_rows() -> None:
    assert read_all(OffsetList([], {}, size=2).fetch) == []


def test_a_row_that_slips_through_between_two_pages_is_found() -> None:
    source = OffsetList(["a", "b", "c", "d"], {1: ("delete", "a")}, size=2)
    assert read_all(source.fetch) == ["b", "c", "d"]


def test_a_row_that_comes_twice_is_returned_once() -> None:
    source = OffsetList(["a", "b", "c", "d"], {1: ("insert", "new")}, size=2)
    assert sorted(read_all(source.fetch)) == ["a", "b", "c", "d", "new"]


@given(
    count=st.integers(0, 40),
    size=st.integers(1, 7),
    changes=st.dictionaries(
        st.integers(0, 5), st.tuples(st.sampled_from(["delete", "insert"]), st.integers(0, 45))
    ),
)
def test_rows_that_are_there_all_the_time_are_never_missed_nor_doubled(
    count: int, size: int, changes: dict[int, tuple[str, int]]
) -> None:
    rows = [f"row-{number}" for number in range(count)]
    named = {
        at: (change, f"row-{number}" if change == "delete" else f"new-{at}")
        for at, (change, number) in changes.items()
    }
    source = OffsetList(rows, named, size)
    found = read_all(source.fetch)
    assert len(found) == len(set(found))
    assert set(found) >= set(rows) & set(source.rows)


def test_a_list_that_never_stays_the_same_ends_with_all_that_was_seen() -> None:
    changes = {at: ("insert", f"new-{at}") for at in range(1, 200)}
    source = OffsetList(["a", "b", "c", "d"], changes, size=3)
    assert set(read_all(source.fetch)) >= {"a", "b", "c", "d", "new-1"}


def test_a_repeated_token_is_an_error_and_not_an_endless_loop() -> None:
    def fetch(_: dict[str, str]) -> Page[str]:
        return [("a", "a")], "again"

    with pytest.raises(InvalidResponseError, match="repeats a page token"):
        read_all(fetch)


def test_ever_new_tokens_come_to_an_end() -> None:
    tokens = iter(range(10**6))

    def fetch(_: dict[str, str]) -> Page[str]:
        token = str(next(tokens))
        return [(token, token)], token

    with pytest.raises(InvalidResponseError, match="more than 2000 pages"):
        read_all(fetch)


@pytest.mark.parametrize("size", [0, 1, 10_000])
def test_pages_that_bring_nothing_new_end_the_reading_soon(size: int) -> None:
    page = [(str(number), str(number)) for number in range(size)]
    fetched: list[str] = []

    def fetch(_: dict[str, str]) -> Page[str]:
        fetched.append(str(len(fetched)))
        return page, fetched[-1]

    with pytest.raises(InvalidResponseError, match="the same rows under new page tokens"):
        read_all(fetch)
    assert len(fetched) <= MOST_PAGES_WITHOUT_NEWS + 2


def test_more_rows_than_all_pages_may_have_end_the_reading_soon() -> None:
    fetched: list[str] = []

    def fetch(_: dict[str, str]) -> Page[str]:
        fetched.append(str(len(fetched)))
        return [(f"{fetched[-1]}-{number}", "") for number in range(10_000)], fetched[-1]

    with pytest.raises(InvalidResponseError, match="more than 200000 rows"):
        read_all(fetch)
    assert len(fetched) == MOST_ROWS / 10_000 + 1


def test_a_few_pages_without_news_are_not_the_end() -> None:
    pages: list[tuple[list[str], str | None]] = [(["a"], "1")]
    pages += [([], str(number)) for number in range(2, MOST_PAGES_WITHOUT_NEWS)]
    pages += [(["a"], "again"), (["b"], None)]
    following = iter(pages)

    def fetch(_: dict[str, str]) -> Page[str]:
        rows, token = next(following)
        return [(row, row) for row in rows], token

    assert read_all(fetch, confirm=False) == ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ({"data": [], "pagination": {"next": "t"}}, "t"),
        ({"data": [], "pagination": {"pagination_token": "t"}}, "t"),
        ({"data": [], "pagination_token": "t"}, "t"),
        ({"data": [], "paginationToken": "t"}, "t"),
        ({"data": [], "pagination": "t"}, "t"),
        ({"data": [], "pagination": None}, None),
        ({"data": [], "pagination": {"next": None}}, None),
        ({"data": [], "pagination": {"next": ""}}, None),
        ({"data": [], "pagination": {}}, None),
        ({"data": []}, None),
    ],
)
def test_every_documented_form_of_a_page_is_understood(
    answer: dict[str, Any], token: str | None
) -> None:
    assert next_token(answer) == token
