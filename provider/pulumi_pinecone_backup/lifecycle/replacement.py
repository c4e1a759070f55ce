"""No gap: which object of a resource is the newest, and when an old one may go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.session import Session


@dataclass(frozen=True)
class Newest:
    """The object that this process has made, continued or found unchanged for a resource."""

    object_id: str
    is_ready: Callable[[], bool]


class NewestObjects:
    """The newest object of each resource that this process has dealt with, by identity."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[str, Newest] = {}

    def note(self, identity: str, newest: Newest) -> None:
        """Remember the newest object of a resource."""
        if identity:
            with self._lock:
                self._newest[identity] = newest

    def of(self, properties: Mapping[str, Any]) -> Newest | None:
        """Return the newest object of a resource, or None."""
        with self._lock:
            return self._newest.get(str(properties.get("identity", "")))


def refuse_with_move(olds: Mapping[str, Any], replaces: Sequence[str]) -> None:
    """Return unless a healthy object would be replaced in the `up` that moves it between doors.

    The old one is deleted by the other door's process, which does not know whether the new one is
    good: there would be no guard against a gap.

    Raises:
        ConfigurationError: It would; the text says in which order.
    """
    changes = [name for name in replaces if name != "status"]
    if changes and olds.get("status", "Ready") == "Ready":
        raise ConfigurationError(
            "this resource moves between the Python resources and the plugin, and "
            + ", ".join(f"`{name}`" for name in changes)
            + " would replace it in the same run: nothing was changed. Take that change back, run "
            "`pulumi up`, which moves it, and then make the change"
        )


class Declared:
    """The checked inputs of every resource that the program declares, by identity."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inputs: dict[str, dict[str, Any]] = {}

    def note(self, inputs: Mapping[str, Any]) -> None:
        """Remember the checked inputs of a resource."""
        identity = inputs.get("identity")
        if isinstance(identity, str) and identity:
            with self._lock:
                self._inputs[identity] = dict(inputs)

    def all(self) -> list[dict[str, Any]]:
        """Return the checked inputs of every resource that was declared so far."""
        with self._lock:
            return list(self._inputs.values())

    def of(self, identity: str) -> dict[str, Any] | None:
        """Return the checked inputs of a resource that the program declares, or None."""
        with self._lock:
            return self._inputs.get(identity)


def claim_newest(
    session: Session, identity: str, object_id: str, is_ready: Callable[[], bool]
) -> None:
    """Remember the newest object of a resource, so that the old one is not deleted too early."""
    session.memory(NewestObjects).note(identity, Newest(object_id, is_ready))


def refuse_gap(
    session: Session,
    properties: Mapping[str, Any],
    object_id: str,
    what: str,
    done: str = "Ready",
) -> None:
    """Return unless deleting this object would leave the resource without a usable one.

    Raises:
        ConfigurationError: This process knows a newer object, and that is not Ready.
    """
    newest = session.memory(NewestObjects).of(properties)
    if newest is None or newest.object_id == object_id or newest.is_ready():
        return
    raise ConfigurationError(
        f"{what} was not deleted: `{newest.object_id}`, which replaces it, is not {done} yet. "
        "The next `pulumi up` removes it once the new one is"
    )


def is_in_use(session: Session, properties: Mapping[str, Any], object_id: str) -> bool:
    """Return whether this process knows the object as one that its resource goes on with."""
    newest = session.memory(NewestObjects).of(properties)
    return newest is not None and newest.object_id == object_id


def makes_room(session: Session, properties: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the inputs of the object that is made once this one is deleted, or None.

    So it is where the program declares the resource and nothing stands in its place yet.
    """
    if session.memory(NewestObjects).of(properties) is not None:
        return None
    return session.memory(Declared).of(str(properties.get("identity", "")))
