"""What the output `verification` holds, and what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_pinecone_backup.restored_index.verification import (
    VerificationRow,
    from_state,
    stored,
    summary,
)


def passed(name: str, value: Any) -> VerificationRow:
    return VerificationRow(name=name, expected=value, actual=value, result="passed")


SCHEMA = passed("schema", {"fields": {"_values": {"type": "dense_vector"}}})


def test_what_the_outputs_of_the_index_tell_is_one_row_when_it_passed() -> None:
    rows = [passed("dimension", 8), passed("metric", "cosine"), SCHEMA, passed("record_count", 5)]
    assert stored(rows) == [
        {
            "name": "definition",
            "result": "passed",
            "why": "dimension, metric, schema: as in the backup",
        },
        {"name": "record_count", "expected": 5, "result": "passed"},
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            VerificationRow(name="dimension", expected=8, actual=9, result="failed"),
            {"name": "dimension", "expected": 8, "actual": 9, "result": "failed"},
        ),
        (
            VerificationRow(name="region", expected="eu", result="skipped", why="not reported"),
            {"name": "region", "expected": "eu", "result": "skipped", "why": "not reported"},
        ),
        (
            VerificationRow(
                name="record_count", expected=5, actual=6, result="passed", why="written since"
            ),
            {
                "name": "record_count",
                "expected": 5,
                "actual": 6,
                "result": "passed",
                "why": "written since",
            },
        ),
    ],
)
def test_what_did_not_pass_or_differs_is_told_whole(
    row: VerificationRow, told: dict[str, Any]
) -> None:
    assert stored([row]) == [told]
    assert from_state(stored([row])) == [row]


def test_rows_of_an_earlier_version_stay_as_they_are() -> None:
    recorded = [
        {"name": "dimension", "expected": 8.0, "actual": 8.0, "result": "passed", "why": ""},
        {"name": "record_count", "expected": 5.0, "actual": 5.0, "result": "passed", "why": ""},
    ]
    assert stored(from_state(recorded), recorded) == recorded


def test_a_new_verification_replaces_the_recorded_rows() -> None:
    recorded = stored([passed("record_count", 5)])
    rows = [VerificationRow(name="record_count", expected=5, actual=4, result="failed")]
    assert stored(rows, recorded)[0]["result"] == "failed"
    assert summary(from_state(stored(rows, recorded))) == "record_count: expected 5, found 4"
