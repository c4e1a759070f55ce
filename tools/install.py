"""Makes `.venv` with every extra and with this project installed as a wheel.

The wheel is what users get, so it is what the tests run against: never the source folder. Each
part is done again only when what it is made of changed, told by content, not by time. Standard
library only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from console import Failure, reported, run, say
from places import ROOT, locked, require_space

VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST_PYTHON = (3, 10)
SPACE_MEGABYTES = 800
TOOLS = ("pip", "setuptools", "hatchling")


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of names and contents."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def wanted() -> dict[str, str]:
    """Return what has to be installed: a hash of the dependencies, one of the project."""
    project = [
        path
        for path in (ROOT / "provider").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    metadata = [ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE")]
    return {
        "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "dependencies": digest([CONSTRAINTS, ROOT / "pyproject.toml"]),
        "project": digest([*project, *metadata]),
    }


class Venv:
    """One virtual environment with this project in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._stamp = folder / "installed.json"

    def installed(self) -> dict[str, str]:
        """Return what an earlier run installed, nothing if its interpreter is gone."""
        try:
            stamp: dict[str, str] = json.loads(self._stamp.read_text())
            subprocess.run([self.python, "-c", ""], check=True, capture_output=True)
        except (OSError, ValueError, subprocess.CalledProcessError):
            return {}
        return stamp

    def install(self) -> None:
        """Bring the environment to what the checkout asks for.

        Raises:
            Failure: The interpreter is too old, a package cannot be had, no room.
        """
        if sys.version_info[:2] < OLDEST_PYTHON:
            raise Failure("Python 3.10 or newer is needed.", ["make PYTHON=/path/to/python3.10"])
        want, have = wanted(), self.installed()
        if want == have:
            return
        say(f"installing into {self._name()}")
        require_space(ROOT, SPACE_MEGABYTES, "the installation")
        if want["python"] != have.get("python"):
            self._make()
            have = {}
            self._record(have, python=want["python"])
        self._install_project(have, want)

    def _name(self) -> Path:
        return self.folder.relative_to(ROOT) if self.folder.is_relative_to(ROOT) else self.folder

    def _pip(self, label: str, *arguments: str | Path) -> None:
        """Run pip under a progress line.

        Raises:
            Failure: pip failed; the text has its last lines.
        """
        # Settings of the user that choose other versions or another place stay out, others hold.
        misleading = ("PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_USER", "PIP_TARGET", "PIP_PREFIX")
        env = {name: value for name, value in os.environ.items() if name not in misleading}
        env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        try:
            run(label, [self.python, "-m", "pip", "--no-input", *arguments], env=env)
        except Failure as failure:
            raise Failure(
                failure.what,
                [
                    "check the network; pip obeys HTTPS_PROXY and its own configuration",
                    "try again: what was done stays done",
                ],
            ) from failure

    def _make(self) -> None:
        """Make an empty virtual environment.

        Raises:
            Failure: The interpreter cannot make one, as Debian's without `python3-venv`.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            run(f"making {self._name()}", [sys.executable, "-m", "venv", self.folder])
        except Failure as failure:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise Failure(
                failure.what,
                [
                    "on Debian and Ubuntu: apt install python3-venv",
                    "use another Python: make PYTHON=…",
                ],
            ) from failure
        self._pip("installing pip and the build tools", "install", "-c", CONSTRAINTS, *TOOLS)

    def _install_project(self, have: dict[str, str], want: dict[str, str]) -> None:
        """Build the wheel and install it, with everything that it needs where that changed."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, str(ROOT)]
            self._pip("building this project's wheel", *build)
            (wheel,) = Path(folder).glob("*.whl")
            if have.get("dependencies") != want["dependencies"]:
                label = "installing the dependencies (a minute or two)"
                self._pip(label, "install", "-c", CONSTRAINTS, *TOOLS, f"{wheel}[dev]")
                self._record(have, dependencies=want["dependencies"])
            self._pip("installing the wheel", "install", "--no-deps", "--force-reinstall", wheel)
        self._record(have, project=want["project"])

    def _record(self, have: dict[str, str], **parts: str) -> None:
        """Remember what is done, so that a run that was cut short goes on from there."""
        have.update(parts)
        self._stamp.write_text(json.dumps(have))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Make .venv with this project in it.")
    parser.add_argument("--venv", type=Path, default=VENV, metavar="FOLDER", help="not .venv")
    folder = parser.parse_args().venv.absolute()
    with reported(), locked(ROOT / ".local" / "install.lock", "installing"):
        Venv(folder).install()


if __name__ == "__main__":
    main()
