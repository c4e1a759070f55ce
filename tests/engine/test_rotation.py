"""A rotation on the real engine: whatever goes wrong, no recovery point is lost."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pulumi_pinecone_backup.components import retention
from pulumi_pinecone_backup.components.retention import Held
from pulumi_pinecone_backup.emulator import Emulator
from support.background_run import BackgroundRun, wait_until
from support.live_service import OTHER_KEY, Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

START = datetime(2026, 3, 1, 0, 5, tzinfo=timezone.utc)
ROTATION = """
from datetime import datetime
from pulumi_pinecone_backup import BackupRotation
rotation = BackupRotation("hist", index_name="products", keep={keep!r},
    now=datetime.fromisoformat({now!r}){more})
pulumi.export("newest", rotation.newest_backup_id)
pulumi.export("kept", rotation.kept)
"""
# How many runs of a year; read before the tests clear the environment. 200 were run once.
RUNS = int(os.environ.get("PINECONE_BACKUP_ROTATION_RUNS", "4"))


def program(hour: float, keep: dict[str, int] | None = None, more: str = "") -> str:
    now = (START + timedelta(hours=hour)).isoformat()
    return ROTATION.format(keep=keep or {"hourly": 2}, now=now, more=more)


def slots(stack: Stack) -> dict[str, str]:
    """Return the backup by slot that the state holds."""
    return {
        name.removeprefix("hist-"): row["outputs"]["backup_id"]
        for name, row in sorted(stack.resources().items())
        if name.startswith("hist-")
    }


def hours(*numbers: int) -> list[str]:
    return [retention.slot_text(START + timedelta(hours=number)) for number in numbers]


@pytest.fixture
def rotated(stack: Stack, service: Service) -> Stack:
    """A stack that has rotated for two hours, and keeps two."""
    service.index()
    for hour in range(2):
        stack.program(program(hour))
        stack.up()
    assert list(slots(stack)) == hours(0, 1)
    return stack


def test_what_falls_out_is_shown_and_goes_after_the_new_one_is_ready(
    rotated: Stack, service: Service
) -> None:
    before = slots(rotated)
    rotated.program(program(2))
    preview = rotated.preview()
    assert "+ 1 to create" in preview.text
    assert "- 1 to delete" in preview.text
    rotated.up()
    assert list(slots(rotated)) == hours(1, 2)
    assert service.backups() == set(slots(rotated).values())
    assert before[hours(0)[0]] not in service.backups()
    rotated.unchanged()
    rotated.refresh("--expect-no-changes")
    assert rotated.export()  # readable
    outputs = rotated.run("stack", "output", "--json").text
    assert slots(rotated)[hours(2)[0]] in outputs


def test_tiers_over_a_year_are_what_the_same_function_says(stack: Stack, service: Service) -> None:
    service.index()
    keep = {"hourly": 5, "daily": 3, "weekly": 2, "monthly": 2}
    state: dict[datetime, Held] = {}
    chance = random.Random(11)  # noqa: S311 - the same each time
    hour = 0.0
    for _ in range(RUNS):
        hour += chance.choice([0.5, 1, 1, 1, 2, 5, 24, 24 * 6, 24 * 20])
        now = START + timedelta(hours=hour)
        planned = retention.plan(
            now, keep, state.values(), {each.backup_id: "Ready" for each in state.values()}
        )
        stack.program(program(hour, keep))
        stack.up()
        found = slots(stack)
        assert list(found) == [retention.slot_text(slot) for slot in planned.slots]
        assert service.backups() == set(found.values())
        state = {
            slot: Held(slot, found[retention.slot_text(slot)], "Ready") for slot in planned.slots
        }


def test_a_program_that_sees_an_empty_state_removes_nothing(
    rotated: Stack, service: Service
) -> None:
    before = service.backups()
    blind = (
        "import pulumi_pinecone_backup.engine.program as seen\n"
        "seen.own_state = lambda: {}\n"  # what a broken look at the state would be
    )
    rotated.program(blind + program(2))
    failed = rotated.up(code=1)
    assert "rotation `hist` does not drop it" in failed.text
    assert before < service.backups()
    rotated.program(program(2))
    rotated.up()
    assert list(slots(rotated)) == hours(1, 2)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 403},
        {"kind": "hide"},
    ],
)
def test_a_list_that_fails_or_is_cut_off_removes_nothing(
    rotated: Stack, service: Service, emulator: Emulator, fault: dict[str, object]
) -> None:
    before = service.backups()
    emulator.add_fault("list_project_backups", times=50, **fault)  # type: ignore[arg-type]
    rotated.program(program(2))
    said = rotated.up()
    assert "nothing falls out of this rotation" in said.text
    emulator.clear_faults()
    assert before < service.backups()
    assert list(slots(rotated)) == hours(0, 1, 2)
    rotated.program(program(2.2))
    rotated.up()
    assert list(slots(rotated)) == hours(1, 2)


def test_a_failed_backup_removes_nothing_and_is_repeated_in_its_slot(
    rotated: Stack, service: Service, emulator: Emulator
) -> None:
    before = service.backups()
    emulator.add_fault("create_backup", "fail_job")
    rotated.program(program(2))
    rotated.up(code=1)
    assert before < service.backups()
    emulator.add_fault("create_backup", "fail_job")
    rotated.program(program(2.5))
    rotated.run("up", "--yes", "--skip-preview", "--continue-on-error", code=None)
    assert before <= service.backups()
    rotated.program(program(3))
    rotated.up()
    assert list(slots(rotated)) == hours(1, 3)
    assert service.backups() == set(slots(rotated).values())


def test_a_lost_run_is_told_and_neither_adopted_nor_removed(
    rotated: Stack, service: Service, emulator: Emulator
) -> None:
    before = service.backups()
    emulator.configure(backup_seconds=3600.0)
    rotated.program(program(2))
    with BackgroundRun(rotated, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: before < service.backups(), "the backup")
        run.signal(signal.SIGKILL)
    rotated.run("cancel", "--yes")
    (lost,) = service.backups() - before
    emulator.configure(backup_seconds=0.0)
    emulator.advance(7200)
    said = rotated.up()
    assert lost in service.backups()
    assert lost not in slots(rotated).values()
    assert list(slots(rotated)) == hours(1, 2)
    rotated.program(program(2.1))
    said = rotated.up()
    assert f"backup `{lost}`" in said.text
    assert f"pc backup delete --id {lost}" in said.text
    assert lost in service.backups()


def test_a_clock_set_back_a_year_takes_and_removes_nothing(
    rotated: Stack, service: Service
) -> None:
    before = service.backups()
    rotated.program(program(-365 * 24))
    rotated.up()
    assert service.backups() == before
    rotated.program(program(2))
    rotated.up()
    assert list(slots(rotated)) == hours(1, 2)


def test_a_kept_backup_that_somebody_deleted_holds_everything_back(
    rotated: Stack, service: Service
) -> None:
    gone = slots(rotated)[hours(1)[0]]
    service.call("DELETE", f"/backups/{gone}")
    wait_until(lambda: gone not in service.backups(), "the deletion")
    rotated.program(program(2))
    said = rotated.up()
    assert f"backup `{gone}` of {hours(1)[0]}, which is kept, is not listed" in said.text
    assert list(slots(rotated)) == hours(0, 1, 2)
    rotated.refresh()
    rotated.up()
    assert list(slots(rotated)) == hours(0, 2)


def test_two_stacks_and_a_renamed_one_remove_only_their_own(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    service.index()
    first, second = new_stack("one"), new_stack("two")
    for hour in range(3):
        for stack in (first, second):
            stack.program(program(hour))
            stack.up()
    assert list(slots(first)) == list(slots(second)) == hours(1, 2)
    assert service.backups() == {*slots(first).values(), *slots(second).values()}
    first.run("stack", "rename", "other")
    first.program(program(3))
    first.up()
    assert list(slots(first)) == hours(2, 3)
    assert service.backups() == {*slots(first).values(), *slots(second).values()}


def test_a_target_elsewhere_and_a_renamed_rotation_remove_nothing(
    rotated: Stack, service: Service
) -> None:
    before = service.backups()
    other = 'other = Backup("other", index_name="products")\n'
    rotated.program(other + program(2))
    rotated.up("--target", "**other")
    assert before < service.backups()
    assert list(slots(rotated)) == hours(0, 1)
    rotated.program(
        program(2)
        .replace('BackupRotation("hist"', 'BackupRotation("new"')
        .replace("now=", 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="hist")]), now=')
    )
    rotated.up()
    names = [name for name in sorted(rotated.resources()) if name.startswith("new-")]
    assert [name.removeprefix("new-") for name in names] == hours(1, 2)
    assert {row["outputs"]["backup_id"] for name, row in rotated.resources().items()
            if name.startswith("new-")} == service.backups()  # fmt: skip


@pytest.mark.parametrize("way", ["destroy", "remove"])
def test_what_ends_a_rotation_keeps_its_backups_unless_it_was_recorded(
    rotated: Stack, service: Service, way: str
) -> None:
    before = service.backups()

    def end() -> str:
        if way == "destroy":
            return rotated.destroy().text
        rotated.program("")
        return rotated.up().text

    said = end()
    assert service.backups() == before
    for backup_id in before:
        assert f"backup `{backup_id}` is kept at the service" in said
    assert slots(rotated) == {}
    rotated.program(program(2, more=", force_destroy=True"))
    rotated.up()
    (taken,) = service.backups() - before
    end()
    assert service.backups() == before
    assert taken not in service.backups()


def test_a_taint_takes_a_new_one_and_keeps_the_old(rotated: Stack, service: Service) -> None:
    urn = next(
        row["urn"] for name, row in rotated.resources().items() if name == f"hist-{hours(1)[0]}"
    )
    old = slots(rotated)[hours(1)[0]]
    rotated.run("state", "taint", urn, "--yes")
    rotated.up()
    assert old in service.backups()
    assert slots(rotated)[hours(1)[0]] != old


def test_two_runs_at_once_lose_nothing(
    rotated: Stack, service: Service, emulator: Emulator
) -> None:
    before = service.backups()
    emulator.configure(backup_seconds=3600.0)
    rotated.program(program(2))
    with BackgroundRun(rotated, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: before < service.backups(), "the backup")
        second = rotated.run("up", "--yes", "--skip-preview", code=None)
        assert second.code != 0
        assert "the stack is currently locked" in second.text
        assert before < service.backups()
        emulator.advance(7200)
        assert run.end().code == 0
    assert list(slots(rotated)) == hours(1, 2)
    assert service.backups() == set(slots(rotated).values())


def test_a_component_of_another_project_looks_at_that_project(
    new_stack: Callable[..., Stack], emulator: Emulator
) -> None:
    other = Service(emulator, OTHER_KEY)
    other.index()
    stack = new_stack(KEY_EU=OTHER_KEY)
    text = """
