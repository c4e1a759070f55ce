"""What a resource does on each call of an engine: the face that it shows to a front door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change, CheckedInputs, Result
from pulumi_pinecone_backup.lifecycle.session import Session

Properties = Mapping[str, Any]


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
