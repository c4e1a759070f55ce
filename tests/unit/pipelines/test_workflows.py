"""Workflows that users copy are what build servers take, and may do no more than they need."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from support.checkers import judged

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
GITHUB = EXAMPLES / "pipelines" / "github" / "recovery.yml"
GITLAB = EXAMPLES / "pipelines" / "gitlab-ci.yml"
AUDIT = EXAMPLES / "policy-audit" / "nightly.yml"
NIGHTLY = "github.event.schedule == '17 3 * * *'"


def jobs(path: Path = GITHUB) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    return found


def commands(job: dict[str, Any]) -> str:
    """Return everything that a job runs."""
    return "\n".join(step.get("run", "") for step in job["steps"])


def artifact(job: dict[str, Any]) -> dict[str, Any]:
    """Return the step that keeps what a job has made."""
    (step,) = [each for each in job["steps"] if "upload-artifact" in each.get("uses", "")]
    assert isinstance(step, dict)
    return step


@pytest.mark.parametrize(
    ("path", "schema"),
    [(GITHUB, "github-workflows"), (AUDIT, "github-workflows"), (GITLAB, "gitlab-ci")],
)
def test_a_pipeline_is_what_the_published_schema_says(path: Path, schema: str) -> None:
    words = ["--builtin-schema", f"vendor.{schema}", str(path)]
    result = CliRunner().invoke(check_jsonschema, words)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("path", [GITHUB, AUDIT], ids=lambda path: path.stem)
def test_actionlint_finds_nothing_in_a_workflow(path: Path) -> None:
    done = judged("actionlint", "-no-color", path)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("github.event.schedule", "github.evnt.schedule", 'property "evnt" is not defined'),
        ("permissions: {}", "permissions: {content: read}", 'unknown permission scope "content"'),
        ("python-version:", "python-versoin:", 'input "python-versoin" is not defined'),
        ('"7 * * * *"', '"7 * * *"', "invalid CRON format"),
        ("ubuntu-24.04", "ubuntu-24.40", 'label "ubuntu-24.40" is unknown'),
    ],
)
def test_actionlint_finds_a_mistake_in_the_same_workflow(
    right: str, wrong: str, said: str, tmp_path: Path
) -> None:
    text = GITHUB.read_text("utf-8")
    assert right in text
    (tmp_path / "recovery.yml").write_text(text.replace(right, wrong), "utf-8")
    done = judged("actionlint", "-no-color", tmp_path / "recovery.yml")
    assert done.returncode == 1
    assert said in done.stdout


def test_a_pull_request_sees_its_preview_and_a_fork_no_secret() -> None:
    job = jobs()["preview"]
    assert "github.event_name == 'pull_request'" in job["if"]
    assert "head.repo.full_name == github.repository" in job["if"]
    assert re.search(r'pulumi preview .*\| tee -a "\$GITHUB_STEP_SUMMARY"', commands(job))


@pytest.mark.parametrize("code", [0, 3])
def test_a_preview_that_fails_fails_its_job_and_is_shown_all_the_same(
    code: int, tmp_path: Path
) -> None:
    workflow = yaml.safe_load(GITHUB.read_text("utf-8"))
    assert workflow["defaults"]["run"]["shell"] == "bash"
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f"#!/bin/sh\necho two to create\nexit {code}\n")
    pulumi.chmod(0o755)
    summary = tmp_path / "summary.md"
    # What GitHub runs for this shell.
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
    done = subprocess.run(
        [*shell, jobs()["preview"]["steps"][-1]["run"]],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "two to create" in done.stdout
    assert "```\ntwo to create\n" in summary.read_text("utf-8")


def test_up_runs_on_main_and_every_hour_one_at_a_time_and_is_never_cut_off() -> None:
    job = jobs()["deploy"]
    assert "github.event_name == 'push' && github.ref == 'refs/heads/main'" in job["if"]
    assert "github.event.schedule == '7 * * * *'" in job["if"]
    assert "pulumi up --stack prod" in commands(job)
    assert job["concurrency"] == {"group": "recovery-up-prod", "cancel-in-progress": False}


def test_only_previews_may_be_cut_off_and_no_drill_holds_an_up_back() -> None:
    groups = {name: job.get("concurrency", {}) for name, job in jobs().items()}
    cut_off = {name for name, group in groups.items() if group.get("cancel-in-progress")}
    assert cut_off == {"preview"}
    assert groups["prove"]["group"] != groups["deploy"]["group"]


@pytest.mark.parametrize(
    ("name", "command"),
    [("prove", "pinecone-backup drill --all"), ("audit", "python policies/audit.py")],
)
def test_every_night_leaves_its_report_also_when_it_is_bad(name: str, command: str) -> None:
    job = jobs()[name]
    assert NIGHTLY in job["if"]
    assert command in commands(job)
    step = artifact(job)
    assert step["if"] == "always()"
    assert re.search(
        rf"(--report|--output) {re.escape(step['with']['path'])}$", commands(job), re.M
    )


def test_every_schedule_that_a_job_asks_for_is_one_of_the_workflow() -> None:
    workflow = yaml.safe_load(GITHUB.read_text("utf-8"))
    declared = {each["cron"] for each in workflow[True]["schedule"]}
    asked = set(re.findall(r"github\.event\.schedule == '([^']+)'", GITHUB.read_text("utf-8")))
    assert asked == declared


def test_a_job_may_read_the_repository_at_most_and_knows_the_secrets_that_it_uses() -> None:
    workflow = yaml.safe_load(GITHUB.read_text("utf-8"))
    assert workflow["permissions"] == {}
    assert "env" not in workflow
    checks_out = {
        name
        for name, job in jobs().items()
        if any("actions/checkout" in step.get("uses", "") for step in job["steps"])
    }
    for name, job in jobs().items():
        wanted = {"contents": "read"} if name in checks_out else {}
        assert job["permissions"] == wanted
    keys = {name for name, job in jobs().items() if "PINECONE_API_KEY" in job["env"]}
    assert keys == {"preview", "deploy", "prove"}
    states = {name for name, job in jobs().items() if "PULUMI_CONFIG_PASSPHRASE" in job["env"]}
    assert states == {"preview", "deploy", "audit"}
    assert yaml.safe_load(AUDIT.read_text("utf-8"))["permissions"] == {"contents": "read"}
