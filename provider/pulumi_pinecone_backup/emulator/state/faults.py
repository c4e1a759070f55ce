"""The queue of faults: what goes wrong, for which operation, how often."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pulumi_pinecone_backup.emulator.state.nesting import check_nesting
from pulumi_pinecone_backup.emulator.state.tampering import Tampering

FaultKind = Literal[
    "status",
    "delay",
    "drop_before",
    "drop_after",
    "never_finish",
    "fail_job",
    "cancel_job",
    "withhold_records",
    "tamper",
    "hide",
    "shift",
    "body",
    "rewrite",
    "swell",
    "drip",
    "vanish",
]

_BODILESS = (204, 304)
# How long an answer is, is said by the emulator; another length would break the connection.
_FRAMING = {"content-length", "transfer-encoding"}
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")

# What each kind needs beside operation, kind, times and match, and what it may have.
FIELDS_OF_KIND: dict[str, tuple[set[str], set[str]]] = {
    "status": ({"status"}, {"body", "headers", "after"}),
    "delay": ({"seconds"}, set()),
    "drop_before": (set(), set()),
    "drop_after": (set(), set()),
    "never_finish": (set(), set()),
    "fail_job": (set(), set()),
    "cancel_job": (set(), set()),
    "withhold_records": ({"count"}, {"namespaces"}),
    "tamper": ({"how"}, {"count", "namespaces"}),
    "hide": (set(), {"ids"}),
    "shift": ({"count"}, set()),
    "body": (set(), {"body"}),
    "rewrite": (set(), {"change", "remove", "add", "ids"}),
    "swell": ({"count"}, set()),
    "drip": ({"seconds"}, set()),
    "vanish": (set(), set()),
}
_OPERATIONS_OF_KIND = {
    "never_finish": {
        "create_backup",
        "create_index_from_backup_operation",
        "create_index",
        "delete_index",
        "delete_backup",
    },
    "fail_job": {"create_backup", "create_index_from_backup_operation", "create_index"},
    "cancel_job": {"create_index_from_backup_operation"},
    "withhold_records": {"create_index_from_backup_operation"},
    "tamper": {"create_index_from_backup_operation"},
    "vanish": {
        "describe_index",
        "describe_backup",
        "describe_restore_job",
        "describe_backup_schedule",
    },
}


class Fault(BaseModel):
    """One planned fault.

    Attributes:
        operation: Operation id, or `*` for any.
        kind: What goes wrong.
        times: How many requests it hits.
        match: Text that the path must contain.
        after: For `status`: whether the request takes effect first.
        status: HTTP status of the answer.
        body: Text or JSON of the answer; for `body` in place of that of
            a good answer, which ends in its middle where none is given.
        headers: Headers of the answer.
        seconds: Length of a delay, or for `drip` of the pause before each byte of the body.
        count: Records withheld, records tampered with in each namespace, rows that a page starts
            too early, or rows that it is swollen to.
        namespaces: Namespaces whose records are withheld or tampered with; all where left out.
        how: For `tamper`: what is wrong with a restore whose counts are right.
        ids: Names and ids of the rows that a list leaves out or that are rewritten; every row
            where left out.
        change: For `rewrite`: path of a field -> its new value, in each row of a list or in the
            object. Parts of a path are divided by dots, and `*` is every key or item.
        remove: For `rewrite`: paths of fields to leave out.
        add: For `rewrite`: rows to add to a list.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    operation: Annotated[str, Field(min_length=1)]
    kind: FaultKind
    times: Annotated[int, Field(ge=1, le=10**9)] = 1
    match: str = ""
    after: bool = False
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    body: Any = None
    headers: dict[str, str] = Field(default_factory=dict)
    seconds: Annotated[float, Field(ge=0, le=3600)] | None = None
    count: Annotated[int, Field(ge=0, le=10**9)] | None = None
    namespaces: list[str] | None = None
    how: Tampering | None = None
    ids: list[str] | None = None
    change: dict[str, Any] = Field(default_factory=dict)
    remove: list[str] = Field(default_factory=list)
    add: list[Any] = Field(default_factory=list)


_ADAPTER: TypeAdapter[Fault] = TypeAdapter(Fault)


def parse_fault(fields: object, operations: frozenset[str]) -> Fault:
    """Read one fault.

    Args:
        fields: The fault as JSON gives it.
        operations: Operation ids that exist.

    Raises:
        ValueError: It is malformed; the text says what and where.
    """
    try:
        fault = _ADAPTER.validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "fault"
        raise ValueError(f"`{where}`: {first['msg']}") from error
    _check_answerable(fault)
    if fault.operation != "*" and fault.operation not in operations:
        raise ValueError(f"`operation`: no operation `{fault.operation}`")
    needed, allowed = FIELDS_OF_KIND[fault.kind]
    given = fault.model_fields_set - {"operation", "kind", "times", "match"}
    if missing := sorted(needed - given):
        raise ValueError(f"`{missing[0]}`: a fault of kind `{fault.kind}` needs it")
    if surplus := sorted(given - needed - allowed):
        raise ValueError(f"`{surplus[0]}`: a fault of kind `{fault.kind}` does not take it")
    if fault.kind == "rewrite" and not (fault.change or fault.remove or fault.add):
        raise ValueError("`change`: a fault of kind `rewrite` needs it, or `remove` or `add`")
    fitting = _OPERATIONS_OF_KIND.get(fault.kind)
    if fitting is not None and fault.operation not in fitting:
        raise ValueError(
            f"`operation`: a fault of kind `{fault.kind}` fits {', '.join(sorted(fitting))}"
        )
    return fault


def _check_answerable(fault: Fault) -> None:
    """Refuse what could be neither listed nor answered."""
    try:
        for value in (fault.body, fault.change, fault.add):
            check_nesting(value)
        orjson.dumps(fault.model_dump())
    except (TypeError, ValueError) as error:
        raise ValueError(f"`fault`: it cannot be written as JSON: {error}") from error
    if fault.status in _BODILESS and fault.body is not None:
        raise ValueError(f"`body`: an answer with status {fault.status} has none")
    for name, value in fault.headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _FRAMING:
            raise ValueError(f"`headers`: an answer cannot have the header `{name}`")
        if not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"`headers`: `{name}` must be printable ASCII without line breaks")


class FaultQueue:
    """Faults in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault at the end."""
        self._faults.append(fault.model_copy())

    def take(self, operation: str, path: str) -> Fault | None:
        """Return the first fault that fits the request, and use it up once."""
        for position, fault in enumerate(self._faults):
            if fault.operation in ("*", operation) and fault.match in path:
                fault.times -= 1
                if fault.times == 0:
                    del self._faults[position]
                return fault
        return None

    def pending(self) -> list[dict[str, Any]]:
        """Return what is still to come."""
        return [
            fault.model_dump(exclude_unset=True) | {"times": fault.times} for fault in self._faults
        ]

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()
