from __future__ import annotations

from typing import Any

import pytest
from pulumi_pinecone_backup.restored_index.verification import (
    VerificationRow,
    failures,
    skipped,
    summary,
    verify_schema,
)
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel

FACTS: dict[str, Any] = {
    "dimension": 2,
    "metric": "cosine",
    "vector_type": "dense",
    "cloud": "aws",
    "region": "us-east-1",
}


def backup(**changes: Any) -> BackupModel:
    fields = {"backup_id": "b", "status": "Ready", "source_index_name": "products", **FACTS}
    return BackupModel.model_validate({**fields, **changes})


def index(**changes: Any) -> IndexModel:
    fields = {"name": "recovered", "status": {"ready": True, "state": "Ready"}, **FACTS}
    return IndexModel.model_validate({**fields, **changes})


def test_two_sides_that_report_the_same_pass() -> None:
    rows = verify_schema(backup(), index())
    assert {row.name: row.result for row in rows} == {
        "dimension": "passed",
        "metric": "passed",
        "vector_type": "passed",
        "schema": "passed",
        "cloud": "passed",
        "region": "passed",
    }


@pytest.mark.parametrize(
    ("fact", "other"),
    [
        ("dimension", 3),
        ("metric", "euclidean"),
        ("vector_type", "sparse"),
        ("cloud", "gcp"),
        ("region", "us-west-2"),
    ],
)
def test_a_fact_that_differs_fails_with_both_values(fact: str, other: object) -> None:
    rows = failures(verify_schema(backup(), index(**{fact: other})))
    (row,) = (row for row in rows if row.name == fact)
    assert (row.expected, row.actual) == (FACTS[fact], other)
    assert {row.name for row in rows} <= {fact, "schema"}


def test_a_field_that_is_indexed_differently_fails() -> None:
    fields = {"genre": {"type": "string", "filterable": True}}
    (row,) = failures(verify_schema(backup(schema={"fields": fields}), index()))
    assert row.name == "schema"


@pytest.mark.parametrize("fact", ["dimension", "metric", "cloud", "region"])
@pytest.mark.parametrize("side", ["the backup", "the index"])
def test_a_fact_that_one_side_does_not_tell_is_skipped_and_never_passed(
    fact: str, side: str
) -> None:
    silent = {fact: None}
    pair = (backup(**silent), index()) if side == "the backup" else (backup(), index(**silent))
    (row,) = (row for row in verify_schema(*pair) if row.name == fact)
    assert (row.result, row.why) == ("skipped", f"{side} does not report it")


def test_an_embedding_that_only_the_index_can_tell_is_not_held_against_the_backup() -> None:
    embedding = {"fields": {"text": {"type": "semantic_text", "model": "m", "metric": "cosine"}}}
    rows = verify_schema(backup(), index(schema=embedding))
    assert failures(rows) == []
    (row,) = (row for row in rows if row.name == "schema")
    assert row.result == "skipped"


def test_what_was_not_wanted_is_one_skipped_row() -> None:
    (row,) = skipped("`wait` is False")
    assert (row.result, row.why) == ("skipped", "`wait` is False")
    assert failures([row]) == []


def test_the_summary_names_failed_rows_only() -> None:
    rows = [
        VerificationRow(name="dimension", expected=2, actual=2, result="passed"),
        VerificationRow(name="record_count", expected=6, actual=5, result="failed"),
        VerificationRow(
            name="namespace_count", expected=None, actual=0, result="failed", why="empty"
        ),
    ]
    assert summary(rows) == (
        "record_count: expected 6, found 5; namespace_count: expected unknown, found 0 (empty)"
    )
