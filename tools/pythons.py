"""Runs what depends on the Python on every supported one of this machine but that of `.venv`.

Each gets an environment of its own below `.local/pythons`, with the wheel in it. A Python that is
not installed is named and left out. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from console import Failure, reported, say
from install import VENV
from places import ROOT

SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
TESTS = (
    "tests/unit",
    "tests/contract",
    "tests/engine/test_ritual.py",
    "tests/engine/policies/test_starting_the_pack.py",
)
# What runs in processes of its own, is about this checkout, or only tries many values: `make test`
# alone runs it. The emulator serves everything else that is run here.
LEFT_OUT = (
    "--ignore=tests/unit/tools",
    "--ignore=tests/unit/pipelines",
    "--ignore=tests/unit/test_wheel.py",
    "--ignore=tests/unit/test_docs_blocks.py",
    "--ignore=tests/unit/test_site.py",
    "--ignore=tests/contract/emulator",
    "--ignore=tests/unit/plugin/test_sdks.py",
    "--ignore=tests/contract/commands/test_drill_report.py",
    "--ignore=tests/contract/service/test_mutated_answers.py",
    "--ignore=tests/contract/handlers/test_mutated_answers.py",
    "--ignore=tests/contract/handlers/test_any_sequence.py",
)

# The oldest and the newest version of the API stand for all: what differs between them is data.
FEWER = ("-k", "not 2025-10 and not 2026-01.alpha and not 2026-04")


def version_of(python: Path) -> str | None:
    """Return the version of an interpreter, such as `3.12`; None if it does not run."""
    code = "import sys; print(*sys.version_info[:2], sep='.')"
    try:
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def candidates(version: str) -> Iterator[Path]:
    """Yield where an interpreter of a version may be: on PATH, and where pyenv keeps them."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield Path(folder) / f"python{version}"
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    if kept.is_dir():
        yield from sorted(kept.glob(f"{version}.*/bin/python{version}"), reverse=True)


def interpreter(version: str) -> Path | None:
    """Return an interpreter of a version that runs, or None."""
    return next((path for path in candidates(version) if version_of(path) == version), None)


def test(version: str, python: Path, tests: Sequence[str], arguments: list[str]) -> bool:
    """Install into the version's environment, run the tests there, and return how they ended.

    Raises:
        Failure: The installation failed.
    """
    folder = ROOT / ".local" / "pythons" / version
    install = [str(python), str(ROOT / "tools" / "install.py"), "--venv", str(folder)]
    if subprocess.run(install, check=False).returncode:
        raise Failure(f"the installation on Python {version} failed")
    env = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(folder),
        "PULUMI_PYTHON_CMD": str(folder / "bin" / "python"),
    }
    pytest = str(folder / "bin" / "pytest")
    command = [pytest, *tests, *LEFT_OUT, *FEWER, *arguments]
    return subprocess.run(command, env=env, cwd=ROOT, check=False).returncode == 0


def main() -> None:
    """Run the command line; what is no option of its own is pytest's."""
    parser = argparse.ArgumentParser(description="Run the tests on every other Python.")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="only these")
    parser.add_argument(
        "--versions", nargs="+", default=list(SUPPORTED), choices=SUPPORTED, help="only these"
    )
    given, arguments = parser.parse_known_args()
    with reported():
        main_version = version_of(VENV / "bin" / "python")
        failed = []
        for version in given.versions:
            if version == main_version:
                say(f"Python {version}: `make test` runs everything on it")
                continue
            python = interpreter(version)
            if python is None:
                say(f"Python {version}: left out, it is not installed")
                continue
            say(f"Python {version}: {python}")
            if not test(version, python, given.tests, arguments):
                failed.append(version)
        if failed:
            raise Failure(f"the tests failed on Python {', '.join(failed)}")


if __name__ == "__main__":
    main()
