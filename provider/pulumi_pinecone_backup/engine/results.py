"""How the core answers a call: inputs that were checked, a change, or an object as it is.

A door translates them into what its protocol wants. A partial result keeps id and outputs in the
state although the operation is reported as failed; where a door cannot tell the engine so, it shows
the reason as a warning, and the unfinished status among the outputs makes the next `up` continue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_pinecone_backup.errors import PineconeBackupError


@dataclass(frozen=True)
class CheckedInputs:
    """The answer to a check.

    Attributes:
        inputs: The inputs to deploy.
        failures: Why the resource cannot be deployed, each a sentence; empty if it can.
    """

    inputs: Mapping[str, Any]
    failures: Sequence[str] = ()


@dataclass(frozen=True)
class Change:
    """The answer to a diff.

    Attributes:
        replaces: Properties whose change makes a new object.
        updates: Properties that change in place.
        deletes_first: Whether the old object goes before the new one is made.
    """

    replaces: Sequence[str] = ()
    updates: Sequence[str] = ()
    deletes_first: bool = False


@dataclass(frozen=True)
class Result:
    """How a create, read or update ended.

    Attributes:
        object_id: The Pulumi id; empty if the object does not exist any more.
        outputs: What the state keeps.
        inputs: The inputs that the state keeps; only a read tells them. None keeps what is there.
        problem: Why the result is partial, in one line; None if it is whole.
        cause: The error behind a partial result, for those who debug.
    """

    object_id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] | None = None
    problem: str | None = None
    cause: Exception | None = None


GONE = Result("", inputs={})
"""The result of a read for an object that does not exist any more."""


def ended(object_id: str, outputs: Mapping[str, Any], error: Exception | None) -> Result:
    """Return the result of a create or update, partial where `error` ended it early."""
    return Result(
        object_id,
        outputs,
        problem=None if error is None else text_of(error),
        cause=error,
    )


def text_of(error: Exception) -> str:
    """Return an error as one line; its type is told where the text alone says too little."""
    if isinstance(error, PineconeBackupError):
        return str(error)
    return f"unexpected {type(error).__name__}: {error}"
