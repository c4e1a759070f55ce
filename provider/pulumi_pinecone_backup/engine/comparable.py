"""Values of any kind as what a state can hold and compare: `triggers` take whatever users have.

The engine keeps text, numbers, booleans, lists and maps. Dates and enums are taken as text, assets
by the hash of their content. What has no text of its own is refused where the program gives it.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

import pulumi
from pulumi.output import Unknown

from pulumi_pinecone_backup.errors import ConfigurationError

_PLAIN = (str, bool, int, float, type(None), Unknown)
_AS_TEXT = (Decimal, UUID, PurePath)
_SIMPLE = frozenset({str, bool, int, type(None)})


def comparable(value: Any) -> Any:
    """Return a program's value as the state will hold it; what is not known yet stays so.

    Raises:
        ConfigurationError: It holds something that cannot be compared.
    """
    if isinstance(value, pulumi.Output):
        return value.apply(comparable)
    if isinstance(value, enum.Enum):
        return comparable(value.value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        return f"sha256:{_content_hash(value)}"
    if isinstance(value, Mapping):
        return {str(k): comparable(item) for k, item in value.items() if item is not None}
    if isinstance(value, Set):
        return sorted((comparable(item) for item in value), key=_order)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [comparable(item) for item in value]
    raise ConfigurationError(
        f"a value of type `{type(value).__name__}` cannot be compared with that of the last `up`: "
        "give its text, its version or its hash"
    )


def same(first: Any, second: Any) -> bool:
    """Return whether two comparable values are one: `1` and `1.0` are, `1` and `True` are not."""
    if type(first) is type(second) and type(first) in _SIMPLE:
        return bool(first == second)
    return _order(first) == _order(second)


def integral(value: Any) -> Any:
    """Return `value` with whole floats as ints: the engine sends every number as a float."""
    if type(value) in _SIMPLE:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: integral(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [integral(item) for item in value]
    return value


def _order(value: Any) -> str:
    return json.dumps(integral(value), sort_keys=True, default=str)


def _content_hash(value: Any) -> str:
    """Return the hash of an asset's content.

    Raises:
        ConfigurationError: The content is not on this machine.
    """
    digest = hashlib.sha256()
    for name, content in sorted(_contents(value)):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _contents(value: Any, name: str = "") -> list[tuple[str, bytes]]:
    if isinstance(value, pulumi.StringAsset):
        return [(name, value.text.encode())]
    if isinstance(value, pulumi.AssetArchive):
        return [
            row for key, part in value.assets.items() for row in _contents(part, f"{name}/{key}")
        ]
    path = getattr(value, "path", None)
    if path is None:
        raise ConfigurationError(
            "the content of a remote asset is not known here: give its version or its hash"
        )
    try:
        return _files(Path(path), name)
    except OSError as error:
        raise ConfigurationError(f"an asset cannot be read: {error}") from error


def _files(path: Path, name: str) -> list[tuple[str, bytes]]:
    if not path.is_dir():
        return [(name, path.read_bytes())]
    files = sorted(part for part in path.rglob("*") if part.is_file())
    return [(f"{name}/{part.relative_to(path)}", part.read_bytes()) for part in files]
