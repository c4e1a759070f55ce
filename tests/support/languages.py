"""Programs of other languages on the real engine, with what `tools/languages.py` gets for them."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi_pinecone_backup.plugin.texts import schema
from support.doors import PLUGIN
from support.pulumi_stack import Stack
from support.tool_folders import tool_folder

ROOT = Path(__file__).parents[2]


def languages_folder() -> Path:
    """Return the folder of hosts, SDK generators and Node.js packages."""
    return tool_folder("languages")


def generate_sdk(language: str, folder: Path) -> Path:
    """Generate the SDK of a language into a folder, as `pulumi package add` does.

    The generator binds the schema first, and refuses one that the engine would not take.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = folder.parent / f"{folder.name}-schema.json"
    source.write_text(json.dumps(schema()))
    command = [languages_folder() / "sdkgen", language, source, folder]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@dataclass(frozen=True)
class Language:
    """A language, its example, and a program that declares what was imported.

    Attributes:
        name: The example's folder.
        source: The file that holds the program.
        adopted: A program with `BACKUP` and `INDEX` for ids and the index's name.
    """

    name: str
    source: str
    adopted: str

    def stack(self, folder: Path, environment: Mapping[str, str], name: str = "test") -> Stack:
        """Return a stack whose project is a copy of the example."""
        stack = Stack(folder, environment, project=f"recovery-{self.name}", name=name, door=PLUGIN)
        (stack.project / "__main__.py").unlink()
        shutil.copytree(ROOT / "examples" / self.name, stack.project, dirs_exist_ok=True)
        hosts = languages_folder()
        stack.environment["PATH"] = f"{hosts}{os.pathsep}{stack.environment['PATH']}"
        if self.name == "typescript":
            _install(stack.project)
        return stack


def _install(project: Path) -> None:
    """Put packages and the generated SDK where `npm install` puts them."""
    modules = project / "node_modules"
    modules.mkdir()
    for package in (languages_folder() / "node_modules").iterdir():
        (modules / package.name).symlink_to(package)
    (modules / "pulumi-pinecone-backup").symlink_to(_built_sdk())


@functools.cache
def _built_sdk() -> Path:
    """Generate and compile the SDK of Node.js, once for all tests of this process."""
    folder = Path(tempfile.mkdtemp(prefix="sdk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    modules = folder / "node_modules"
    modules.symlink_to(languages_folder() / "node_modules")
    sdk = generate_sdk("nodejs", folder / "pinecone-backup")
    path = os.pathsep.join((str(modules / ".bin"), str(languages_folder()), os.environ["PATH"]))
    done = subprocess.run(
        ["node", "scripts/postinstall.js"],
        cwd=sdk,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return sdk


YAML = Language(
    "yaml",
    "Pulumi.yaml",
    """\
name: recovery-yaml
runtime: yaml
resources:
  nightly:
    type: pinecone-backup:index:Backup
    properties:
      indexName: products
  recovered:
    type: pinecone-backup:index:RestoredIndex
    properties:
      backupId: BACKUP
      name: INDEX
""",
)
TYPESCRIPT = Language(
    "typescript",
    "index.ts",
    """\
import * as pinecone from "pulumi-pinecone-backup";
new pinecone.Backup("nightly", { indexName: "products" });
new pinecone.RestoredIndex("recovered", { backupId: "BACKUP", name: "INDEX" });
""",
)
