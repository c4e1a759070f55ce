"""The file of `pulumi import --file`: one of our own, or that of `pulumi preview --import-file`.

A preview writes every resource that it would create, with its parents, components and a table of
names, and a placeholder where the id belongs. Filling it keeps all of that, so children of
components are imported where they stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

_PLACEHOLDER: Final = "<PLACEHOLDER>"
_MOST_PARENTS: Final = 100


class ImportFile:
    """What such a file holds.

    Args:
        path: The file, which need not exist.

    Raises:
        click.ClickException: It is no import file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content: dict[str, Any] = {"resources": []}
        if not path.exists():
            return
        try:
            self._content = json.loads(path.read_text("utf-8"))
            if not all({"type", "name"} <= entry.keys() for entry in self._content["resources"]):
                raise ValueError("an entry without type or name")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise click.ClickException(
                f"`{path}` is not an import file: give another one with --file."
            ) from error

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The entries of all resources."""
        found: list[dict[str, Any]] = self._content["resources"]
        return found

    @property
    def placeholders(self) -> list[str]:
        """Names of the resources whose id is still missing."""
        return [_name(entry) for entry in self.entries if entry.get("id") == _PLACEHOLDER]

    def parents_of(self, token: str, resource_name: str) -> str:
        """Return the types of a resource's parents as they stand in its URN, each with a `$`.

        Raises:
            click.ClickException: Its parents cannot be told, or there are two such resources.
        """
        entry = self._find(token, resource_name)
        types: list[str] = []
        for _ in range(_MOST_PARENTS):
            parent = (entry or {}).get("parent")
            if not parent:
                return "".join(f"{each}$" for each in reversed(types))
            entry = next((e for e in self.entries if e["name"] == parent), None)
            if entry is not None:
                types.append(str(entry["type"]))
                continue
            chain = _types_of(str((self._content.get("nameTable") or {}).get(parent, "")))
            if chain is None:
                break
            return "".join(f"{each}$" for each in [*chain, *reversed(types)])
        raise click.ClickException(
            f"`{self.path}` does not tell the parents of `{resource_name}`: write it again with "
            "`pulumi preview --import-file`."
        )

    def put(self, made: Mapping[str, Any]) -> None:
        """Fill the entry of a resource, or add one."""
        entry = self._find(str(made["type"]), str(made["name"]))
        if entry is None:
            self.entries.append(dict(made))
            return
        entry.update({key: made[key] for key in ("id", "inputs", "outputs")})

    def write(self) -> None:
        """Write the file."""
        self.path.write_text(json.dumps(self._content, indent=2) + "\n", "utf-8")

    def _find(self, token: str, resource_name: str) -> dict[str, Any] | None:
        found = [
            entry
            for entry in self.entries
            if entry["type"] == token and resource_name in (entry["name"], entry.get("logicalName"))
        ]
        if len(found) > 1:
            exact = [entry for entry in found if entry["name"] == resource_name]
            if len(exact) != 1:
                raise click.ClickException(
                    f"`{self.path}` has {len(found)} resources named `{resource_name}`: give the "
                    "`name` that the file itself gives to one of them."
                )
            found = exact
        return found[0] if found else None

    def logical_name(self, token: str, resource_name: str) -> str:
        """Return the name of a resource in the program; the file may give it another one."""
        entry = self._find(token, resource_name)
        return resource_name if entry is None else _name(entry)


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("logicalName") or entry["name"])


def _types_of(urn: str) -> list[str] | None:
    """Return the types in a parent's URN, without those of the stack; None if it is no URN."""
    parts = urn.split("::")
    if len(parts) < 4:
        return None
    return [each for each in parts[2].split("$") if each != "pulumi:pulumi:Stack"]
