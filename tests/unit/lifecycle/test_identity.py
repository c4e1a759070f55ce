from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_pinecone_backup.backup_schedule.properties import MAX_NAME as MAX_NAME_OF_A_SCHEDULE
from pulumi_pinecone_backup.lifecycle.identity import (
    MARK_TAG,
    MAX_NAME,
    derived_name,
    identity_of,
    is_pending,
    mark_identity,
    new_mark,
    pending,
    without_mark,
    without_pending,
)

SERVICE_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
TOKEN = "pulumi-python:dynamic/pinecone:RestoredIndex"
IDENTITY = identity_of("recovery", "prod", TOKEN, "products")


@given(name=st.text(max_size=80), limit=st.sampled_from([MAX_NAME, MAX_NAME_OF_A_SCHEDULE]))
def test_any_resource_name_gives_a_name_that_the_service_takes(name: str, limit: int) -> None:
    found = derived_name(name, IDENTITY, None, limit=limit)
    assert SERVICE_NAME.fullmatch(found)
    assert len(found) <= limit


@pytest.mark.parametrize(
    ("resource_name", "stem"),
    [
        ("products", "products-"),
        ("My Index_2", "my-index-2-"),
        ("--x--", "x-"),
        ("ÄÖ", "r"),
        ("", "r"),
        ("a" * 60, "a" * 37 + "-"),
        ("a" * 36 + "-b", "a" * 36 + "-"),
    ],
)
def test_the_name_shows_the_resource_as_far_as_the_service_allows(
    resource_name: str, stem: str
) -> None:
    assert re.fullmatch(
        re.escape(stem) + "[0-9a-f]{7}", derived_name(resource_name, IDENTITY, None)
    )


def test_the_same_resource_has_the_same_name_in_every_run() -> None:
    assert derived_name("x", IDENTITY, [1, {"a": 2}]) == derived_name("x", IDENTITY, [1, {"a": 2}])


@pytest.mark.parametrize(
    ("identity", "triggers", "extra"),
    [("0" * 12, None, ()), (IDENTITY, ["new"], ()), (IDENTITY, None, ("backup",))],
)
def test_what_makes_a_new_object_makes_a_new_name(
    identity: str, triggers: list[str] | None, extra: tuple[str, ...]
) -> None:
    assert derived_name("x", identity, triggers, *extra) != derived_name("x", IDENTITY, None)


def test_absent_and_empty_triggers_are_the_same() -> None:
    assert derived_name("x", IDENTITY, []) == derived_name("x", IDENTITY, None)


@pytest.mark.parametrize("part", range(4))
def test_project_stack_type_and_name_each_make_another_identity(part: int) -> None:
    parts = ["recovery", "prod", TOKEN, "products"]
    parts[part] += "x"
    changed = identity_of(*parts)
    assert changed != IDENTITY
    assert re.fullmatch("[0-9a-f]{12}", changed)


def test_parts_of_an_identity_do_not_run_into_each_other() -> None:
    assert identity_of("a", "bc", TOKEN, "d") != identity_of("ab", "c", TOKEN, "d")


def test_a_mark_holds_the_identity_and_a_nonce_of_its_own() -> None:
    first, second = new_mark(IDENTITY, "docs"), new_mark(IDENTITY, "docs")
    assert first != second
    assert mark_identity(first, "docs") == mark_identity(second, "docs") == IDENTITY
    assert re.fullmatch(f"{IDENTITY}-[0-9a-f]{{8}}-[0-9a-f]{{6}}", first)


@pytest.mark.parametrize(
    "text",
    [None, "", "x", IDENTITY, f"{IDENTITY}-", f"{IDENTITY}-0123456Z", f"x{IDENTITY}-01234567"],
)
def test_what_is_no_mark_has_no_identity(text: str | None) -> None:
    assert mark_identity(text, "docs") is None


def test_a_mark_counts_for_its_index_alone() -> None:
    mark = new_mark(IDENTITY, "docs")
    assert mark_identity(mark, "docs-restored-by-hand") is None
    assert mark_identity(f"{IDENTITY}-01234567", "any") == IDENTITY  # of an older version


def test_a_pending_mark_is_the_same_mark() -> None:
    mark = new_mark(IDENTITY, "docs")
    waiting = pending(mark)
    assert is_pending(waiting)
    assert not is_pending(mark)
    assert pending(waiting) == waiting
    assert without_pending(waiting) == without_pending(mark) == mark
    assert mark_identity(waiting, "docs") == IDENTITY
    assert not is_pending(None)
    assert without_pending(None) is None


def test_users_see_tags_sorted_and_without_the_mark() -> None:
    tags = {"z": "1", MARK_TAG: "mark", "a": "2"}
    assert list(without_mark(tags).items()) == [("a", "2"), ("z", "1")]
