"""One report of all shards: a table or JSON, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shards import GOOD, NOT_GOOD, NOT_TOLD, Shard, rows_as_dicts

_VERDICTS = (GOOD, NOT_GOOD, NOT_TOLD)


def exit_code(shards: Sequence[Shard]) -> int:
    """Return 0 if all is good, 1 if something is not, 2 if it could not be told."""
    if any(shard.count(NOT_GOOD) for shard in shards):
        return 1
    return 2 if any(shard.error or shard.count(NOT_TOLD) for shard in shards) else 0


def as_json(shards: Sequence[Shard]) -> str:
    """Return all that was found."""
    counts = {name: sum(shard.count(name) for shard in shards) for name in _VERDICTS}
    found = {
        "exit_code": exit_code(shards),
        "counts": {name.replace(" ", "_"): count for name, count in counts.items()},
        "shards": [shard.as_dict() for shard in shards],
        "indexes": rows_as_dicts(shards),
    }
    return json.dumps(found, indent=2)


def as_table(shards: Sequence[Shard]) -> str:
    """Return a line for each shard, and one for each index that is not good."""
    lines = _columns(
        [("shard", *_VERDICTS, "seconds", "")]
        + [
            (shard.name, *map(str, map(shard.count, _VERDICTS)), f"{shard.seconds:.0f}",
             shard.error)
            for shard in shards
        ]
    )  # fmt: skip
    bad = [row for shard in shards for row in shard.rows if row.verdict == NOT_GOOD]
    if bad:
        rows = [(row.source, row.shard, row.why) for row in sorted(bad, key=lambda r: r.source)]
        lines += ["", *_columns([("index", "shard", "not good, because"), *rows])]
    total = ", ".join(f"{sum(s.count(name) for s in shards)} {name}" for name in _VERDICTS)
    return "\n".join([*lines, "", f"{total}, in {len(shards)} shards"])


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
