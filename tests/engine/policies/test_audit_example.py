"""The example of a nightly audit does what its README says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "policy-audit"


@pytest.fixture
def example(new_stack: Callable[..., Stack]) -> Stack:
    """The example as a stack."""
    stack = new_stack()
    shutil.copy(EXAMPLE / "__main__.py", stack.project / "__main__.py")
    return stack


def nightly(stack: Stack, output: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(EXAMPLE / "nightly.sh")],
        capture_output=True,
        text=True,
        check=False,
        env={
            **stack.environment,
            "PYTHON": sys.executable,
            "STACK": "organization/recovery/test",
            "OUTPUT": str(output),
        },
    )


def test_the_example_comes_up_under_its_policies_and_passes_its_audit(
    example: Stack, service: Service, tmp_path: Path
) -> None:
    service.index("products")
    pack = str(ROOT / "policies" / "pinecone-backup-policies")
    config = str(EXAMPLE / "policy-config.json")
    example.up("--policy-pack", pack, "--policy-pack-config", config, preview=True)
    done = nightly(example, tmp_path / "audit.json")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "audit.json").read_text())
    assert result["passed"] is True
    assert result["violations"] == result["not_judged"] == []


def test_the_nightly_job_fails_once_something_is_violated(
    example: Stack, service: Service, tmp_path: Path
) -> None:
    service.index("products")
    program = (EXAMPLE / "__main__.py").read_text()
    (example.project / "__main__.py").write_text(program.replace('"enabled"', '"disabled"'))
    example.up()
    done = nightly(example, tmp_path / "audit.json")
    assert done.returncode == 1, done.stderr
    result = json.loads((tmp_path / "audit.json").read_text())
    assert [(row["rule"], row["resource"]) for row in result["violations"]] == [
        ("deletion-protection-enabled", "standby")
    ]


def test_without_a_stack_the_nightly_job_says_what_to_set() -> None:
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [str(EXAMPLE / "nightly.sh")], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode != 0
    assert "set STACK to the stack to audit" in done.stderr


def test_the_workflow_runs_the_script_and_keeps_its_result() -> None:
    workflow = yaml.safe_load((EXAMPLE / "nightly.yml").read_text())
    steps = workflow["jobs"]["audit"]["steps"]
    commands = "\n".join(step.get("run", "") for step in steps)
    assert "examples/policy-audit/nightly.sh" in commands
    assert "policies/requirements.txt" in commands
    audit = next(step for step in steps if step.get("name") == "Audit")
    kept = next(step for step in steps if step.get("name") == "Keep the result")
    assert kept["with"]["path"] == audit["env"]["OUTPUT"]
    assert kept["if"] == "always()"
