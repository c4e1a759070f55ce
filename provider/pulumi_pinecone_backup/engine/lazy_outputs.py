"""Outputs of a resource that are made when the program reads them.

Pulumi's SDK makes an output with four futures and a task for every property that a resource
declares, and resolves all of them, whether the program reads them or not. A restored index has 35:
for 500 of them that is half of the program's time. Here the SDK's own function makes an output when
it is asked for, and what has arrived by then is handed on. Where that function has moved, all
outputs are made at once, as ever.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_origin

import pulumi
from pulumi import Output

from pulumi_pinecone_backup.engine import bridge

Resolver = Callable[..., None]
_PART = "outputs made when they are read"


class LazyOutputs(pulumi.Resource):
    """A resource of a class whose annotated outputs are made when they are read."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        declare_outputs(cls)


def declare_outputs(resource_class: type[pulumi.Resource]) -> None:
    """Turn the annotated outputs of a class into getters, as Pulumi's generated SDKs have them.

    Pulumi's SDK evaluates annotations again for each resource, and types of getters once a class.
    """
    annotations = inspect.get_annotations(resource_class)
    outputs = {name: each for name, each in annotations.items() if _is_output(each)}
    for name, annotation in outputs.items():
        setattr(resource_class, name, property(_getter(name, annotation)))
    rest = {name: each for name, each in annotations.items() if name not in outputs}
    resource_class.__annotations__ = rest


def install() -> None:
    """Let resources of these classes make their outputs when they are read. Others are not touched.

    Called in the user's program before a resource is declared; once is enough.
    """
    if not bridge.is_on():
        return
    try:
        from pulumi.runtime import rpc

        transfer = rpc.transfer_properties
    except (ImportError, AttributeError) as error:
        bridge.note_missing(_PART, error)
        return
    if not isinstance(transfer, _Transfer):
        rpc.transfer_properties = _Transfer(transfer)  # type: ignore[assignment]


def note_if_made_at_once(resource: LazyOutputs) -> None:
    """Say that the SDK has made all outputs of a resource at once: it works, and takes longer."""
    is_lazy = isinstance(vars(resource), _Attributes)
    if bridge.is_on() and not is_lazy and _PART not in bridge.missing:
        bridge.note_missing(_PART, LookupError("the SDK makes outputs elsewhere"))


class _Transfer:
    """What the SDK calls to make the outputs of a resource: Pulumi's own for all but ours."""

    def __init__(self, original: Callable[..., dict[str, Resolver]]) -> None:
        self._original = original

    def __call__(self, resource: Any, props: Any, *rest: Any, **named: Any) -> dict[str, Resolver]:
        transfer = functools.partial(self._original, **named)
        if not isinstance(resource, LazyOutputs):
            return transfer(resource, props, *rest)
        attributes = _Attributes(
            vars(resource), lambda name: transfer(resource, (name,), *rest)[name], set(props)
        )
        resource.__dict__ = attributes
        return {name: functools.partial(attributes.arrive, name) for name in props}


class _Attributes(dict[str, Any]):
    """The attributes of a resource: an output that is not read was not made yet."""

    def __init__(
        self, present: dict[str, Any], make: Callable[[str], Resolver], names: set[str]
    ) -> None:
        super().__init__(present)
        self._make = make
        self._names = names - {"id", "urn"}
        self._arrived: dict[str, tuple[Any, ...]] = {}
        self._awaited: dict[str, Resolver] = {}

    def arrive(self, name: str, *state: Any) -> None:
        """Take what the engine tells of a property."""
        self._arrived[name] = state
        resolve = self._awaited.pop(name, None)
        if resolve is not None:
            resolve(*state)

    def __missing__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        resolve = self._make(name)  # puts the output here
        if name in self._arrived:
            resolve(*self._arrived[name])
        else:
            self._awaited[name] = resolve
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def keys(self) -> Any:
        """Return all names: whoever exports a whole resource reads every output."""
        for name in self._names:
            self[name]
        return super().keys()


def _is_output(annotation: Any) -> bool:
    origin: Any = get_origin(annotation)
    return origin is Output


def _getter(name: str, annotation: Any) -> Callable[[Any], Any]:
    def read(self: Any) -> Any:
        return pulumi.get(self, name)

    read.__name__ = name
    read.__annotations__ = {"return": annotation}
    getter: Callable[[Any], Any] = pulumi.getter(read)
    return getter