from datetime import datetime
from pulumi_pinecone_backup import BackupRotation, Provider, RestoredFleet
eu = Provider("eu", api_key_env="KEY_EU", host={url!r})
def described(args):
    if args.type_.endswith("pinecone:Backup"):
        return pulumi.ResourceTransformationResult(
            {{**args.props, "description": "by a transformation"}}, args.opts)
pulumi.runtime.register_stack_transformation(described)
class Region(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("shop:index:Region", name, {{}}, opts)
        inner = pulumi.ResourceOptions(parent=self)
        BackupRotation("hist", index_name="products", keep={{"hourly": 2}},
            now=datetime.fromisoformat({now!r}), opts=inner)
        if {fleet}:
            RestoredFleet("all", indexes=["products"], opts=inner)
Region("eu", pulumi.ResourceOptions(providers=[eu]))
"""
    for hour in range(4):
        now = (START + timedelta(hours=hour)).isoformat()
        stack.program(text.format(url=emulator.url, now=now, fleet=hour == 3))
        said = stack.up()
        assert "nothing falls out" not in said.text
    assert list(slots(stack)) == hours(2, 3)
    newest = stack.outputs(f"hist-{hours(3)[0]}")
    assert newest["description"] == "by a transformation"
    assert other.backups() == set(slots(stack).values())
    assert "products-restored" in other.indexes()
    stack.unchanged()


def test_settings_that_cannot_be_used_are_said_in_one_line(stack: Stack) -> None:
    stack.program(program(0, {"minutely": 1}))
    assert "`keep` has no tier `minutely`" in stack.preview(code=None).text
    stack.program(program(0, more=', name_prefix="Nö"'))
    assert "`name_prefix` must be 1 to 33 lower-case letters" in stack.preview(code=None).text


def test_keep_until_refuses_deletion_and_replacement_until_it_is_changed(
    stack: Stack, service: Service, tmp_path: Path
) -> None:
    del tmp_path
    service.index()
    text = 'Backup("legal", index_name="products", keep_until={until!r}, triggers=[{trigger}])\n'
    stack.program(text.format(until="2199-01-01", trigger=1))
    stack.up()
    stack.program(text.format(until="2199-01-01", trigger=2))
    refused = stack.preview(code=None)
    assert "its `keep_until` is 2199-01-01" in refused.text
    assert "use `BackupRotation`" in refused.text
    stack.program("")
    assert "was not deleted: `keep_until` is 2199-01-01" in stack.up(code=1).text
    assert len(service.backups()) == 1
    stack.program(text.format(until="2020-01-01", trigger=1))
    stack.up()
    stack.program("")
    stack.up()
    assert service.backups() == set()
    stack.program(text.format(until="soon", trigger=1))
    assert "`keep_until` must be a date or a time" in stack.preview(code=None).text
