"""Values that a preview does not know yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pulumi.output import Unknown

UNKNOWN: Final = Unknown()  # type: ignore[no-untyped-call]


def is_unknown(value: Any) -> bool:
    """Return whether `value` itself is unknown at preview."""
    return isinstance(value, Unknown)


def first_unknown(value: Any) -> Unknown | None:
    """Return something unknown that `value` is or holds, or None."""
    if isinstance(value, Unknown):
        return value
    parts: Iterable[Any] = ()
    if isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        parts = value
    return next((found for found in map(first_unknown, parts) if found is not None), None)


def has_unknown(value: Any) -> bool:
    """Return whether `value` is unknown at preview, or holds something unknown."""
    return first_unknown(value) is not None
