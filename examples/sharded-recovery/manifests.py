"""The shards as resources of the Pulumi Kubernetes Operator, one `Stack` each."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path

import yaml

TEMPLATE = Path(__file__).parent / "operator" / "stack.yaml"


def write(folder: Path, stacks: Iterable[str]) -> list[Path]:
    """Write a manifest for each stack, and the kustomization that names them all.

    Returns:
        The files, the kustomization last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    template = yaml.safe_load(TEMPLATE.read_text("utf-8"))
    written = []
    for stack in stacks:
        manifest = copy.deepcopy(template)
        manifest["metadata"]["name"] = f"{template['metadata']['name']}-{stack}"
        manifest["spec"]["stack"] = stack
        written.append(folder / f"{stack}.yaml")
        written[-1].write_text(yaml.safe_dump(manifest, sort_keys=False), "utf-8")
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [path.name for path in written],
    }
    written.append(folder / "kustomization.yaml")
    written[-1].write_text(yaml.safe_dump(kustomization, sort_keys=False), "utf-8")
    return written
