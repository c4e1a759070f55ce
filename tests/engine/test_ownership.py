"""Names move and states are copied: what one state records, no other one adopts or deletes."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.background_run import BackgroundRun, wait_until
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

RESTORE = "create_index_from_backup_operation"
PROGRAM = """
    backup = Backup("nightly", index_name="products")
    RestoredIndex("recovered", backup_id=backup.id)
    BackupSchedule("daily", index_name="products", frequency="daily", retention_days=7)
"""
ONE = """
    RestoredIndex("recovered", backup_id="{backup}")
"""


def mark(service: Service, index: str) -> str:
    """Return the owner's mark of an index."""
    tags: dict[str, str] = service.call("GET", f"/indexes/{index}").get("tags") or {}
    return tags["pulumi-owner"]


def restored(service: Service) -> str | None:
    """Return the index that was restored, as far as there is one."""
    found = sorted(service.indexes() - {"products"})
    return found[0] if found else None


def backup_of(service: Service) -> str:
    """Return a backup that no program has made."""
    service.index()
    return str(service.call("POST", "/indexes/products/backups", {"name": "b"})["backup_id"])


@pytest.fixture
def other_job(stack: Stack, service: Service, tmp_path: Path) -> Stack:
    """The same project and stack name on a backend of its own, as on another machine."""
    environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": service.emulator.url}
    return Stack(tmp_path / "elsewhere", environment, name=stack.name)


def refused(other: Stack, index: str) -> None:
    """Assert that another state can neither adopt nor delete an index."""
    said = other.preview(code=None).text
    assert f"an index named `{index}` exists already: `up` refuses, because a state" in said
    said = other.up("--continue-on-error", code=1).text
    assert f"index `{index}` exists already, and a state records it that is not this one" in said
    assert "`pinecone-backup import`" in said
    assert "Traceback" not in said
    other.destroy()


def test_a_new_stack_of_the_old_name_leaves_the_renamed_one_alone(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    service.index()
    prod = new_stack("dev")
    prod.program(PROGRAM)
    prod.up()
    index, schedule = prod.resources()["recovered"]["id"], prod.resources()["daily"]["id"]
    prod.run("stack", "rename", "prod")
    prod.unchanged()

    dev = new_stack("dev")
    dev.program(PROGRAM)
    refused(dev, index)
    assert index in service.indexes()
    listed = service.call("GET", "/indexes/products/backup-schedules")["data"]
    assert [row["schedule_id"] for row in listed] == [schedule]
    prod.refresh()
    prod.unchanged()
    prod.destroy()
    assert service.indexes() == {"products"}


def test_two_jobs_with_backends_of_their_own_do_not_take_from_each_other(
    stack: Stack, other_job: Stack, service: Service
) -> None:
    program = ONE.format(backup=backup_of(service))
    for job in (stack, other_job):
        job.program(program)
    stack.up()
    index = stack.resources()["recovered"]["id"]
    assert mark(service, index) == stack.outputs("recovered")["owner_mark"]
    refused(other_job, index)
    stack.unchanged()
    assert service.emulator.requests()[RESTORE] == 1


@pytest.mark.parametrize("emulator", [{"restore_seconds": 600.0}], indirect=True)
def test_what_a_run_has_left_that_was_killed_in_the_restore_is_continued(
    stack: Stack, service: Service
) -> None:
    stack.program(ONE.format(backup=backup_of(service)))
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: restored(service), "the index")
        run.signal(signal.SIGKILL)
        run.end()
    assert mark(service, str(restored(service))).endswith("-pending")
    stack.run("cancel", "--yes")
    service.emulator.advance(700)
    said = stack.up().text
    assert "left by an unfinished run of this resource, is continued" in said
    assert service.emulator.requests()[RESTORE] == 1
    assert mark(service, str(restored(service))) == stack.outputs("recovered")["owner_mark"]
    stack.unchanged()


def test_what_is_complete_and_in_no_state_is_continued(stack: Stack, service: Service) -> None:
    backup = backup_of(service)
    slow = str(service.call("POST", "/indexes/products/backups", {"name": "s"})["backup_id"])
    stack.program(f"""
        RestoredIndex("recovered", backup_id="{backup}", name="quick")
        RestoredIndex("slow", backup_id="{slow}", name="slow")
    """)
    service.emulator.add_fault(RESTORE, "never_finish", match=slow)
    unsaved = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
    with BackgroundRun(stack, "up", "--yes", "--skip-preview", **unsaved) as run:
        wait_until(lambda: service.emulator.requests().get("describe_index_stats"), "the proof")
        wait_until(lambda: "slow" in service.indexes(), "the other index")
        run.signal(signal.SIGKILL)
        run.end()
    assert not stack.resources()
    assert mark(service, "quick").endswith("-pending")
    stack.run("cancel", "--yes")
    service.call("DELETE", "/indexes/slow")
    wait_until(lambda: "slow" not in service.indexes(), "the end of the slow one")
    stack.up()
    assert service.emulator.requests()[RESTORE] == 3
    for name, index in (("recovered", "quick"), ("slow", "slow")):
        assert mark(service, index) == stack.outputs(name)["owner_mark"]
    stack.unchanged()


def test_what_was_killed_after_the_state_was_saved_is_kept_by_the_next_run(
    stack: Stack, other_job: Stack, service: Service
) -> None:
    program = ONE.format(backup=backup_of(service))
    for job in (stack, other_job):
        job.program(program)
    service.emulator.add_fault("configure_index", "drop_before", times=100)
    stack.up()
    index = stack.resources()["recovered"]["id"]
    assert mark(service, index) == f"{stack.outputs('recovered')['owner_mark']}-pending"
    service.emulator.clear_faults()
    stack.unchanged()
    assert mark(service, index) == stack.outputs("recovered")["owner_mark"]
    refused(other_job, index)
    stack.unchanged()


@pytest.mark.parametrize("emulator", [{"restore_seconds": 600.0}], indirect=True)
def test_an_interrupted_run_keeps_what_its_state_records(
    stack: Stack, other_job: Stack, service: Service
) -> None:
    program = ONE.format(backup=backup_of(service))
    for job in (stack, other_job):
        job.program(program)
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: restored(service), "the index")
        run.signal(signal.SIGINT)
        run.end()
    index = stack.resources()["recovered"]["id"]
    assert mark(service, index) == stack.outputs("recovered")["owner_mark"]
    refused(other_job, index)
    service.emulator.advance(700)
    stack.up()
    assert service.emulator.requests()[RESTORE] == 1
    assert stack.outputs("recovered")["status"] == "Ready"
    stack.unchanged()


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_a_new_trigger_never_ends_well_without_a_restore(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    backup = backup_of(service)
    program = """
        RestoredIndex(
            "recovered", backup_id="{0}", name="fixed", triggers=[{1}],
            opts=ResourceOptions(retain_on_delete=True),
        )
    """
    stack.program(program.format(backup, 1))
    stack.up()
    stack.program(program.format(backup, 2))
    said = stack.up(code=1).text
    assert "index `fixed` exists already, and a state records it" in said
    assert service.emulator.requests()[RESTORE] == 1
    assert service.indexes() == {"products", "fixed"}
