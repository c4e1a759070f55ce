"""Names of properties at the two doors: `snake_case` inside and in Python, `camelCase` elsewhere.

The names are the API's; a state that the plugin has written holds them in camelCase. What the
service or a user has named inside a value (tags, a schema, triggers) keeps its names. It imports
nothing: a program needs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

PROVIDER: Final = "__provider"
"""Where a dynamic resource keeps its handler, among its properties."""

OPAQUE: Final = frozenset(
    {"tags", "effective_tags", "schema", "embed", "triggers", "expected", "actual"}
)
"""Properties whose values are not looked into."""


def to_camel(name: str) -> str:
    """Return the name of a property as the schema has it: `backup_id` is `backupId`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def to_snake(name: str) -> str:
    """Return the name of a property as the models have it; such a name stays as it is."""
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def is_outward(properties: Mapping[str, Any]) -> bool:
    """Return whether a state holds properties under the schema's names: every resource has some."""
    return any(key != key.lower() for key in properties)


def outward(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties under the schema's names."""
    return _renamed(properties, to_camel)


def inward(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties under the models' names, whichever door has written them."""
    return _renamed(properties, to_snake)


def _renamed(value: Mapping[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    return {
        rename(key): item if to_snake(key) in OPAQUE else _inside(item, rename)
        for key, item in value.items()
    }


def _inside(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, Mapping):
        return _renamed(value, rename)
    if isinstance(value, list | tuple):
        return [_inside(item, rename) for item in value]
    return value
