"""Read what a policy is shown, whatever its shape.

The SDK shows properties through Mapping and Sequence proxies that raise for an unknown value; a
remediation sees the bare marker of an unknown value instead. Here both become one frozen view in
which whatever cannot be judged is a `NotReadable` with its reason, so that no rule needs to expect
an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeVar

from pulumi_policy import proxy

from .kinds import Kind

UNKNOWN_MARKERS = frozenset(
    {
        proxy.UNKNOWN_BOOLEAN_VALUE,
        proxy.UNKNOWN_NUMBER_VALUE,
        proxy.UNKNOWN_STRING_VALUE,
        proxy.UNKNOWN_ARRAY_VALUE,
        proxy.UNKNOWN_ASSET_VALUE,
        proxy.UNKNOWN_ARCHIVE_VALUE,
        proxy.UNKNOWN_OBJECT_VALUE,
    }
)
REDACTED = (
    "[secret]"  # what `pulumi policy analyze` puts where it cannot decrypt, whatever the type was
)
MAX_DEPTH = 32

Path = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class NotReadable:
    """Stand for a value that cannot be judged, and say why."""

    reason: str


UNKNOWN = NotReadable("is not known before `pulumi up`")
ENCRYPTED = NotReadable("is a secret that could not be decrypted here")


def plain(value: object, depth: int = 0) -> Any:
    """Return a value as plain Python data.

    Returns:
        Plain data; unknown, redacted and unexpected parts are `NotReadable`.
    """
    if depth > MAX_DEPTH:
        return NotReadable("is nested too deeply")
    if isinstance(value, str):
        if value in UNKNOWN_MARKERS:
            return UNKNOWN
        return ENCRYPTED if value == REDACTED else value
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _entry(value, key, depth) for key in value}
    if isinstance(value, Sequence):
        return [_entry(value, position, depth) for position in range(len(value))]
    return NotReadable(f"has an unexpected shape ({type(value).__name__})")


def _entry(container: Any, key: object, depth: int) -> Any:
    try:
        return plain(container[key], depth + 1)
    except proxy.UnknownValueError:
        return UNKNOWN


def read(properties: Mapping[str, Any], name: str) -> Any:
    """Return one property as plain data, None where it is absent."""
    try:
        return _entry(properties, name, 0)
    except KeyError:  # `in` would read the value, and raise for an unknown one
        return None


@dataclass(frozen=True)
class Resource:
    """Show one resource to a rule.

    Args:
        kind: Its type.
        name: Its name in the program (the last part of the URN).
        urn: Its URN.
        properties: Inputs for a resource rule, outputs for a stack rule.
        is_secret: Tell whether the value at a path is a secret, or inside one.
        protect: The resource option.
        depends_on: URNs that a property depends on, by property (stack rules only).
    """

    kind: Kind
    name: str
    urn: str
    properties: Mapping[str, Any]
    is_secret: Callable[[Path], bool]
    protect: bool = False
    depends_on: Mapping[str, frozenset[str]] | None = None

    def get(self, name: str) -> Any:
        """Return a property under the name that the rules use."""
        return read(self.properties, self.kind.spell(name))

    @property
    def is_planned(self) -> bool:
        """Tell whether the outputs are those of the preview of a create: the inputs, no more."""
        return self.get("status") is None

    def text(self, name: str) -> str | NotReadable | None:
        """Return a property that should be a string."""
        return _expect(self.get(name), str, "a string")

    def flag(self, name: str) -> bool | NotReadable | None:
        """Return a property that should be true or false."""
        return _expect(self.get(name), bool, "true or false")

    def number(self, name: str) -> float | NotReadable | None:
        """Return a property that should be a number."""
        value = self.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        return _expect(value, float, "a number")

    def mapping(self, name: str) -> dict[str, Any] | NotReadable | None:
        """Return a property that should be a map."""
        return _expect(self.get(name), dict, "a map")

    def rows(self, name: str) -> list[Any] | NotReadable | None:
        """Return a property that should be a list."""
        return _expect(self.get(name), list, "a list")


def _expect(value: object, shape: type[T], wanted: str) -> T | NotReadable | None:
    if value is None or isinstance(value, (NotReadable, shape)):
        return value
    return NotReadable(f"has an unexpected shape (not {wanted})")


def time_of(resource: Resource, *names: str) -> datetime | NotReadable:
    """Return the first of these properties that is told, as a time.

    Args:
        resource: The resource.
        names: Properties that tell it, the best first; a state of an older version lacks some.
    """
    value: str | NotReadable | None = None
    for name in names:
        value = resource.text(name)
        if value is not None:
            break
    if isinstance(value, NotReadable):
        return value
    if value is None:
        return UNKNOWN if resource.is_planned else NotReadable("is not told by the service")
    try:
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return NotReadable("is not a time")
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
