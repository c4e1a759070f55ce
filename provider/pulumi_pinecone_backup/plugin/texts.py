"""The package's schema and version, and texts that name properties as the schema does."""

from __future__ import annotations

import functools
import importlib.resources
import json
import re
from importlib.metadata import version
from typing import Any, Final

from pulumi_pinecone_backup.lifecycle.property_names import to_camel, to_snake

DISTRIBUTION: Final = "pulumi-pinecone-backup"
_WORD: Final = re.compile(r"([a-z]+(?:_[a-z]+)+)(?:=(True|False|(?=\")))?")
_OPTIONS: Final = frozenset(
    {
        "api_key_env",
        "custom_timeouts",
        "delete_before_replace",
        "ignore_changes",
        "replace_on_changes",
        "replacement_trigger",
        "retain_on_delete",
    }
)
_NAMES_OF_CHECKS: Final = frozenset({"record_count", "namespace_count"})


def plugin_version() -> str:
    """Return the version of this package, as it is installed."""
    return version(DISTRIBUTION)


@functools.cache
def schema() -> dict[str, Any]:
    """Return the package's schema, with its version."""
    text = importlib.resources.files(__package__).joinpath("schema.json").read_text("utf-8")
    return {**json.loads(text), "version": plugin_version()}


@functools.cache
def _names() -> frozenset[str]:
    """Return every name that a program can write in two ways, in snake_case."""
    found = set(_OPTIONS)
    for part in ("resources", "types", "functions"):
        for item in schema()[part].values():
            for place in ("inputProperties", "properties"):
                found |= set(map(to_snake, item.get(place, {})))
            found |= set(map(to_snake, item.get("inputs", {}).get("properties", {})))
    return frozenset(name for name in found if "_" in name) - _NAMES_OF_CHECKS


def spoken(text: str) -> str:
    """Return a text with properties and options named as programs of other languages name them."""
    known = _names()

    def renamed(match: re.Match[str]) -> str:
        if match[1] not in known:
            return match[0]
        given = "" if match[2] is None else f": {match[2].lower()}"
        return to_camel(match[1]) + given

    return _WORD.sub(renamed, text)
