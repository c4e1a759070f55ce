"""The environment of Pulumi ESC gives the key to a run as a secret variable, and to no state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from support.checkers import judged

PIPELINES = Path(__file__).resolve().parents[3] / "examples" / "pipelines"
ENVIRONMENT = PIPELINES / "esc" / "pinecone-prod.yaml"


def test_pulumis_own_evaluator_gives_the_key_as_a_secret_variable() -> None:
    done = judged("escheck", ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    variables = json.loads(done.stdout)["environmentVariables"]
    assert variables == {"PINECONE_API_KEY": True, "PULUMI_PARALLEL": False}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("${pinecone.apiKey}", "${pinecone.apiKy}", 'did you mean "apiKey"'),
        ("values:", "value:", "Field 'value' does not exist"),
        ("fn::secret:", "fn::secert:", "'fn::' is a reserved prefix"),
    ],
)
def test_a_mistake_in_the_environment_is_found(
    right: str, wrong: str, said: str, tmp_path: Path
) -> None:
    text = ENVIRONMENT.read_text("utf-8")
    assert right in text
    (tmp_path / "wrong.yaml").write_text(text.replace(right, wrong), "utf-8")
    done = judged("escheck", tmp_path / "wrong.yaml")
    assert done.returncode == 1
    assert said in done.stderr


def test_the_key_is_no_configuration_which_would_go_into_the_state() -> None:
    values = yaml.safe_load(ENVIRONMENT.read_text("utf-8"))["values"]
    assert "pulumiConfig" not in values
    assert set(values["pinecone"]["apiKey"]) == {"fn::secret"}
