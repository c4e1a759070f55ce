"""Makes what is published, and tries it as a stranger would: the wheel alone, on every Python.

`dist/` gets the wheel, the source archive and a bill of materials. The tools for that have an
environment of their own, below `.local/release`. Standard library only.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import shutil
import subprocess
from pathlib import Path

from console import Failure, reported, run, say
from install import CONSTRAINTS, VENV
from places import ROOT
from pythons import SUPPORTED, interpreter

DIST = ROOT / "dist"
WORK = ROOT / ".local" / "release"
REQUIREMENTS = ROOT / "tools" / "release-requirements.txt"
CHANGELOG = ROOT / "CHANGELOG.md"
# Everything that programs import, each brought in with nothing but the wheel's own dependencies.
TRY = """
import importlib.metadata, sys
import pulumi_pinecone_backup as package
for name in package.__all__:
    getattr(package, name)
print(importlib.metadata.version("pulumi-pinecone-backup"), "on", sys.version.split()[0])
"""


def require_changes(version: str) -> None:
    """Refuse a version that the changelog does not tell of.

    Args:
        version: As in pyproject.toml.

    Raises:
        Failure: There is no dated section for it, or nothing in it.
    """
    heading = rf"## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d"
    section = re.search(rf"^{heading}\n(.*?)(?=^## |\Z)", CHANGELOG.read_text("utf-8"), re.M | re.S)
    if section is None or "- " not in section[1]:
        what = "has no section for" if section is None else "tells no change of"
        raise Failure(
            f"{CHANGELOG.name} {what} {version}, the version in pyproject.toml.",
            [
                f"put `## [{version}] - <year>-<month>-<day>` below `## [Unreleased]`, and below "
                "it what changes for users",
                "release another version: change `version` in pyproject.toml",
            ],
        )


def made(folder: Path, python: str, *packages: str | Path) -> Path:
    """Return the interpreter of a new environment with these packages.

    Raises:
        Failure: It cannot be made, or a package cannot be had.
    """
    shutil.rmtree(folder, ignore_errors=True)
    run(f"making {folder.relative_to(ROOT)}", [python, "-m", "venv", str(folder)])
    own = folder / "bin" / "python"
    pip: list[str | Path] = [
        own,
        "-m",
        "pip",
        "--no-input",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    run("installing", [*pip, *packages])
    return own


def dist() -> Path:
    """Build, check and list what is published; return the wheel.

    Raises:
        Failure: Something cannot be built, or would be refused where it is published.
    """
    shutil.rmtree(DIST, ignore_errors=True)
    build: list[str | Path] = [
        VENV / "bin" / "python",
        "-m",
        "build",
        "--no-isolation",
        "--outdir",
        DIST,
        ROOT,
    ]
    run("building wheel and source archive", build)
    (wheel,) = DIST.glob("*.whl")
    tools = made(WORK / "tools", str(VENV / "bin" / "python"), "-r", REQUIREMENTS)
    files = sorted(DIST.iterdir())
    twine: list[str | Path] = [tools, "-m", "twine", "check", "--strict", *files]
    run("checking the descriptions", twine)
    alone = made(WORK / "alone", str(VENV / "bin" / "python"), "-c", CONSTRAINTS, wheel)
    bill = DIST / f"{wheel.name.removesuffix('.whl')}.cdx.json"
    words = ["environment", str(alone), "--pyproject", str(ROOT / "pyproject.toml")]
    program = str(tools.parent / "cyclonedx-py")
    run("writing the bill of materials", [program, *words, "--output-file", str(bill)])
    for path in sorted(DIST.iterdir()):
        say(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
    return wheel


def check(wheel: Path, versions: list[str]) -> None:
    """Try the wheel alone on every Python of this machine.

    Raises:
        Failure: It does not work on one of them.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for version in versions:
        python = interpreter(version)
        if python is None:
            say(f"Python {version}: left out, it is not installed")
            continue
        own = made(WORK / version, str(python), "-c", CONSTRAINTS, wheel)
        trials: list[list[str | Path]] = [
            [own, "-m", "pip", "check"],
            [own, "-c", TRY],
            [own.parent / "pinecone-backup", "--version"],
            [own.parent / "pinecone-backup", "recover", "--help"],
            [own.parent / "pinecone-backup", "status", "--help"],
        ]
        for words in trials:
            done = subprocess.run(
                words, env=env, cwd=WORK, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise Failure(f"Python {version}: {words}: {done.stdout}{done.stderr}")
        say(f"Python {version}: the wheel works alone")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Make what is published, and try it.")
    parser.add_argument("--check", action="store_true", help="also try it on every Python")
    given = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    with reported():
        require_changes(importlib.metadata.version("pulumi-pinecone-backup"))
        wheel = dist()
        if given.check:
            check(wheel, list(SUPPORTED))


if __name__ == "__main__":
    main()
