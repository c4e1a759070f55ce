"""Manifests and pipelines that users copy are what clusters and build servers take."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click import Context
from click.testing import CliRunner
from pulumi_pinecone_backup.cli import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PIPELINES = EXAMPLES / "pipelines"
CRDS = Path(__file__).resolve().parents[3] / "shared" / "crds"
MANIFESTS = sorted(EXAMPLES.glob("*job*/*.yaml"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_a_manifest_is_what_the_published_schema_says(path: Path) -> None:
    documents = [each for each in yaml.safe_load_all(path.read_text("utf-8")) if each]
    assert documents
    for document in documents:
        kubernetes_validate.validate(document, "1.33", strict=True)


@pytest.mark.parametrize(
    ("path", "schema"),
    [("github/recovery.yml", "github-workflows"), ("gitlab-ci.yml", "gitlab-ci")],
)
def test_a_pipeline_is_what_the_published_schema_says(path: str, schema: str) -> None:
    words = ["--builtin-schema", f"vendor.{schema}", str(PIPELINES / path)]
    result = CliRunner().invoke(check_jsonschema, words)
    assert result.exit_code == 0, result.output


def test_a_stack_of_the_operator_is_what_its_definition_says() -> None:
    if not CRDS.is_dir():
        pytest.skip("the operator's definitions are not beside the clone")
    (definition,) = yaml.safe_load_all((CRDS / "pulumi.com_stacks.yaml").read_text("utf-8"))
    schemas = {
        version["name"]: version["schema"]["openAPIV3Schema"]
        for version in definition["spec"]["versions"]
    }
    stack = yaml.safe_load((PIPELINES / "operator" / "stack.yaml").read_text("utf-8"))
    group, _, version = stack["apiVersion"].partition("/")
    assert group == definition["spec"]["group"]
    schema = _strict(schemas[version])
    jsonschema.Draft4Validator(schema).validate(stack)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate({**stack, "spec": {"stak": "prod"}})


def _strict(schema: Any) -> Any:
    """Return a schema that refuses unknown fields, as the cluster prunes them."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        found["additionalProperties"] = False
    return found


def test_what_a_pipeline_runs_is_a_command_that_there_is() -> None:
    texts = [path.read_text("utf-8") for path in PIPELINES.rglob("*.y*ml")]
    used = set(re.findall(r"pinecone-backup ([a-z]+)", "\n".join(texts)))
    context = Context(main)
    assert used == {"status", "drill", "doctor"}
    for text in texts:
        for line in re.findall(r"pinecone-backup ([a-z]+ .+)$", text, flags=re.MULTILINE):
            words = shlex.split(re.split(r" >>|; fi", line)[0])
            command = main.get_command(context, words[0])
            assert command is not None
            command.make_context(words[0], words[1:], resilient_parsing=False)
