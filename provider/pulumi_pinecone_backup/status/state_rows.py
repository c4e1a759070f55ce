"""The resources of an exported state, whichever of the two doors has written them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulumi_pinecone_backup.lifecycle.property_names import inward

_DOORS: Final = ("pulumi-python:dynamic/pinecone:", "pinecone-backup:index:")
_COMPONENTS: Final = frozenset({"BackupRotation", "RestoredFleet"})


def kind_of(row: Mapping[str, Any]) -> str:
    """Return `Backup`, `RestoredIndex` and so on; empty for a resource of others."""
    type_ = str(row.get("type", ""))
    kind = next((type_.removeprefix(door) for door in _DOORS if type_.startswith(door)), "")
    return "" if kind in _COMPONENTS else kind


def resources_of(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the resources of this package in what `pulumi stack export` prints."""
    rows = (state.get("deployment") or {}).get("resources") or ()
    return [recorded(row) for row in rows if kind_of(row)]


def recorded(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with inputs and outputs under the models' names."""
    parts = {key: inward(row.get(key) or {}) for key in ("inputs", "outputs")}
    return {**row, **parts}
