"""The bridge on the real engine: parallel, visible, interruptible, and without its parts."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.background_run import BackgroundRun, wait_until
from support.live_service import Service
from support.pulumi_stack import Result, Stack
from support.service_journal import Journal

pytestmark = pytest.mark.engine

WAITS = 20
MANY = 'for n in range({count}):\n    RestoredIndex(f"r{{n}}", backup_id="{backup}"{more})\n'
HOURS = 7200.0
MOVED_PARTS = Path(__file__).parent / "moved_parts"


@pytest.fixture
def backup(service: Service) -> str:
    """A Ready backup of a small index."""
    service.index()
    return str(service.call("POST", "/indexes/products/backups", {})["backup_id"])


def started(service: Service) -> int:
    """Return how many restores the service has accepted."""
    return len(Journal(service).effects("restore started"))


def many(backup: str, count: int = WAITS, more: str = "") -> str:
    return MANY.format(count=count, backup=backup, more=more)


def has_twenty_and_no_more(stack: Stack, service: Service) -> bool:
    """Return whether state and service hold the same 20 restored indexes, each restored once."""
    rows = stack.resources()
    names = {row["id"] for row in rows.values()}
    return (
        len(rows) == len(names) == WAITS
        and service.indexes() == names | {"products"}
        and started(service) == WAITS
    )


def statuses(stack: Stack) -> set[str]:
    return {row["outputs"]["status"] for row in stack.resources().values()}


def test_twenty_restores_wait_at_once_and_a_log_gets_one_line_of_each(
    stack: Stack, service: Service, backup: str
) -> None:
    service.emulator.configure(restore_seconds=HOURS)
    stack.program(many(backup))
    with BackgroundRun(stack, "up", "--yes", "--skip-preview", PULUMI_PARALLEL="50") as run:
        wait_until(lambda: started(service) == WAITS, "20 restores at once")
        wait_until(lambda: run.text.count("restoring r") >= WAITS, "20 rows that tell")
        service.emulator.advance(2 * HOURS)
        result = run.end()
    assert result.code == 0, result
    for n in range(WAITS):
        row = rf" creating \(\d+s\) \d+ s, [\w ]+: restoring r{n}-"
        assert len(re.findall(row, result.text)) == 1, result
    assert re.search(r"\d+ s, Initializing: restoring r0-\w{7} from [-\w]{36}", result.text)
    assert has_twenty_and_no_more(stack, service)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_every_id_and_the_next_up_finishes(
    stack: Stack, service: Service, backup: str, number: signal.Signals
) -> None:
    service.emulator.configure(restore_seconds=HOURS)
    stack.program(many(backup))
    with BackgroundRun(stack, "up", "--yes", "--skip-preview", PULUMI_PARALLEL="50") as run:
        wait_until(lambda: started(service) == WAITS, "20 restores at once")
        run.signal(number)
        result = run.end()
    assert result.code not in (0, None)
    assert result.text.count("the wait cancelled") >= WAITS, result
    assert has_twenty_and_no_more(stack, service)
    assert statuses(stack) == {"Initializing"}

    service.emulator.advance(2 * HOURS)
    stack.up(PULUMI_PARALLEL="50")
    assert has_twenty_and_no_more(stack, service)
    assert statuses(stack) == {"Ready"}


def test_an_interrupt_waits_for_the_answer_to_a_restore_that_is_being_accepted(
    stack: Stack, service: Service, backup: str
) -> None:
    service.emulator.configure(restore_seconds=HOURS)
    service.emulator.add_fault("create_index_from_backup_operation", "delay", seconds=3.0)
    stack.program(f'RestoredIndex("r", backup_id="{backup}")')
    asked = Journal(service)
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: asked.requests("describe_backup"), "the last question before the POST")
        wait_until(lambda: not service.call("GET", "/_emulator/faults")["faults"], "the POST")
        run.signal(signal.SIGINT)
        result = run.end()
    assert result.code != 0
    (row,) = stack.resources().values()
    assert row["outputs"]["restore_job_id"]
    assert started(service) == 1


def test_an_interrupted_backup_and_an_interrupted_destroy_go_on(
    stack: Stack, service: Service
) -> None:
    service.index()
    service.emulator.configure(backup_seconds=HOURS)
    stack.program('Backup("nightly", index_name="products")')
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(service.backups, "a backup")
        run.signal(signal.SIGINT)
        assert run.end().code != 0
    assert {row["id"] for row in stack.resources().values()} == service.backups()

    service.emulator.advance(2 * HOURS)
    service.emulator.configure(delete_seconds=HOURS)
    stack.up()
    assert statuses(stack) == {"Ready"}
    with BackgroundRun(stack, "destroy", "--yes", "--skip-preview") as run:
        wait_until(lambda: Journal(service).requests("delete_backup"), "the delete")
        run.signal(signal.SIGTERM)
        assert run.end().code != 0
    assert len(stack.resources()) == 1
    service.emulator.advance(2 * HOURS)
    stack.destroy()
    assert service.backups() == set()


def test_nothing_of_ours_outlives_a_killed_engine_and_the_next_up_adopts(
    stack: Stack, service: Service, backup: str
) -> None:
    service.emulator.configure(restore_seconds=HOURS)
    stack.program(many(backup))
    with BackgroundRun(stack, "up", "--yes", "--skip-preview", PULUMI_PARALLEL="50") as run:
        wait_until(lambda: started(service) == WAITS, "20 restores at once")
        assert run.processes("pulumi.dynamic")
        run.signal(signal.SIGKILL)
        run.end()
        wait_until(lambda: not run.processes(), "the end of plugin, shell and program")
    service.emulator.advance(2 * HOURS)
    stack.run("cancel", "--yes")
    result = stack.up(PULUMI_PARALLEL="50")
    assert result.text.count("left by an unfinished run of this resource, is continued") >= WAITS, (
        result
    )
    assert has_twenty_and_no_more(stack, service)
    assert statuses(stack) == {"Ready"}


def test_a_cancel_from_elsewhere_lifts_the_lock_and_leaves_the_run_alone(
    stack: Stack, service: Service, backup: str
) -> None:
    service.emulator.configure(restore_seconds=HOURS)
    stack.program(f'RestoredIndex("r", backup_id="{backup}")')
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: started(service) == 1, "a restore")
        assert "currently locked" in stack.up(code=None).text
        stack.run("cancel", "--yes")
        assert not run.is_over()
        service.emulator.advance(2 * HOURS)
        assert run.end().code == 0
    stack.unchanged()
    assert started(service) == 1


def test_custom_timeouts_end_a_wait_and_the_next_up_goes_on(
    stack: Stack, service: Service, backup: str
) -> None:
    service.emulator.configure(restore_seconds=HOURS)
    stack.program(
        f"""
        timeouts = pulumi.CustomTimeouts(create="2s", update="1s")
        RestoredIndex("r", backup_id="{backup}", opts=ResourceOptions(custom_timeouts=timeouts))
        """
    )
    assert "the wait timed out after 2 s" in stack.up(code=None).text
    assert "the wait timed out after 1 s" in stack.up(code=None).text
    service.emulator.advance(2 * HOURS)
    stack.up()
    assert statuses(stack) == {"Ready"}
    assert started(service) == 1


def test_the_engine_s_own_limit_is_told_once_with_the_command_that_lifts_it(
    stack: Stack, service: Service
) -> None:
    service.index()
    stack.program('for n in range(6): Backup(f"b{n}", index_name="products")')
    command = "Run `PULUMI_PARALLEL=200 pulumi up`"
    text = stack.preview(PULUMI_PARALLEL="3").text
    assert text.partition("Diagnostics:")[2].count(command) == 1, text
    assert command not in stack.preview(PULUMI_PARALLEL="6").text


def test_the_rows_of_a_terminal_are_renewed_while_they_wait(
    stack: Stack, service: Service, backup: str
) -> None:
    service.emulator.configure(restore_seconds=HOURS)
    stack.program(f'RestoredIndex("r", backup_id="{backup}")')
    command = [word for word in stack.command(["up", "--yes"]) if word != "--non-interactive"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, "--skip-preview"],
        cwd=stack.project,
        env={**stack.environment, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        seen: set[str] = set()
        screen = ""
        try:
            while len(seen) < 3:
                screen += os.read(ours, 65536).decode(errors="replace")
                seen |= set(re.findall(r"(\d+ s), Initializing: restoring", screen))
        finally:
            process.send_signal(signal.SIGINT)
            while process.poll() is None:
                try:
                    os.read(ours, 65536)
                except OSError:
                    break
            process.wait(60)
            os.close(ours)
    assert len(stack.resources()) == 1


def up(stack: Stack, backup: str, moved_part: str = "") -> Result:
    """Restore an index where a part of Pulumi's plugin has moved."""
    stack.program(f'RestoredIndex("r", backup_id="{backup}")')
    return stack.up(PYTHONPATH=str(MOVED_PARTS), MOVED_PART=moved_part)


