"""A Pulumi project in a folder of its own, driven by the real command line.

The environment is scrubbed: nothing of the user's login, stacks and keys is seen or touched.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi_pinecone_backup
from support import doors
from support.doors import DYNAMIC, Door
from support.tool_folders import tool_folder

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell without job control leaves it to what it starts with `&`. The engine ends its
    # plugins by this signal, and waits five seconds for one that ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")
OWN_STATE = {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"}
PROGRAM_HEAD = """\
import pulumi
from pulumi import ResourceOptions

"""


@functools.cache
def engine_folder() -> str:
    """Return the folder of a Pulumi engine: that of PATH, else what `make engine` gets."""
    found = shutil.which("pulumi")
    if found:
        return str(Path(found).parent)
    return str(tool_folder("engine"))


@functools.cache
def quick_python() -> str:
    """Return this interpreter with the list of installed packages at hand.

    The engine asks pip for that list before every program it runs, which takes longer than the
    program. It does not change while tests run, so pip is asked once.
    """
    folder = Path(tempfile.mkdtemp(prefix="python-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    listing = [sys.executable, "-m", "pip", "list", "-v", "--format", "json"]
    (folder / "packages.json").write_bytes(
        subprocess.run(listing, check=True, stdout=subprocess.PIPE).stdout
    )
    python = folder / "python"
    python.write_text(
        "#!/bin/sh\n"
        f"""if [ "$*" = "{" ".join(listing[1:])}" ]; then exec cat "{folder}/packages.json"; fi\n"""
        f'exec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    return str(python)


def workspace_file(project: str, folder: Path) -> str:
    """Return the file in which the engine keeps which stack of a project is selected."""
    digest = hashlib.sha1(str(folder / "Pulumi.yaml").encode(), usedforsecurity=False)
    return f"{project}-{digest.hexdigest()}-workspace.json"


@functools.cache
def new_stack_files(project: str, name: str) -> Path:
    """Return what `pulumi stack init` makes: it takes as long for each of hundreds of stacks."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Stack(folder, {"PULUMI_CONFIG_PASSPHRASE": ""}, project=project, name=name)
    workspaces = Path(made.environment["PULUMI_HOME"]) / "workspaces"
    assert [path.name for path in workspaces.iterdir()] == [workspace_file(project, made.project)]
    shutil.copy(made.project / f"Pulumi.{name}.yaml", folder)
    return folder


class Result:
    """What a command printed and how it ended."""

    def __init__(self, completed: subprocess.CompletedProcess[str]) -> None:
        self.code = completed.returncode
        self.text = completed.stdout + completed.stderr

    def __repr__(self) -> str:
        return f"exit code {self.code}\n{self.text}"


class Stack:
    """One stack of one project on a file backend."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        project: str = "recovery",
        name: str = "test",
        backend: Path | None = None,
        door: Door = DYNAMIC,
    ) -> None:
        self.folder = folder
        self.door = door
        self.name = name
        self.project_name = project
        backend = backend or folder / "backend"
        for path in (folder / "project", backend, folder / "home"):
            path.mkdir(parents=True, exist_ok=True)
        self.project = folder / "project"
        self.environment = {
            **{key: os.environ[key] for key in KEPT if key in os.environ},
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_PYTHON_CMD": quick_python(),
            "PATH": os.pathsep.join(
                (str(Path(sys.executable).parent), engine_folder(), os.environ["PATH"])
            ),
            **environment,
        }
        self.last: Result | None = None
        (self.project / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
        self.program("")
        self._state = backend / ".pulumi" / "stacks" / project / f"{name}.json"
        if environment.keys() & OWN_STATE:
            self.run("stack", "init", name)
        else:
            self._take(new_stack_files(project, name), backend)

    def _take(self, made: Path, backend: Path) -> None:
        """Become the stack that `pulumi stack init` has made elsewhere."""
        shutil.copytree(made / "backend", backend, dirs_exist_ok=True)
        shutil.copy(made / f"Pulumi.{self.name}.yaml", self.project)
        workspaces = Path(self.environment["PULUMI_HOME"]) / "workspaces"
        workspaces.mkdir(exist_ok=True)
        selected = {
            "stacks": {f"file://{backend}": f"organization/{self.project_name}/{self.name}"}
        }
        path = workspaces / workspace_file(self.project_name, self.project)
        path.write_text(json.dumps(selected))

    def program(self, text: str) -> None:
        """Write the program; imports of Pulumi and of what it uses of the package are added."""
        body = textwrap.dedent(text)
        used = sorted({*pulumi_pinecone_backup.__all__} & {*re.findall(r"\w+", body)})
        imports = f"from pulumi_pinecone_backup import {', '.join(used)}\n" if used else ""
        if self.door is not DYNAMIC:
            classes = [name for name in used if name in doors.CLASSES]
            imports += f"from {doors.MODULE} import {', '.join(classes)}\n" if classes else ""
            (self.project / f"{doors.MODULE}.py").write_text(self.door.module())
        (self.project / "__main__.py").write_text(f"{PROGRAM_HEAD}{imports}\n{body}")

    def run(
        self, *arguments: str, code: int | None = 0, environment: Mapping[str, str] | None = None
    ) -> Result:
        """Run one command; `code` is the exit code that is wanted, None takes any."""
        completed = subprocess.run(
            self.command(arguments),
            cwd=self.project,
            env={**self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.last = Result(completed)
        if code is not None:
            assert self.last.code == code, self.last
        return self.last

    def command(self, arguments: Sequence[str]) -> list[str]:
        """Return the command line of one command."""
        return [str(Path(engine_folder()) / "pulumi"), *arguments, "--non-interactive"]

    def up(
        self, *arguments: str, code: int | None = 0, preview: bool = False, **environment: str
    ) -> Result:
        """Run `pulumi up`; without its preview, which takes half of the time, unless asked for."""
        skipped = [] if preview else ["--skip-preview"]
        return self.run("up", "--yes", *skipped, *arguments, code=code, environment=environment)

    def preview(self, *arguments: str, code: int | None = 0, **environment: str) -> Result:
        """Run `pulumi preview`."""
        return self.run("preview", *arguments, code=code, environment=environment)

    def refresh(self, *arguments: str, code: int | None = 0, **environment: str) -> Result:
        """Run `pulumi refresh`."""
        return self.run("refresh", "--yes", *arguments, code=code, environment=environment)

    def destroy(self, *arguments: str, code: int | None = 0, **environment: str) -> Result:
        """Run `pulumi destroy`."""
        return self.run("destroy", "--yes", *arguments, code=code, environment=environment)

    def unchanged(self, *arguments: str) -> None:
        """Assert that `up` changes nothing."""
        self.up("--expect-no-changes", *arguments)

    def export(self) -> dict[str, Any]:
        """Return the stack's state."""
        exported: dict[str, Any] = json.loads(self.run("stack", "export").text)
        return exported

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the state, from the engine's own file where there is one."""
        if self._state.exists():
            kept = json.loads(self._state.read_text("utf-8"))["checkpoint"]["latest"]
        else:
            kept = self.export()["deployment"]
        return list(kept.get("resources") or [])

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the live resources of the state by name; those pending deletion are left out."""
        return {
            row["urn"].rpartition("::")[2]: self.door.recorded(row)
            for row in self.rows()
            if not row.get("delete") and row["type"].startswith(self.door.tokens)
        }

    def outputs(self, resource: str) -> dict[str, Any]:
        """Return a resource's outputs."""
        outputs: dict[str, Any] = self.resources()[resource]["outputs"]
        return outputs
