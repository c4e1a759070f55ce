"""Finds or gets the Pulumi engine and prints the one folder to put on PATH.

Order: a `pulumi` on PATH that is new enough and whole, else what an earlier run left in the cache,
else the official archive, else a build from Go modules. Standard library only: it runs before any
virtual environment exists.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import engine_archive
import engine_build
import kept
from console import Failure, say
from engine_archive import VERSION
from go_toolchain import OLDEST_GO
from places import OTHER_CACHE, cache_folder, locked, require_space, system_and_machine

OLDEST = (3, 259)
PARTS = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)
VERSION_SECONDS = 20
ARCHIVE_MEGABYTES = 700


def version_of(pulumi: Path) -> tuple[int, int, int] | None:
    """Return the version that a `pulumi` reports, or None if it does not answer like one."""
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    try:
        answer = subprocess.run(
            [pulumi, "version"],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    found = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)\S*", answer.stdout.strip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def is_whole(folder: Path) -> bool:
    """Tell whether a folder holds everything that runs a Python program."""
    return all(os.access(folder / part, os.X_OK) for part in PARTS)


def on_path() -> tuple[Path | None, str]:
    """Return the folder of a usable `pulumi` on PATH, or None, and what was seen."""
    where = shutil.which("pulumi")
    if where is None:
        return None, "`pulumi` on PATH: there is none"
    pulumi = Path(where).absolute()
    version = version_of(pulumi)
    if version is None:
        return None, f"`{pulumi}`: does not answer `pulumi version`"
    shown = ".".join(str(part) for part in version)
    if version[:2] < OLDEST:
        return None, f"`{pulumi}`: is {shown}, older than {OLDEST[0]}.{OLDEST[1]}"
    for folder in (pulumi.parent, pulumi.resolve().parent):
        if is_whole(folder):
            return folder, f"`{pulumi}` {shown}"
    missing = [part for part in PARTS if shutil.which(part) is None]
    if missing:
        return None, f"`{pulumi}`: {shown}, but without `{'`, `'.join(missing)}`"
    return pulumi.parent, f"`{pulumi}` {shown}"


def from_archive(folder: Path) -> None:
    """Put the official engine into `folder`."""
    require_space(folder.parent, ARCHIVE_MEGABYTES, "the official archive", OTHER_CACHE)
    engine_archive.get(folder, *system_and_machine())


def from_modules(folder: Path) -> None:
    """Put an engine built from Go modules into `folder`."""
    engine_build.build(folder)


SOURCES: tuple[tuple[str, Callable[[Path], None]], ...] = (
    (f"official archive {VERSION}", from_archive),
    (f"build of {VERSION} from Go modules", from_modules),
)


def get(final: Path, tried: list[str]) -> None:
    """Try each source in turn until one has filled the folder `final`.

    Everything happens in a folder beside it, which is moved into place when it is whole.

    Raises:
        Failure: No source gave an engine.
    """
    for stale in final.parent.glob(f".{final.name}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    ways: list[str] = []
    for name, source in SOURCES:
        work = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
        try:
            source(work)
            if not is_whole(work) or version_of(work / "pulumi") is None:
                raise Failure("what came does not run here")
            work.chmod(0o755)
            shutil.rmtree(final, ignore_errors=True)
            work.rename(final)
        except (Failure, OSError) as error:
            what = error.what if isinstance(error, Failure) else str(error)
            ways += error.ways_out if isinstance(error, Failure) else ()
            tried.append(f"{name}: {what}")
            say(f"  no engine from the {name}: {what.splitlines()[0]}")
        else:
            return
        finally:
            shutil.rmtree(work, ignore_errors=True)
    listed = "\n".join("  - " + line.replace("\n", "\n    ") for line in tried)
    raise Failure(
        f"no Pulumi engine could be had. Tried:\n{listed}", dict.fromkeys([*ways, *ways_out()])
    )


def ways_out() -> Sequence[str]:
    """Return what helps a user whose computer gave no engine."""
    return (
        "install Pulumi 3.259 or newer (https://www.pulumi.com/docs/install/), then try again",
        f"allow HTTPS to {engine_archive.base_url()} (proxy: HTTPS_PROXY)",
        f"install Go {OLDEST_GO[0]}.{OLDEST_GO[1]} or newer, with access to Go modules (GOPROXY)",
        f"copy an engine from a computer like this one to {cache_folder()}",
    )


def folder() -> Path:
    """Return the folder with a whole engine, getting it first if need be.

    Raises:
        Failure: No source gave an engine.
    """
    found, seen = on_path()
    if found is not None:
        return found
    system, machine = system_and_machine()
    final = cache_folder() / f"engine-{VERSION}-{system}-{machine}"
    if is_whole(final):
        return final
    with locked(final.parent / f"{final.name}.lock", "getting the Pulumi engine"):
        if not is_whole(final):
            say(f"getting the Pulumi engine {VERSION}, once, into {final}")
            say(f"  {seen}")
            get(final, [seen])
    return final


if __name__ == "__main__":
    kept.print_folder("Find or get the Pulumi engine.", folder)
