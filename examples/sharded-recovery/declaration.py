"""What is restored, and which stack each index belongs to: `recovery.json`, read and checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("recovery.json")
MOST_SHARDS = 999
_NAME = re.compile(r"shard-(\d+)-of-(\d+)")


class DeclarationError(Exception):
    """`recovery.json` cannot be used; the text says why, and what to do."""


@dataclass(frozen=True)
class Declaration:
    """What is restored.

    Attributes:
        shards: Over how many stacks the indexes are divided.
        as_of: Time by which the data of the backups must have been captured, or None.
        suffix: What names of restored indexes end with.
        attempt: Another number restores everything again.
        indexes: Names of the source indexes.
    """

    shards: int
    as_of: str | None
    suffix: str
    attempt: int
    indexes: tuple[str, ...]

    @property
    def stacks(self) -> dict[str, tuple[str, ...]]:
        """The indexes of each stack, by its name; some may have none."""
        found: dict[str, list[str]] = {stack_of(n, self.shards): [] for n in range(self.shards)}
        for index in self.indexes:
            found[stack_of(shard_of(index, self.shards), self.shards)].append(index)
        return {stack: tuple(sorted(indexes)) for stack, indexes in found.items()}


def load(path: Path = FILE) -> Declaration:
    """Return what is restored.

    Raises:
        DeclarationError: The file is not there or not as it should be.
    """
    try:
        given = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DeclarationError(f"`{path}` cannot be read: {error}") from error
    names = set(Declaration.__annotations__)
    if not isinstance(given, dict) or set(given) != names:
        raise DeclarationError(f"`{path}` must be an object of {', '.join(sorted(names))}")
    problems = _problems(given)
    if problems:
        raise DeclarationError(f"`{path}`: {'; '.join(problems)}")
    return Declaration(**{**given, "indexes": tuple(given["indexes"])})


def _problems(given: dict[str, Any]) -> list[str]:
    indexes = given["indexes"]
    if not isinstance(indexes, list) or not all(isinstance(name, str) for name in indexes):
        return ["`indexes` must be a list of names; `recover.py --add '*'` writes them"]
    twice = sorted(name for name, times in Counter(indexes).items() if times > 1)
    shards = given["shards"]
    is_count = isinstance(shards, int) and 1 <= shards <= MOST_SHARDS
    return [
        *([] if is_count else [f"`shards` must be a number from 1 to {MOST_SHARDS}"]),
        *([] if isinstance(given["suffix"], str) else ["`suffix` must be a text"]),
        *([] if isinstance(given["attempt"], int) else ["`attempt` must be a number"]),
        *([] if given["as_of"] is None or isinstance(given["as_of"], str)
          else ["`as_of` must be a time such as `2026-11-30T06:00:00Z`, or null"]),
        *([f"`indexes` names some twice: {', '.join(twice)}"] if twice else []),
    ]  # fmt: skip


def shard_of(index: str, shards: int) -> int:
    """Return the shard of an index: the same for ever, whatever other indexes there are."""
    return int.from_bytes(hashlib.sha256(index.encode()).digest()[:8], "big") % shards


def stack_of(shard: int, shards: int) -> str:
    """Return the name of a shard's stack, which tells the program what its part is."""
    width = len(str(shards - 1))
    return f"shard-{shard:0{width}}-of-{shards}"


def shards_in(stack: str) -> int | None:
    """Return over how many shards a stack's name says that all is divided; None for others."""
    found = _NAME.fullmatch(stack)
    return int(found[2]) if found else None
