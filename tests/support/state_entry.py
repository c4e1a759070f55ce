"""One entry of a stack's state, and the calls that the engine makes for it.

The order of the calls and the form of the values are those of the engine: numbers are floats, what
is None is not there, and an entry keeps the inputs of the last check beside the outputs of the last
change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import ResourceProvider
from pulumi_pinecone_backup import handlers
from pulumi_pinecone_backup.lifecycle.identity import identity_of

PROVIDER = {"__provider": "stored"}


class Refused(Exception):
    """A check that found problems; the text holds them all."""


class Entry:
    """One resource: who it is, and what is stored of it."""

    def __init__(self, kind: str, resource_name: str) -> None:
        self.handler: ResourceProvider = getattr(handlers, f"{kind}Handler")()
        token = f"pulumi-python:dynamic/pinecone:{kind}"
        self.who = {
            "identity": identity_of("recovery", "test", token, resource_name),
            "resource_name": resource_name,
        }
        self.id: str | None = None
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}

    def copy(self) -> Entry:
        """Return the same entry as another state would hold it."""
        other = object.__new__(Entry)
        other.__dict__ = dict(self.__dict__)
        return other

    def check(self, olds: Mapping[str, Any] | None = None, **given: Any) -> dict[str, Any]:
        """Return checked inputs.

        Raises:
            Refused: The inputs have problems.
        """
        recorded = self.inputs if olds is None else olds
        checked = self.handler.check(wire(recorded), wire({**self.who, **given, **PROVIDER}))
        if checked.failures:
            assert {failure.property for failure in checked.failures} == {""}
            raise Refused("\n".join(failure.reason for failure in checked.failures))
        return dict(wire(checked.inputs))

    def up(self, **given: Any) -> str:
        """Bring the resource to its inputs; return what was done for it."""
        news = self.check(**given)
        if self.id is None:
            self._create(news)
            return "created"
        diff = self.handler.diff(self.id, self.outputs, {**news, **PROVIDER})
        if not diff.changes:
            self.inputs = news
            return "unchanged"
        if not diff.replaces:
            self._update(news)
            return "updated"
        news = self.check({}, **given)
        old = self.copy()
        if diff.delete_before_replace:
            old.down()
        self._create(news)
        if not diff.delete_before_replace:
            old.down()
        return "replaced"

    def _create(self, news: dict[str, Any]) -> None:
        result = self.handler.create({**news, **PROVIDER})
        assert result.id
        self.id, self.inputs, self.outputs = result.id, news, wire(result.outs or {})

    def _update(self, news: dict[str, Any]) -> None:
        assert self.id is not None
        result = self.handler.update(self.id, self.outputs, {**news, **PROVIDER})
        self.inputs, self.outputs = news, wire(result.outs or {})

    def refresh(self) -> bool:
        """Read the live object; return whether it is still there."""
        assert self.id is not None
        result = self.handler.read(self.id, {**self.outputs, **PROVIDER})
        if not result.id:
            return False
        if result.inputs is not None:
            self.inputs = wire(result.inputs)
        self.outputs = wire(result.outs or {})
        return True

    def get(self, object_id: str) -> dict[str, Any]:
        """Read an object that is not in the state, as `.get()` does."""
        result = self.handler.read(object_id, wire(PROVIDER))
        assert result.id == object_id
        return dict(wire(result.outs or {}))

    def down(self) -> None:
        """Delete the object."""
        assert self.id is not None
        self.handler.delete(self.id, {**self.outputs, **PROVIDER})


def wire(value: Any) -> Any:
    """Return a value as it arrives through the engine."""
    if isinstance(value, bool) or not isinstance(value, int | Mapping | list | tuple):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, Mapping):
        return {key: wire(item) for key, item in value.items() if item is not None}
    return [wire(item) for item in value]
