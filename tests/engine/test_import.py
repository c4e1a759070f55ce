"""`pinecone-backup import`: existing objects become resources of a stack, without a change."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from contract.emulator import test_sdk
from contract.emulator.environments import environment
from support.live_service import Service
from support.pulumi_stack import Stack

COMMAND = str(Path(sys.executable).parent / "pinecone-backup")

pytestmark = pytest.mark.engine


def take_over(
    stack: Stack, kind: str, resource_name: str, object_id: str, *options: str, code: int = 0
) -> str:
    """Run the command in the stack's project; the stack and its name are found there."""
    words = [COMMAND, "import", kind, resource_name, object_id, *options]
    done = subprocess.run(
        words, cwd=stack.project, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


PROGRAM = """
backup = Backup("nightly", index_name="products")
RestoredIndex("recovered", backup_id=backup.id{more})
BackupSchedule("daily", index_name="products", name="theirs", frequency="weekly", retention_days=7)
"""


def test_existing_objects_are_taken_over_unchanged_and_then_live_as_the_stack_s_own(
    stack: Stack, service: Service
) -> None:
    service.index("products", tags={"team": "search"})
    backup = service.call("POST", "/indexes/products/backups", {"name": "by-hand"})["backup_id"]
    service.call("POST", f"/backups/{backup}/create-index", {"name": "standby"})
    schedule = service.call(
        "POST",
        "/indexes/products/backup-schedules",
        {
            "name": "theirs",
            "schedule": {"type": "time-based", "frequency": "weekly"},
            "retention": {"expire_after_days": 7},
        },
    )["schedule_id"]

    told = take_over(stack, "backup", "nightly", backup)
    assert 'Backup("nightly", index_name="products")' in told
    take_over(stack, "restored-index", "recovered", "standby")
    take_over(stack, "backup-schedule", "daily", schedule)
    written = json.loads((stack.project / "import.json").read_text())["resources"]
    assert [row["id"] for row in written] == [backup, "standby", schedule]

    stack.program(PROGRAM.format(more=""))
    flags = ("--generate-code=false", "--protect=false", "--yes", "--skip-preview")
    stack.run("import", "--file", "import.json", *flags)
    stack.unchanged()
    stack.refresh("--expect-no-changes")

    stack.program(PROGRAM.format(more=', deletion_protection="disabled", tags={"tier": "gold"}'))
    stack.up()
    live = service.call("GET", "/indexes/standby")["tags"]
    assert live.pop("pulumi-owner") == stack.outputs("recovered")["owner_mark"]
    assert live == {"tier": "gold"}
    stack.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set()


MADE_BY_HAND = """
import time
from pinecone import Pinecone

pc = Pinecone()
for name in ("products", "reviews"):
    values = {"type": "dense_vector", "dimension": 2, "metric": "cosine"}
    deployment = {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}
    pc.indexes.create(name=name, schema={"fields": {"_values": values}}, deployment=deployment)
    records = [{"id": str(n), "values": [1.0, n]} for n in range(5)]
    pc.index(host=pc.indexes.describe(name).host).upsert(vectors=records)
    made = pc.backups.create(index_name=name, name="nightly")
    pc.backups.create(index_name=name, description='by "hand"')
    while pc.backups.describe(backup_id=made.backup_id).status != "Ready":
        time.sleep(0.02)
pc.create_index_from_backup(backup_id=made.backup_id, name="standby", timeout=30)
pc.backup_schedules.create(
    index_name="products", name="theirs", frequency="weekly", retention_days=7
)
"""


def test_everything_is_taken_over_at_once_with_the_program_that_matches(
    stack: Stack, service: Service
) -> None:
    """The objects are made with the official SDK, unchanged, in an environment of its own."""
    sdk = environment(Path(test_sdk.__file__).with_name("sdk-requirements.txt"))
    subprocess.run([sdk, "-c", MADE_BY_HAND], env=stack.environment, check=True, timeout=120)
    (stack.project / "Pulumi.yaml").write_text("runtime: python\nname: recovery\n")
    words = [COMMAND, "import", "--all", "--program", "imported.py"]

    def run(*more: str, code: int = 0) -> str:
        done = subprocess.run(
            [*words, *more],
            cwd=stack.project,
            env=stack.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "import.json: 6 object(s)" in run()
    flags = ("--generate-code=false", "--protect=false", "--yes", "--skip-preview")
    shutil.copy(stack.project / "imported.py", stack.project / "__main__.py")
    stack.run("import", "--file", "import.json", *flags)
    stack.unchanged()
    stack.refresh("--expect-no-changes")
    stack.unchanged()
    assert "`import.json` exists" in run(code=1)
    assert "there is nothing to import" in run("--file", "again.json", code=1)
    stack.destroy()
    assert service.indexes() == {"products", "reviews"}
    assert service.backups() == set()


def test_what_cannot_be_taken_over_is_refused_before_anything_is_changed(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    stack, other = new_stack("first"), new_stack("second")
    service.index("products")
    backup = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    told = take_over(stack, "restored-index", "recovered", "products", code=1)
    assert "does not tell which backup index `products` was restored from" in told
    assert not service.call("GET", "/indexes/products")["tags"]
    told = take_over(stack, "backup", "nightly", "no-such-backup", code=1)
    assert "backup `no-such-backup` was not found" in told
    assert not (stack.project / "import.json").exists()

    service.call("POST", f"/backups/{backup}/create-index", {"name": "standby"})
    take_over(stack, "restored-index", "recovered", "standby")
    mark = service.call("GET", "/indexes/standby")["tags"]["pulumi-owner"]
    told = take_over(other, "restored-index", "recovered", "standby", code=1)
    assert "belongs to another resource or stack" in told
    assert service.call("GET", "/indexes/standby")["tags"]["pulumi-owner"] == mark
    take_over(other, "restored-index", "recovered", "standby", "--take-over")
    assert service.call("GET", "/indexes/standby")["tags"]["pulumi-owner"] != mark


def test_outside_a_project_the_command_asks_for_project_and_stack(
    stack: Stack, tmp_path: Path
) -> None:
    words = [COMMAND, "import", "backup", "nightly", "1"]
    done = subprocess.run(
        words, cwd=tmp_path, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "give --project" in done.stderr


def test_a_file_of_a_preview_is_filled_where_the_children_of_components_stand(
    stack: Stack, service: Service
) -> None:
    service.index()
    first, second = (
        service.call("POST", "/indexes/products/backups", {"name": f"by-hand-{number}"})
        for number in (1, 2)
    )
    restored = {"name": "standby"}
    service.call("POST", f"/backups/{first['backup_id']}/create-index", restored)
    box = """
        class Box(pulumi.ComponentResource):
            def __init__(self, name, opts=None):
                super().__init__("acme:search:Box", name, {}, opts)
                backup = Backup("nightly", index_name="products", opts=ResourceOptions(parent=self))
                %s
        class Shelf(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("acme:search:Shelf", name)
                Box("box", ResourceOptions(parent=self))
        Shelf("shelf")
        Backup("alone", index_name="products")
    """
    stack.program(box % "pass")
    stack.preview("--import-file", "import.json")
    said = take_over(stack, "backup", "nightly", first["backup_id"])
    assert "fill the file's other placeholders, or delete their entries: `alone`" in said
    take_over(stack, "backup", "alone", second["backup_id"])
    flags = ("--generate-code=false", "--protect=false", "--yes", "--skip-preview")
    stack.run("import", "--file", "import.json", *flags)
    stack.unchanged()
    assert stack.resources()["nightly"]["urn"].split("::")[2] == (
        "acme:search:Shelf$acme:search:Box$pulumi-python:dynamic/pinecone:Backup"
    )

    # The parent exists by now: the preview tells it by its URN alone.
    stack.program(
        box % "RestoredIndex('recovered', backup_id=backup.id, opts=ResourceOptions(parent=self))"
    )
    stack.preview("--import-file", "next.json")
    assert json.loads((stack.project / "next.json").read_text())["nameTable"]
    take_over(stack, "restored-index", "recovered", "standby", "--file", "next.json")
    stack.run("import", "--file", "next.json", *flags)
    stack.unchanged()
    stack.refresh("--expect-no-changes")
    stack.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set()
