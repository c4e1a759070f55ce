from __future__ import annotations

import inspect

import pytest
from pulumi_pinecone_backup import errors
from pulumi_pinecone_backup.service.endpoints import OPERATIONS

CLASSES = [
    member
    for _, member in inspect.getmembers(errors, inspect.isclass)
    if issubclass(member, BaseException)
]


def test_the_tree_has_exactly_the_classes_that_its_drawing_names() -> None:
    drawing = (errors.__doc__ or "").split("The HTTP status")[0]
    words = {word.strip("├─└│·") for word in drawing.split()}
    drawn = {word for word in words if word.endswith("Error")}
    assert drawn == {member.__name__ for member in CLASSES}


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_caught_by_the_catch_all(error: type[errors.PineconeBackupError]) -> None:
    assert issubclass(error, errors.PineconeBackupError)
    assert error.may_have_happened is False


def test_an_error_tells_whether_something_may_have_happened() -> None:
    assert errors.TransportError("x", may_have_happened=True).may_have_happened
    assert errors.InvalidResponseError("x", may_have_happened=True).may_have_happened
    assert errors.ApiError("x", status=500, may_have_happened=True).may_have_happened
    assert not errors.ApiError("x", status=404).may_have_happened


# Sent again without harm: they change nothing, or the same records to the same content.
REPEATABLE = {"describe_index_stats", "query_vectors", "upsert_vectors", "delete_vectors"}


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_every_operation_is_described_with_its_object(operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    names = ("index_name", "name", "backup_id", "job_id", "schedule_id", "host", "namespace")
    params = dict.fromkeys(names, "a/b {c}")
    assert operation.operation_id == operation_id
    assert "{c}" in operation.describe(params) or "{" not in operation.doing
    assert "a/b" not in operation.render_path(params)
    assert operation.changes is (operation.method != "GET" and operation_id not in REPEATABLE)
