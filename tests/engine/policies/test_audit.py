"""The offline audit of a recorded state: every planted violation, nothing else, no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.live_service import Service
from support.pulumi_stack import Stack, engine_folder

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[3]
AUDIT = ROOT / "policies" / "audit.py"
STATE = ROOT / "tests" / "state" / "recorded" / "policies" / "planted.json"
CONFIG = {
    "all": "mandatory",
    "required-tags": {"tags": {"environment": {}, "owner": {}}},
    "index-has-backup": {"except": ["scratch-*"]},
    "newest-backup-max-age": {"max_age_hours": 2000, "as_of": "2026-12-31T00:00:00Z"},
}
PLANTED = {
    ("deletion-protection-enabled", "exposed"): 1,
    ("deletion-protection-enabled", "unprotected"): 1,
    ("required-tags", "exposed"): 1,
    ("required-tags", "untagged"): 2,
    ("tag-format", "exposed"): 1,
    ("name-pattern", "misnamed"): 1,
    ("protect-option", "removable"): 1,
    ("restore-verification-required", "unverified"): 1,
    ("backup-schedule-minimum", "sparse"): 2,
    ("index-has-backup", "exposed"): 1,
    ("index-has-backup", "lonely"): 1,
    ("index-has-backup", "misnamed"): 1,
    ("newest-backup-max-age", "stale"): 1,
    ("restore-objectives", "late"): 2,
    ("restore-verified", "hollow"): 1,
    ("restore-verified", "unverified"): 1,
    ("restore-drilled", "stale"): 1,
    ("restore-drilled", "weekly"): 1,
    ("restore-drilled", "sparse"): 1,
}


def audit(
    folder: Path, *arguments: str, config: dict[str, Any] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the audit in a shell that has no login, no backend and no way out."""
    (folder / "config.json").write_text(json.dumps(config or CONFIG))
    path = os.pathsep.join((str(Path(sys.executable).parent), engine_folder(), os.environ["PATH"]))
    nowhere = "http://127.0.0.1:9"
    clean = {
        "PATH": path,
        "HOME": str(folder),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "NO_PROXY": "127.0.0.1",
    }
    return subprocess.run(
        [sys.executable, str(AUDIT), *arguments, "--config", str(folder / "config.json")],
        capture_output=True,
        text=True,
        env={**clean, **environment},
        cwd=folder,
        check=False,
    )


def found(result: dict[str, Any]) -> dict[tuple[str, str], int]:
    return dict(Counter((row["rule"], row["resource"]) for row in result["violations"]))


def test_the_planted_violations_are_found_and_nothing_else(tmp_path: Path) -> None:
    done = audit(tmp_path, "--file", str(STATE), PULUMI_CONFIG_PASSPHRASE="")
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert found(result) == PLANTED
    assert result["not_judged"] == []
    assert result["passed"] is False
    assert result["mandatory"] == sum(PLANTED.values())
    assert result["advisory"] == 0
    assert "audit failed: 22 mandatory and 0 advisory violations" in done.stderr


def test_every_rule_about_resources_is_among_the_planted_violations() -> None:
    from pinecone_backup_policies.pack import RULES

    assert {rule for rule, _ in PLANTED} == {rule.name for rule in RULES} - {"known-configuration"}


def test_without_the_passphrase_a_secret_is_not_judged_and_the_rest_is(tmp_path: Path) -> None:
    done = audit(tmp_path, "--file", str(STATE))
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert found(result) == PLANTED
    assert [(row["rule"], row["resource"]) for row in result["not_judged"]] == [
        ("tag-format", "secretive")
    ]


def test_the_official_index_is_named_by_its_type(tmp_path: Path) -> None:
    result = json.loads(audit(tmp_path, "--file", str(STATE)).stdout)
    types = {row["resource"]: row["type"] for row in result["violations"]}
    assert types["exposed"] == "pinecone:index/index:Index"


def test_an_audit_of_a_stack_is_written_to_a_file(
    tmp_path: Path, stack: Stack, service: Service
) -> None:
    service.index("products")
    stack.program(
        'nightly = Backup("nightly", index_name="products")\n'
        'RestoreDrill("weekly", index_name="products", backup_id=nightly.id)'
    )
    stack.up()
    output = tmp_path / "result.json"
    arguments = ("--stack", "organization/recovery/test", "--output", str(output))
    backend = stack.environment["PULUMI_BACKEND_URL"]
    done = audit(tmp_path, *arguments, PULUMI_BACKEND_URL=backend, PULUMI_CONFIG_PASSPHRASE="")
    assert done.returncode == 0, done.stderr
    result = json.loads(output.read_text())
    assert result["passed"] is True
    assert result["violations"] == []
    assert result["source"] == "organization/recovery/test"


def test_advisory_violations_do_not_fail_an_audit(tmp_path: Path) -> None:
    done = audit(tmp_path, "--file", str(STATE), config={**CONFIG, "all": "advisory"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["advisory"] == sum(PLANTED.values())


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--file", "missing.json"), "error: no such file: missing.json"),
        (("--stack", "organization/none/none"), "error: `pulumi stack export` failed"),
        (("--file", str(AUDIT)), "error: `pulumi policy analyze` failed"),
    ],
)
def test_an_audit_that_cannot_be_made_is_not_a_violation(
    tmp_path: Path, arguments: tuple[str, ...], text: str
) -> None:
    backend = tmp_path / "backend"
    backend.mkdir()
    done = audit(tmp_path, *arguments, PULUMI_BACKEND_URL=f"file://{backend}")
    assert done.returncode == 2
    assert done.stdout == ""
    assert text in done.stderr


def test_settings_that_the_engine_refuses_fail_the_audit(tmp_path: Path) -> None:
    config = {"restore-objectives": {"max_rpo_seconds": "a day"}}
    done = audit(tmp_path, "--file", str(STATE), config=config)
    assert done.returncode == 2
    assert "max_rpo_seconds" in done.stderr
