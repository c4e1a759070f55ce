"""How an operation ends: whole, or partial with the state kept and the reason on the row.

Where the bridge cannot tell the engine of a partial result, the operation ends as if it had
succeeded, with a warning and its unfinished status among the outputs: diff sees that, and the next
`up` continues.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.engine.bridge import Call, OneLineError


def created(
    call: Call, object_id: str, outputs: Mapping[str, Any], error: Exception | None
) -> CreateResult:
    """Return a create's result; raise it as partial where `error` ended it early."""
    if error is not None:
        _raise_partial(call, object_id, outputs, error)
    return CreateResult(object_id, dict(outputs))


def updated(
    call: Call, object_id: str, outputs: Mapping[str, Any], error: Exception | None
) -> UpdateResult:
    """Return an update's result; raise it as partial where `error` ended it early."""
    if error is not None:
        partial = engine_bridge.partial(call, object_id, outputs, text_of(error))
        raise (partial or OneLineError(text_of(error))) from error
    return UpdateResult(dict(outputs))


def was_read(
    call: Call,
    object_id: str,
    outputs: Mapping[str, Any],
    inputs: Mapping[str, Any],
    unhealthy: str | None,
) -> ReadResult:
    """Return a read's result; raise it as partial where the object is unhealthy."""
    if unhealthy is not None:
        partial = engine_bridge.partial(call, object_id, outputs, unhealthy, inputs)
        if partial is not None:
            raise partial
        engine_bridge.warn(unhealthy, call)
    return ReadResult(object_id, dict(outputs), dict(inputs))


def gone() -> ReadResult:
    """Return a read's result for an object that does not exist any more."""
    return ReadResult("", {})


def text_of(error: Exception) -> str:
    """Return an error as one line; the type is told where the text alone says too little."""
    from pulumi_pinecone_backup.errors import PineconeBackupError

    if isinstance(error, PineconeBackupError | OneLineError):
        return str(error)
    return f"unexpected {type(error).__name__}: {error}"


def _raise_partial(
    call: Call, object_id: str, outputs: Mapping[str, Any], error: Exception
) -> None:
    partial = engine_bridge.partial(call, object_id, outputs, text_of(error))
    if partial is not None:
        raise partial from (error if engine_bridge.is_debug() else None)
    engine_bridge.warn(text_of(error), call)
