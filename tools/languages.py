"""Gets what runs programs of other languages, for the tests of the plugin: hosts, and SDKs.

The hosts of YAML and Node.js and the generators of SDKs come from Go modules. The Node.js host is
the last one that was part of a module which everyone can get. All of it is kept in the per-user
cache. Standard library only.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import kept
from console import reported
from go_toolchain import WRAPPERS, toolchain

PROGRAMS = (
    ("languages", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", "two minutes"),
    ("languages", "./sdkgen", "two minutes"),
    (
        "nodejs",
        "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        "half a minute",
    ),
)
BUILD_MEGABYTES = 3000


def folder() -> Path:
    """Return the folder of the hosts and of `sdkgen`, getting them first if need be.

    Raises:
        Failure: No Go, no modules, no room.
    """
    pinned = [repr(PROGRAMS).encode()]
    for wrapper in sorted({wrapper for wrapper, _, _ in PROGRAMS}):
        pinned += kept.contents(WRAPPERS / wrapper)
    what = "what runs programs of other languages"
    return kept.folder("languages", what, pinned, BUILD_MEGABYTES, _fill)


def _fill(made: Path, work: Path) -> None:
    go = toolchain(work)
    for wrapper, package, duration in PROGRAMS:
        go.build(wrapper, package, made, duration, "")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Get what runs programs of other languages.")
    parser.add_argument("command", choices=["path"], help="print the folder that it is in")
    parser.parse_args()
    with reported():
        print(folder())


if __name__ == "__main__":
    main()
