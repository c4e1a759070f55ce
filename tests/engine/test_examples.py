"""Every example as its README tells it, on the real engine."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_pinecone_backup import Backup, BackupSchedule, RestoredIndex
from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TESTED_ELSEWHERE = {"quickstart", "policy-audit", "sharded-recovery"}
OTHER_LANGUAGES = {"typescript", "yaml"}  # run by `test_languages.py`

pytestmark = pytest.mark.engine

Example = Callable[[str], Stack]


@pytest.fixture
def example(emulator: Emulator, tmp_path: Path) -> Example:
    """Copy an example, with a stack of its own that talks to the emulator."""

    def make(name: str) -> Stack:
        project = yaml.safe_load((EXAMPLES / name / "Pulumi.yaml").read_text())["name"]
        environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}
        stack = Stack(tmp_path / name, environment, project=project)
        shutil.copytree(EXAMPLES / name, stack.project, dirs_exist_ok=True)
        return stack

    return make


def take(service: Service, index: str = "products") -> str:
    made: dict[str, Any] = service.call("POST", f"/indexes/{index}/backups", {})
    return str(made["backup_id"])


def test_every_example_is_run_by_a_test_and_is_a_whole_project() -> None:
    names = {folder.name for folder in EXAMPLES.iterdir() if (folder / "__main__.py").exists()}
    source = Path(__file__).read_text()
    run = set(re.findall(r'example\("([a-z-]+)"\)', source))
    assert names == run | TESTED_ELSEWHERE
    projects = {folder.parent.name for folder in EXAMPLES.glob("*/Pulumi.yaml")}
    assert projects - names == OTHER_LANGUAGES
    for name in OTHER_LANGUAGES:
        assert (EXAMPLES / name / "README.md").exists(), name
    for name in run:
        for file in ("Pulumi.yaml", "README.md", "requirements.txt"):
            assert (EXAMPLES / name / file).exists(), f"{name}/{file}"


def test_restore_latest_keeps_what_it_restored_until_another_attempt(
    example: Example, service: Service
) -> None:
    service.index("products")
    stack = example("restore-latest")
    first = take(service)
    stack.up()
    assert stack.outputs("products-restored")["backup_id"] == first

    second = take(service)
    shown = stack.up("--expect-no-changes", preview=True).text
    assert f"the index stays restored from backup `{first}`" in shown
    stack.run("config", "set", "attempt", "2")
    stack.up()
    assert stack.outputs("products-restored")["backup_id"] == second
    assert len(service.indexes()) == 2


def test_scheduled_backups_outlive_the_stack(
    example: Example, service: Service, emulator: Emulator
) -> None:
    service.index("products")
    service.index("reviews")
    stack = example("scheduled-backups")
    for number, name in enumerate(("products", "reviews")):
        stack.run("config", "set", "--path", f"indexes[{number}]", name)
    stack.run("config", "set", "retentionDays", "30")
    stack.up()
    assert {row["retention_days"] for row in map(stack.outputs, ("products", "reviews"))} == {30}
    emulator.advance(86_400)
    assert len(service.backups()) == 2

    stack.run("config", "set", "paused", "true")
    stack.up()
    emulator.advance(86_400)
    stack.destroy()
    assert len(service.backups()) == 2


def test_gitops_recovery_restores_what_the_reviewed_file_says(
    example: Example, service: Service
) -> None:
    service.index("products")
    stack = example("gitops-recovery")

    def propose(**change: object) -> None:
        (stack.project / "recovery.json").write_text(json.dumps(change))

    stack.up()
    assert service.indexes() == {"products"}
    first, second = take(service), take(service)
    propose(backup_id=first, attempt=1, change="17")
    stack.up()
    restored = stack.outputs("recovered")
    assert service.records(restored["name"]) == service.records("products")

    propose(backup_id=second, attempt=1, change="18")
    refused = stack.preview(code=None)
    assert refused.code != 0
    assert f"has changed from `{first}` to `{second}`" in refused.text
    propose(backup_id=second, attempt=2, change="18")
    stack.up()
    assert stack.outputs("recovered")["backup_id"] == second
    assert stack.outputs("recovered")["name"] != restored["name"]
    propose(backup_id="", attempt=2, change="19")
    stack.up()
    assert service.indexes() == {"products"}


def test_protect_and_retain_gives_way_in_two_steps_only(example: Example, service: Service) -> None:
    service.index("products")
    stack = example("protect-and-retain")
    stack.up()
    index = stack.outputs("standby")["name"]
    assert stack.destroy(code=None).code != 0
    service.call("DELETE", f"/indexes/{index}", status=403)
    assert index in service.indexes()

    stack.run("config", "set", "decommissioned", "true")
    stack.up()
    stack.destroy()
    assert service.indexes() == {"products"}
    assert len(service.backups()) == 1


def test_an_hourly_rotation_keeps_its_backups_when_the_stack_goes(
    example: Example, service: Service
) -> None:
    service.index("products")
    stack = example("hourly-rotation")
    stack.run("config", "set", "--path", "keep.hourly", "2")
    stack.up()
    stack.unchanged()
    assert len(service.backups()) == 1
    stack.destroy()
    assert len(service.backups()) == 1


def test_a_whole_project_is_restored_as_of_a_time(example: Example, service: Service) -> None:
    for name in ("products", "reviews"):
        service.index(name)
        take(service, name)
    stack = example("project-recovery")
    stack.run("config", "set", "asOf", "2199-01-01T00:00:00Z")
    stack.up()
    assert service.indexes() == {
        "products", "reviews", "products-restored", "reviews-restored",
    }  # fmt: skip
    assert service.records("reviews-restored") == service.records("reviews")
    table = json.loads(stack.run("stack", "output", "--json").text)["table"]
    assert [row["result"] for row in table] == ["good", "good"]


def test_blue_green_cuts_over_and_back_and_lets_go_in_two_steps(
    example: Example, service: Service
) -> None:
    service.index("products")
    first, second = take(service), take(service)
    stack = example("blue-green")

    def set_to(key: str, value: str) -> None:
        stack.run("config", "set", *(["--path"] if "." in key else []), key, value)

    set_to("slots.blue", first)
    set_to("live", "blue")
    stack.up()
    blue = stack.outputs("products-blue")["name"]
    set_to("slots.green", second)
    stack.up()
    set_to("live", "green")
    set_to("keepPreviousUntil", "2199-01-01")
    stack.up()
    outputs = json.loads(stack.run("stack", "output", "--json").text)
    assert outputs["live"] == stack.outputs("products-green")["name"]
    assert outputs["others"] == [blue]
    service.call("DELETE", f"/indexes/{blue}", status=403)
    set_to("live", "blue")
    stack.up()
    assert json.loads(stack.run("stack", "output", "--json").text)["live"] == blue
    set_to("live", "green")
    set_to("keepPreviousUntil", "2020-01-01")
    stack.up()
    stack.run("config", "rm", "--path", "slots.blue")
    stack.up()
    assert blue not in service.indexes()


def test_smoke_queries_ask_by_checks_and_by_a_hook(example: Example, service: Service) -> None:
    service.index("products")
    take(service)
    stack = example("smoke-queries")
    said = stack.up()
    assert "smoke: record 0 finds 0" in said.text
    rows = {row["name"]: row["result"] for row in stack.outputs("smoke")["verification"]}
    assert rows["checks[0]"] == "passed"


def python_of(text: str) -> str:
    """Return the first block of Python in a text."""
    block, *_ = re.findall(r"^ *```python\n(.*?)```", text, flags=re.DOTALL | re.MULTILINE)
    return textwrap.dedent(block)


def docstring_example(resource: type) -> str:
    return python_of(inspect.cleandoc(resource.__doc__ or ""))


def test_the_examples_of_the_resources_docstrings_run(stack: Stack, service: Service) -> None:
    service.index("products")
    stack.program(docstring_example(Backup) + docstring_example(BackupSchedule))
    stack.up()
    assert set(stack.resources()) == {"nightly", "daily"}
    stack.program(docstring_example(RestoredIndex))
    stack.up()
    assert set(stack.resources()) == {"nightly", "recovered"}
    assert stack.outputs("recovered")["deletion_protection"] == "enabled"


def test_the_programs_of_the_documentation_retain_a_backup_and_recover_from_it(
    stack: Stack, service: Service
) -> None:
    service.index("products")
    docs = EXAMPLES.parent / "docs"
    stack.program(python_of((docs / "resources.md").read_text()))
    stack.up()
    kept = stack.outputs("nightly")["backup_id"]
    service.call("DELETE", "/indexes/products")
    stack.program(python_of((docs / "disaster-recovery.md").read_text()))
    stack.up()
    assert service.backups() == {kept}
    assert stack.outputs("products-recovered")["backup_id"] == kept
    assert service.indexes() == {stack.outputs("products-recovered")["name"]}
