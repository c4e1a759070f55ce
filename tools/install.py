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
STAMP = VENV / "installed.json"
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST_PYTHON = (3, 10)
SPACE_MEGABYTES = 800
TOOLS = ("pip", "setuptools", "hatchling")


def python() -> Path:
    """Return the virtual environment's interpreter, whether it exists or not."""
    return VENV / "bin" / "python"


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


def installed() -> dict[str, str]:
    """Return what an earlier run installed, nothing if its interpreter is gone."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
        subprocess.run([python(), "-c", ""], check=True, capture_output=True)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return stamp


def pip(label: str, *arguments: str | Path) -> None:
    """Run pip under a progress line.

    Raises:
        Failure: pip failed; the text has its last lines.
    """
    # Settings of the user that choose other versions or another place stay out, all others hold.
    misleading = ("PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_USER", "PIP_TARGET", "PIP_PREFIX")
    env = {name: value for name, value in os.environ.items() if name not in misleading}
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    try:
        run(label, [python(), "-m", "pip", "--no-input", *arguments], env=env)
    except Failure as failure:
        raise Failure(
            failure.what,
            [
                "check the network; pip obeys HTTPS_PROXY and its own configuration",
                "try again: what was done stays done",
            ],
        ) from failure


def make_venv() -> None:
    """Make an empty virtual environment.

    Raises:
        Failure: The interpreter cannot make one, as Debian's without `python3-venv`.
    """
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run("making .venv", [sys.executable, "-m", "venv", VENV])
    except Failure as failure:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Failure(
            failure.what,
            ["on Debian and Ubuntu: apt install python3-venv", "use another Python: make PYTHON=…"],
        ) from failure
    pip("installing pip and the build tools", "install", "-c", CONSTRAINTS, *TOOLS)


def install_project(have: dict[str, str], want: dict[str, str]) -> None:
    """Build the wheel and install it, with everything that it needs where that changed."""
    with tempfile.TemporaryDirectory(dir=VENV) as folder:
        build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, str(ROOT)]
        pip("building this project's wheel", *build)
        (wheel,) = Path(folder).glob("*.whl")
        if have.get("dependencies") != want["dependencies"]:
            label = "installing the dependencies (a minute or two)"
            pip(label, "install", "-c", CONSTRAINTS, *TOOLS, f"{wheel}[dev]")
            record(have, dependencies=want["dependencies"])
        pip("installing the wheel", "install", "--no-deps", "--force-reinstall", wheel)
    record(have, project=want["project"])


def record(have: dict[str, str], **parts: str) -> None:
    """Remember what is done, so that a run that was cut short goes on from there."""
    have.update(parts)
    STAMP.write_text(json.dumps(have))


def install() -> None:
    """Bring `.venv` to what the checkout asks for.

    Raises:
        Failure: The interpreter is too old, a package cannot be had, no room.
    """
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise Failure("Python 3.10 or newer is needed.", ["make PYTHON=/path/to/python3.10"])
    want, have = wanted(), installed()
    if want == have:
        return
    say("installing into .venv")
    require_space(ROOT, SPACE_MEGABYTES, "the installation")
    if want["python"] != have.get("python"):
        make_venv()
        have = {}
        record(have, python=want["python"])
    install_project(have, want)


def main() -> None:
    """Run the command line."""
    argparse.ArgumentParser(description="Make .venv with this project in it.").parse_args()
    with reported(), locked(ROOT / ".local" / "install.lock", "installing into .venv"):
        install()


if __name__ == "__main__":
    main()