def restore(stack: Stack, backup: str, moved_part: str = "") -> Result:
    result = up(stack, backup, moved_part)
    (row,) = stack.resources().values()
    assert {check["result"] for check in row["outputs"]["verification"]} == {"passed"}
    return result


def test_no_part_that_the_bridge_uses_has_moved(stack: Stack, backup: str) -> None:
    assert "moved parts" not in restore(stack, backup).text


def test_the_program_of_a_resource_is_seen_as_one_that_may_end_at_once(
    stack: Stack, backup: str
) -> None:
    stack.program(
        f"""
        import signal
        RestoredIndex("r", backup_id="{backup}")
        pulumi.export("on_interrupt", signal.getsignal(signal.SIGINT).__module__)
        """
    )
    assert "pulumi_pinecone_backup.engine.program" in stack.preview().text


@pytest.mark.parametrize(
    "parts",
    [
        ("engine log", "end with the engine"),
        ("parallel operations",),
        ("one-line errors",),
        ("cancellation", "one-line errors"),
        ("whole configuration",),
        ("outputs made when they are read",),
        ("a resource's line in the program",),
    ],
)
def test_a_moved_part_is_named_and_the_resources_work_without_it(
    stack: Stack, backup: str, parts: tuple[str, ...]
) -> None:
    text = restore(stack, backup, parts[0]).text
    assert "has moved parts that pinecone-backup uses" in text
    for part in parts:
        assert f"{part} (" in text, text


@pytest.mark.parametrize("part", ["calls of the engine", "partial results"])
def test_where_partial_results_have_moved_a_failed_restore_is_kept_all_the_same(
    stack: Stack, service: Service, backup: str, part: str
) -> None:
    service.emulator.add_fault("create_index_from_backup_operation", "fail_job")
    text = up(stack, backup, part).text
    assert f"{part} (" in text, text
    assert "the next `pulumi up` removes the failed index and restores again" in text
    assert statuses(stack) == {"InitializationFailed"}
    restore(stack, backup, part)
    assert len(service.indexes()) == 2


def test_the_ritual_and_a_failing_restore_without_the_bridge(
    new_stack: Callable[..., Stack], service: Service, backup: str
) -> None:
    stack = new_stack(PULUMI_PINECONE_BRIDGE="off")
    service.emulator.add_fault("create_index_from_backup_operation", "fail_job")
    stack.program(f'RestoredIndex("r", backup_id="{backup}", tags={{"team": "search"}})')
    failed = stack.up()
    assert "the next `pulumi up` removes the failed index" in failed.text
    assert statuses(stack) == {"InitializationFailed"}
    stack.up()
    assert statuses(stack) == {"Ready"}
    stack.unchanged()
    stack.refresh("--expect-no-changes")
    stack.program(f'RestoredIndex("r", backup_id="{backup}", tags={{"team": "ads"}})')
    stack.up()
    name = stack.outputs("r")["name"]
    assert service.call("GET", f"/indexes/{name}")["tags"]["team"] == "ads"
    stack.destroy()
    assert service.indexes() == {"products"}
