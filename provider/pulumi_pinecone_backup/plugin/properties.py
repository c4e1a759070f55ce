"""Properties on the wire, as Pulumi's provider protocol has them, and as the core takes them.

A secret property is remembered by its name, and is secret again under every name that it is stored
by; what is unknown at preview stays unknown. Source: Pulumi's provider protocol, property values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf import struct_pb2

from pulumi_pinecone_backup.engine.unknowns import UNKNOWN, is_unknown
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.inputs import HIDDEN
from pulumi_pinecone_backup.lifecycle.property_names import (
    PROVIDER,
    inward,
    outward,
    to_camel,
    to_snake,
)

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark
ASSETS: Final = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})
UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS: Final = frozenset(
    {
        UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
_ALSO_SECRET: Final = {"tags": ("effective_tags",), "checks": ("verification",)}


@dataclass(frozen=True)
class Properties:
    """Properties of a call, under the models' names.

    Attributes:
        values: Plain values; `UNKNOWN` for what is not known yet.
        secrets: Names of the properties that are or hold a secret.
    """

    values: dict[str, Any]
    secrets: frozenset[str] = field(default_factory=frozenset)


def unmarshal(struct: struct_pb2.Struct) -> Properties:
    """Return the properties of a resource, whichever door has written them.

    Raises:
        ConfigurationError: It holds something that no property of this package takes.
    """
    values: dict[str, Any] = {}
    secrets: set[str] = set()
    for key, value in struct.fields.items():
        found = _Found()
        values[key] = found.plain(value)
        if found.has_secret:
            secrets.add(key)
    return Properties(inward(values), frozenset(map(to_snake, secrets)))


def recorded(outputs: struct_pb2.Struct, inputs: struct_pb2.Struct) -> Properties:
    """Return recorded outputs, with who the resource is from its inputs.

    An import records outputs before a check has told whose they are.
    """
    told, given = unmarshal(outputs), unmarshal(inputs)
    who = {name: given.values[name] for name in HIDDEN if name in given.values}
    return Properties({**who, **told.values}, told.secrets | given.secrets)


def unmarshal_configuration(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a provider's configuration under its own names."""
    return {key: _Found().plain(value) for key, value in struct.fields.items()}


def marshal(values: Mapping[str, Any], secrets: Collection[str] = ()) -> struct_pb2.Struct:
    """Return properties as the engine takes them, under the schema's names.

    Args:
        values: Properties under the models' names; None is left out.
        secrets: Names of the properties that are secret.
    """
    hidden = {other for name in secrets for other in (name, *_ALSO_SECRET.get(name, ()))}
    told = {name: value for name, value in values.items() if value is not None}
    told.pop(PROVIDER, None)
    wired = _wired(outward(told))
    for key in wired.keys() & map(to_camel, hidden):
        wired[key] = {SIGNATURE: SECRET, "value": wired[key]}
    struct = struct_pb2.Struct()
    struct.update(wired)
    return struct


def hide(struct: struct_pb2.Struct, key: str) -> None:
    """Mark a value as secret where it is not yet."""
    if key in struct.fields and SIGNATURE not in struct.fields[key].struct_value.fields:
        hidden = struct_pb2.Value()
        hidden.CopyFrom(struct.fields[key])
        struct.update({key: {SIGNATURE: SECRET}})
        struct.fields[key].struct_value.fields["value"].CopyFrom(hidden)


class _Found:
    """What reading one property has come across."""

    def __init__(self) -> None:
        self.has_secret = False

    def plain(self, value: struct_pb2.Value) -> Any:
        """Return a value without the protocol's wrappings."""
        kind = value.WhichOneof("kind")
        if kind == "string_value" and value.string_value in _UNKNOWNS:
            return UNKNOWN
        if kind == "list_value":
            return [self.plain(item) for item in value.list_value.values]
        if kind == "struct_value":
            return self._plain_map(value.struct_value)
        return None if kind in (None, "null_value") else getattr(value, kind)

    def _plain_map(self, struct: struct_pb2.Struct) -> Any:
        fields = struct.fields
        signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
        if not signature:
            return {key: self.plain(item) for key, item in fields.items()}
        if signature == SECRET:
            self.has_secret = True
            return self.plain(fields["value"])
        if signature in ASSETS and fields["hash"].string_value:
            return f"sha256:{fields['hash'].string_value}"
        raise ConfigurationError(
            "a property holds an asset whose content is not known here: give its version or its "
            "hash"
        )


def _wired(value: Any) -> Any:
    if is_unknown(value):
        return UNKNOWN_TEXT
    if isinstance(value, Mapping):
        return {key: _wired(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_wired(item) for item in value]
    return value
