"""What brings the Stack to a cluster is what the cluster takes, and deletes nothing by accident."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from support.checkers import checkers, judged

PIPELINES = Path(__file__).resolve().parents[3] / "examples" / "pipelines"
OPERATOR_CRDS = Path(__file__).resolve().parents[4] / "shared" / "crds"
FLUX = PIPELINES / "flux" / "recovery.yaml"
ARGO = PIPELINES / "argocd" / "application.yaml"
STACK = PIPELINES / "operator" / "stack.yaml"
SHARDED = PIPELINES.parent / "sharded-recovery"


def documents(path: Path) -> list[Any]:
    """Return the objects of a file."""
    # Definitions have ten thousand lines: the loader in C takes a tenth of the time.
    found = yaml.load_all(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return [each for each in found if each]


def by_kind(path: Path) -> dict[str, Any]:
    """Return the objects of a file by their kinds."""
    return {each["kind"]: each for each in documents(path)}


def schema_of(thing: Any, folder: Path) -> Any:
    """Return the published schema of an object's kind and version."""
    group, _, version = thing["apiVersion"].partition("/")
    for path in folder.glob("*.yaml"):
        for definition in documents(path):
            spec = definition["spec"]
            if (spec["group"], spec["names"]["kind"]) == (group, thing["kind"]):
                (found,) = [each for each in spec["versions"] if each["name"] == version]
                return strict(found["schema"]["openAPIV3Schema"])
    raise AssertionError(f"no definition of {thing['kind']} in {folder}")


def strict(schema: Any) -> Any:
    """Return a schema that refuses unknown fields, as the cluster prunes them."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        found["additionalProperties"] = False
    return found


def validate(thing: Any, folder: Path) -> None:
    """Hold an object to its definition, and the definition to a mistake in the object."""
    validator = jsonschema.Draft4Validator(schema_of(thing, folder))
    validator.validate(thing)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**thing, "spec": {**thing["spec"], "prun": False}})


@pytest.mark.parametrize("path", [FLUX, ARGO], ids=lambda path: path.parent.name)
def test_an_object_is_what_its_published_definition_says(path: Path) -> None:
    for thing in documents(path):
        validate(thing, checkers() / "crds")


def test_a_stack_of_the_operator_is_what_its_definition_says() -> None:
    if not OPERATOR_CRDS.is_dir():
        pytest.skip("the operator's definitions are not beside the clone")
    (stack,) = documents(STACK)
    validate(stack, OPERATOR_CRDS)


def shards(tmp_path: Path) -> Path:
    """Return the folder of manifests that the example of many stacks writes for twelve shards."""
    project = shutil.copytree(SHARDED, tmp_path / "project")
    declared = json.loads((project / "recovery.json").read_text("utf-8"))
    (project / "recovery.json").write_text(json.dumps(declared | {"shards": 12}))
    command = [sys.executable, "recover.py", "--manifests", "cluster"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return project / "cluster"


def test_every_shard_is_a_stack_of_the_operator_that_nothing_deletes(tmp_path: Path) -> None:
    if not OPERATOR_CRDS.is_dir():
        pytest.skip("the operator's definitions are not beside the clone")
    folder = shards(tmp_path)
    (kustomization,) = documents(folder / "kustomization.yaml")
    stacks = [thing for name in kustomization["resources"] for thing in documents(folder / name)]
    validator = jsonschema.Draft4Validator(schema_of(stacks[0], OPERATOR_CRDS))
    for stack in stacks:
        validator.validate(stack)
        assert stack["spec"]["destroyOnFinalize"] is False
        assert stack["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
    names = [stack["spec"]["stack"] for stack in stacks]
    assert names == [f"shard-{n:02}-of-12" for n in range(12)]
    assert len({stack["metadata"]["name"] for stack in stacks}) == 12


def test_what_kustomize_builds_of_the_shards_is_what_was_written(tmp_path: Path) -> None:
    done = judged("kustomize", "build", shards(tmp_path))
    assert done.returncode == 0, done.stderr
    assert len(list(yaml.safe_load_all(done.stdout))) == 12


def test_what_kustomize_builds_is_the_stack_with_all_that_keeps_it() -> None:
    done = judged("kustomize", "build", PIPELINES / "operator")
    assert done.returncode == 0, done.stderr
    (built,) = yaml.safe_load_all(done.stdout)
    (stack,) = documents(STACK)
    assert built["metadata"].pop("namespace") == "pinecone-recovery"
    assert built == stack


def test_kustomize_refuses_a_folder_that_names_what_is_not_there(tmp_path: Path) -> None:
    text = (PIPELINES / "operator" / "kustomization.yaml").read_text("utf-8")
    (tmp_path / "kustomization.yaml").write_text(text, "utf-8")
    assert "stack.yaml" in judged("kustomize", "build", tmp_path).stderr


def test_a_stack_that_is_deleted_destroys_nothing_and_no_tool_deletes_it() -> None:
    (stack,) = documents(STACK)
    assert stack["spec"]["destroyOnFinalize"] is False
    notes = stack["metadata"]["annotations"]
    assert notes["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
    options = notes["argocd.argoproj.io/sync-options"].split(",")
    assert sorted(options) == ["Delete=false", "Prune=false"]


def test_flux_prunes_nothing_leaves_the_stack_and_replaces_nothing_by_force() -> None:
    spec = by_kind(FLUX)["Kustomization"]["spec"]
    kept = {name: spec[name] for name in ("prune", "deletionPolicy", "force")}
    assert kept == {"prune": False, "deletionPolicy": "Orphan", "force": False}


def test_flux_takes_the_folder_of_the_operator_from_the_repository_of_the_program() -> None:
    objects = by_kind(FLUX)
    source, kustomization = objects["GitRepository"], objects["Kustomization"]
    assert kustomization["spec"]["sourceRef"] == {
        "kind": "GitRepository",
        "name": source["metadata"]["name"],
    }
    assert source["metadata"]["namespace"] == kustomization["metadata"]["namespace"]
    (stack,) = documents(STACK)
    assert source["spec"]["url"] == stack["spec"]["projectRepo"]
    assert (PIPELINES / kustomization["spec"]["path"] / "kustomization.yaml").is_file()


def test_argo_cd_prunes_nothing_leaves_the_stack_and_replaces_nothing() -> None:
    (application,) = documents(ARGO)
    assert "finalizers" not in application["metadata"]
    policy = application["spec"]["syncPolicy"]
    assert policy["automated"] == {"selfHeal": True, "prune": False, "allowEmpty": False}
    # `Replace` and `Force` delete an object to make it anew.
    assert not [each for each in policy["syncOptions"] if each.startswith(("Replace", "Force"))]
    assert (PIPELINES / application["spec"]["source"]["path"] / "kustomization.yaml").is_file()
