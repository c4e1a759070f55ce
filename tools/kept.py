"""Keeps what was got once, in the per-user cache, under a name that changes with what is pinned.

Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from console import reported, say
from places import OTHER_CACHE, cache_folder, locked, require_space, system_and_machine


def folder(
    name: str,
    what: str,
    pinned: Iterable[bytes],
    megabytes: int,
    fill: Callable[[Path, Path], None],
) -> Path:
    """Return the folder of something, getting it first if need be.

    Args:
        name: What its folder begins with.
        what: What is got, for the user.
        pinned: Everything that says which.
        megabytes: Room that getting it needs.
        fill: Gets it into its first argument; its second is a folder to work in.

    Raises:
        Failure: It cannot be had, or there is no room.
    """
    digest = hashlib.sha256(b"\0".join(pinned)).hexdigest()[:12]
    final = cache_folder() / f"{name}-{digest}-{'-'.join(system_and_machine())}"
    with locked(final.parent / f"{final.name}.lock", f"getting {what}"):
        if not final.is_dir():
            say(f"getting {what}, once, into {final}")
            require_space(final.parent, megabytes, "the build", OTHER_CACHE)
            with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=final.parent) as work:
                made = Path(work) / "made"
                made.mkdir()
                fill(made, Path(work))
                made.rename(final)
    return final


def print_folder(description: str, find: Callable[[], Path]) -> None:
    """Run the command line of a tool that finds or gets a folder: `path` prints it.

    Args:
        description: What it does, for `--help`.
        find: Returns the folder.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("command", choices=["path"], help="print the folder that it is in")
    parser.parse_args()
    with reported():
        print(find())


def contents(folder: Path) -> Iterable[bytes]:
    """Yield what every file below a folder holds, in one order."""
    for path in sorted(folder.rglob("*.*")):
        if path.is_file():
            yield path.read_bytes()
