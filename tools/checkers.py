"""Gets the programs and schemas that judge the pipelines in `examples/`, for their tests.

Programs and schemas are those of the projects themselves, from Go modules: actionlint, kustomize,
the evaluator of Pulumi ESC, and the custom resources of Flux and Argo CD. They are kept in the
per-user cache, under a name that changes with what is pinned. Standard library only.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import kept
from go_toolchain import WRAPPERS, Go, toolchain

WRAPPER = "checks"
PROGRAMS = (
    ("github.com/rhysd/actionlint/cmd/actionlint", "half a minute"),
    ("sigs.k8s.io/kustomize/kustomize/v5", "a minute"),
    ("./escheck", "half a minute"),
)
BUILD_MEGABYTES = 1500


class Schema(NamedTuple):
    """A definition of a custom resource, in a module of Go that is only downloaded."""

    module: str
    version: str
    checksum: str
    path: str


SCHEMAS = (
    Schema(
        "github.com/fluxcd/source-controller",
        "v1.9.6",
        "h1:nG534/bI6nVpyHra7ONAk6xDB3xPsVT+EOLHZHXPrrc=",
        "config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml",
    ),
    Schema(
        "github.com/fluxcd/kustomize-controller",
        "v1.9.6",
        "h1:XB+G3A0mky0j5uVHZWv4oSlS2RvZBoNIUhstIvY0JKE=",
        "config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml",
    ),
    Schema(
        "github.com/argoproj/argo-cd/v3",
        "v3.4.13",
        "h1:kmnF4nE5SQ83OhtdX6DMmLSpH0eRIa1gNYdCLNHqB+A=",
        "manifests/crds/application-crd.yaml",
    ),
)


def folder() -> Path:
    """Return the folder of the programs and of `crds`, getting both first if need be.

    Raises:
        Failure: No Go, no modules, no room.
    """
    pinned = [repr((PROGRAMS, SCHEMAS)).encode(), *kept.contents(WRAPPERS / WRAPPER)]
    return kept.folder("checkers", "what judges the pipelines", pinned, BUILD_MEGABYTES, _fill)


def _fill(made: Path, work: Path) -> None:
    """Build every program and take every schema out of its module."""
    (made / "crds").mkdir()
    go = toolchain(work)
    for package, duration in PROGRAMS:
        go.build(WRAPPER, package, made, duration, "")
    for schema in SCHEMAS:
        _take(go, schema, made / "crds", work)


def _take(go: Go, schema: Schema, folder: Path, work: Path) -> None:
    source = go.download(schema.module, schema.version, schema.checksum, work)
    shutil.copyfile(source / schema.path, folder / Path(schema.path).name)


if __name__ == "__main__":
    kept.print_folder("Get what judges the pipelines in examples/.", folder)
