"""Values that a preview does not know yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi.output import Unknown


def has_unknown(value: Any) -> bool:
    """Return whether `value` is unknown at preview, or holds something unknown."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return any(has_unknown(item) for item in value)
    return False
