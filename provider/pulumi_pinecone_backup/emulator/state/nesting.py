"""How deep JSON may be nested: what is read is also stored and answered, which has its limits."""

from __future__ import annotations

from typing import Any

import orjson

# orjson writes 254 levels; an answer puts some around what a request held.
NESTING_LIMIT = 200

_OTHER_BYTES = bytes(byte for byte in range(256) if byte not in b"[]{}")


def loads(raw: bytes) -> Any:
    """Read JSON.

    Raises:
        ValueError: It is no JSON, or nested too deep.
    """
    value = orjson.loads(raw)
    if _brackets_open(raw) > NESTING_LIMIT:
        check_nesting(value)
    return value


def check_nesting(value: Any) -> None:
    """Refuse a value that is nested too deep.

    Raises:
        ValueError: It is.
    """
    level = [value]
    for _ in range(NESTING_LIMIT + 1):
        level = [part for item in level if isinstance(item, dict | list) for part in _parts(item)]
        if not level:
            return
    raise ValueError(f"nested more than {NESTING_LIMIT} levels deep")


def _brackets_open(raw: bytes) -> int:
    """Return the most brackets that are open at once; brackets in texts count too."""
    most = depth = 0
    for bracket in raw.translate(None, _OTHER_BYTES):
        depth += 1 if bracket in b"[{" else -1
        most = max(most, depth)
    return most


def _parts(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value
