"""What a resource does on each call of an engine: the face that it shows to a front door."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change, CheckedInputs, Result
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.deadlines import requests_until

Properties = Mapping[str, Any]
P = ParamSpec("P")
Answer = TypeVar("Answer")
Operation = Callable[Concatenate[Session, Call, P], Answer]


@dataclass(frozen=True)
class Resource:
    """The six operations of a resource; each raises only errors of this package.

    Attributes:
        check: Recorded inputs and the program's → the inputs to deploy.
        diff: Id, recorded outputs and checked inputs → what a change does.
        create: Checked inputs → the new object.
        read: Id and recorded outputs → the object as it is, or `results.GONE`.
        update: Id, recorded outputs and checked inputs → the changed object.
        delete: Id and recorded outputs; returns when the object is gone.
    """

    check: Callable[[Session, Call, Properties, Properties], CheckedInputs]
    diff: Callable[[Session, Call, str, Properties, Properties], Change]
    create: Callable[[Session, Call, Properties], Result]
    read: Callable[[Session, Call, str, Properties], Result]
    update: Callable[[Session, Call, str, Properties, Properties], Result]
    delete: Callable[[Session, Call, str, Properties], None]


def within_timeout(
    kind: Literal["create", "update", "delete"],
) -> Callable[[Operation[P, Answer]], Operation[P, Answer]]:
    """Bound all requests of an operation by the user's timeout for it, else by the pace's."""

    def bound(operation: Operation[P, Answer]) -> Operation[P, Answer]:
        @functools.wraps(operation)
        def within(session: Session, call: Call, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
            limits = {
                "create": session.pace.create,
                "update": session.pace.update,
                "delete": session.pace.delete,
            }
            with requests_until(time.monotonic() + (call.timeout_seconds or limits[kind])):
                return operation(session, call, *args, **kwargs)

        return within

    return bound
