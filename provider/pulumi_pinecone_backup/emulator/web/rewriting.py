"""Good answers with other content: fields changed or left out, rows added, pages swollen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_pinecone_backup.emulator.state.faults import Fault

# What a row is known by; the first one that it has.
_IDENTIFIERS = ("backup_id", "restore_job_id", "schedule_id", "name")


def rewritten(payload: Any, fault: Fault) -> Any:
    """Return an answer with the changes that a fault makes to its object or its rows."""
    rows = _rows(payload)
    targets = [payload] if rows is None else _chosen(rows, fault.ids)
    for target in targets:
        for path, value in fault.change.items():
            for parent, key in _places(target, path.split("."), makes_way=True):
                parent[key] = value
        for path in fault.remove:
            for parent, key in _places(target, path.split("."), makes_way=False):
                del parent[key]
    if rows is not None:
        rows.extend(fault.add)
    return payload


def swollen(payload: Any, count: int) -> Any:
    """Return a list whose page has that many rows: its own and copies under other ids."""
    rows = _rows(payload)
    if not rows:
        return payload
    own = list(rows)
    for number in range(len(own), count):
        row = own[number % len(own)]
        name = next(field for field in _IDENTIFIERS if field in row)
        rows.append(row | {name: f"{row[name]}-{number}"})
    return payload


def _rows(payload: Any) -> list[Any] | None:
    if isinstance(payload, dict):
        for name in ("data", "indexes"):
            if isinstance(payload.get(name), list):
                rows: list[Any] = payload[name]
                return rows
    return None


def _chosen(rows: list[Any], ids: list[str] | None) -> list[Any]:
    if ids is None:
        return list(rows)
    return [row for row in rows if any(row.get(field) in ids for field in _IDENTIFIERS)]


def _places(target: Any, path: list[str], *, makes_way: bool) -> Iterator[tuple[Any, Any]]:
    """Return each container and key that a path leads to; on the way, missing objects are made."""
    name, rest = path[0], path[1:]
    for key in _keys(target, name, makes_way=makes_way):
        if not rest:
            yield target, key
            continue
        if makes_way and isinstance(target, dict) and not isinstance(target.get(key), dict | list):
            target[key] = {}
        yield from _places(target[key], rest, makes_way=makes_way)


def _keys(target: Any, name: str, *, makes_way: bool) -> list[Any]:
    if isinstance(target, dict):
        if name == "*":
            return list(target)
        return [name] if makes_way or name in target else []
    if isinstance(target, list):
        if name == "*":
            return list(range(len(target)))
        return [int(name)] if name.isdecimal() and int(name) < len(target) else []
    return []
