"""Knows where the tools keep things, how much room is there, and who is at work there.

Standard library only. Nothing here knows what is kept.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from console import Failure, say, step

ROOT = Path(__file__).resolve().parent.parent
OTHER_CACHE = "set XDG_CACHE_HOME to a folder with more room"
SYSTEMS = ("linux", "darwin")
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def cache_folder() -> Path:
    """Return the per-user folder for what may be thrown away at any time.

    Outside the checkout, so that a second clone or a clean one builds nothing again.
    """
    if os.environ.get("XDG_CACHE_HOME"):
        parent = Path(os.environ["XDG_CACHE_HOME"])
    elif sys.platform == "darwin":
        parent = Path.home() / "Library" / "Caches"
    else:
        parent = Path.home() / ".cache"
    return parent / "pulumi-pinecone-backup"


def system_and_machine() -> tuple[str, str]:
    """Return this computer as Go names it, for example `("linux", "amd64")`.

    Raises:
        Failure: Pulumi's engine cannot be had for this computer by these tools.
    """
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in SYSTEMS or machine not in MACHINES:
        raise Failure(
            f"this is {platform.system()} on {platform.machine()}; "
            "the tools know Linux and macOS on amd64 and arm64.",
            ["on Windows, work inside WSL", "install Pulumi 3.259 or newer yourself"],
        )
    return system, MACHINES[machine]


def require_space(folder: Path, needed_megabytes: int, what: str, *other_ways: str) -> None:
    """Refuse early, and readably, what would fail later for want of room.

    Args:
        folder: Where it will be written.
        needed_megabytes: How much it takes while it is made.
        what: What is written.
        other_ways: What helps beside making room.

    Raises:
        Failure: The file system of `folder` has less room than needed.
    """
    free_megabytes = shutil.disk_usage(folder).free // 1_000_000
    if free_megabytes < needed_megabytes:
        raise Failure(
            f"{what} needs about {needed_megabytes} MB in {folder}, {free_megabytes} MB are free.",
            ["make room there", *other_ways],
        )


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Let one process at a time do this; the others wait and say so.

    The lock is the operating system's: a killed process leaves none behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another run is at it: {what}")
            with step("waiting for it to end"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield
