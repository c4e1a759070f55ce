from __future__ import annotations

from typing import Any

import pytest
from pulumi_pinecone_backup.emulator.state.faults import Fault, FaultQueue, parse_fault

OPERATIONS = frozenset({"create_index", "describe_index", "create_backup"})


def fault(**fields: Any) -> Fault:
    return parse_fault({"operation": "describe_index", "kind": "drop_before"} | fields, OPERATIONS)


def test_faults_are_taken_in_their_order_and_used_up() -> None:
    queue = FaultQueue()
    queue.add(fault(times=2))
    queue.add(fault(kind="drop_after"))
    taken = [queue.take("describe_index", "/indexes/a") for _ in range(4)]
    assert [item.kind if item else None for item in taken] == [
        "drop_before",
        "drop_before",
        "drop_after",
        None,
    ]


def test_a_fault_waits_for_its_operation_and_path() -> None:
    queue = FaultQueue()
    queue.add(fault(match="/two"))
    assert queue.take("create_index", "/indexes/two") is None
    assert queue.take("describe_index", "/indexes/one") is None
    assert queue.pending()[0]["times"] == 1
    assert queue.take("describe_index", "/indexes/two") is not None
    assert queue.pending() == []


def test_a_star_stands_for_every_operation() -> None:
    queue = FaultQueue()
    queue.add(fault(operation="*"))
    assert queue.take("create_backup", "/") is not None


def test_adding_one_fault_twice_counts_twice() -> None:
    queue = FaultQueue()
    planned = fault()
    queue.add(planned)
    queue.add(planned)
    assert queue.take("describe_index", "/") is not None
    assert queue.take("describe_index", "/") is not None
    assert queue.take("describe_index", "/") is None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"operation": "nothing"}, "`operation`: no operation `nothing`"),
        ({"kind": "status"}, "`status`: a fault of kind `status` needs it"),
        ({"seconds": 1}, "`seconds`: a fault of kind `drop_before` does not take it"),
        ({"kind": "fail_job"}, "`operation`: a fault of kind `fail_job` fits create_backup, "),
        ({"times": "2"}, "`times`: "),
        ({"unknown": 1}, "`unknown`: "),
    ],
)
def test_a_malformed_fault_is_named(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=r"^`") as caught:
        fault(**fields)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize("value", [None, [], "x", 5])
def test_a_fault_is_an_object(value: object) -> None:
    with pytest.raises(ValueError, match="fault"):
        parse_fault(value, OPERATIONS)
