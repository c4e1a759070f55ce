from __future__ import annotations

import pytest
from pulumi_pinecone_backup.restored_index.ownership import describe, ownership_of
from pulumi_pinecone_backup.service.models import IndexModel

MARK = "0123456789ab-01234567"
RETAKEN = "0123456789ab-76543210"
FOREIGN = "ffffffffffff-01234567"
OF_ANOTHER_INDEX = "123456"


def index(mark: str | None) -> IndexModel:
    tags = {"team": "search"} if mark is None else {"team": "search", "pulumi-owner": mark}
    return IndexModel.model_validate(
        {"name": "recovered", "status": {"ready": True, "state": "Ready"}, "tags": tags}
    )


@pytest.mark.parametrize(
    ("live", "recorded", "expected"),
    [
        (MARK, MARK, "ours"),
        (RETAKEN, MARK, "renewed"),
        (f"{MARK}-pending", MARK, "ours"),
        (f"{MARK}-{OF_ANOTHER_INDEX}", MARK, "taken over"),
        (f"{MARK}-{OF_ANOTHER_INDEX}", None, "not marked"),
        (FOREIGN, MARK, "taken over"),
        ("no mark at all", MARK, "taken over"),
        (None, MARK, "mark gone"),
        ("", MARK, "mark gone"),
        (None, None, "not marked"),
        ("somebody's own text", None, "not marked"),
        (FOREIGN, None, "taken over"),
    ],
)
def test_the_live_mark_tells_how_an_index_stands_to_a_state_entry(
    live: str | None, recorded: str | None, expected: str
) -> None:
    assert ownership_of(index(live), recorded) == expected


def test_what_was_taken_over_is_told_with_the_ways_out() -> None:
    text = describe(index(FOREIGN), "taken over")
    assert "now belongs to another resource or stack" in text
    assert "pulumi state delete" in text


def test_a_newer_mark_of_the_same_resource_is_told_with_both_ways_out() -> None:
    text = describe(index(RETAKEN), "renewed")
    assert "pulumi state delete" in text
    assert "pinecone-backup import" in text


def test_a_lost_mark_is_told_with_the_ways_out() -> None:
    text = describe(index(None), "mark gone")
    assert "has lost its tag `pulumi-owner`" in text
    assert "set the tag back" in text
