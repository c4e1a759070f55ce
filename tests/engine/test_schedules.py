"""Backup schedules on the real engine: in place, repaired, replaced, continued, never lost."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.background_run import BackgroundRun, wait_until
from support.live_service import Service
from support.pulumi_stack import Stack
from support.service_journal import Journal

pytestmark = pytest.mark.engine

DAY = 86_400.0
PROGRAM = """
    BackupSchedule(
        "daily", index_name="{index}", frequency="{frequency}", retention_days={days}{more}
    )
"""


def program(
    index: str = "products", frequency: str = "daily", days: int = 14, more: str = ""
) -> str:
    return PROGRAM.format(index=index, frequency=frequency, days=days, more=more and f", {more}")


def schedules(service: Service, index: str = "products") -> dict[str, dict[str, Any]]:
    """Return the schedules of an index by id."""
    found = service.call("GET", f"/indexes/{index}/backup-schedules")["data"]
    return {row["schedule_id"]: row for row in found}


def one(service: Service, index: str = "products") -> tuple[Any, ...]:
    """Return what the only schedule of an index does."""
    (row,) = schedules(service, index).values()
    return row["frequency"], row["retention_expire_after_days"], row["enabled"]


def test_a_schedule_takes_backups_changes_in_place_and_leaves_its_backups(
    stack: Stack, service: Service
) -> None:
    service.index()
    stack.program(program())
    stack.up()
    first = stack.resources()["daily"]
    assert set(schedules(service)) == {first["id"]}
    service.emulator.advance(3 * DAY)
    assert len(service.backups()) == 3
    stack.refresh("--expect-no-changes", "--skip-preview")
    stack.unchanged()
    assert stack.outputs("daily")["next_scheduled_run"] > first["outputs"]["next_scheduled_run"]

    for change, live in (
        (program(frequency="weekly"), ("weekly", 14, True)),
        (program(frequency="weekly", days=30), ("weekly", 30, True)),
        (program(frequency="weekly", days=30, more="enabled=False"), ("weekly", 30, False)),
    ):
        stack.program(change)
        stack.up()
        assert one(service) == live
    service.emulator.advance(10 * DAY)
    assert len(service.backups()) == 3
    assert set(schedules(service)) == {first["id"]}

    stack.program(program(days=30))
    stack.up()
    assert one(service) == ("daily", 30, True)
    assert len(service.backups()) == 4

    drift = {"frequency": "monthly", "retention": {"expire_after_days": 5}, "enabled": False}
    service.call("PATCH", f"/backup-schedules/{first['id']}", drift)
    stack.refresh("--skip-preview")
    drifted = stack.outputs("daily")
    assert (drifted["frequency"], drifted["retention_days"], drifted["enabled"]) == (
        "monthly",
        5,
        False,
    )
    stack.up()
    assert one(service) == ("daily", 30, True)
    assert set(schedules(service)) == {first["id"]}

    kept = service.backups()
    stack.destroy()
    assert schedules(service) == {}
    assert service.backups() == kept


def test_a_schedule_survives_a_forced_replacement_moves_and_gets_another_name(
    stack: Stack, service: Service
) -> None:
    service.index("products")
    service.index("articles")
    stack.program(program())
    stack.up()
    row = stack.resources()["daily"]
    said = stack.up("--replace", row["urn"], code=1).text
    assert "has a schedule named" in said
    assert "pulumi state untaint" in said
    stack.unchanged()
    assert set(schedules(service)) == {row["id"]} == {stack.resources()["daily"]["id"]}

    journal = Journal(service)
    journal.mark()
    stack.program(program("articles"))
    stack.up()
    moved = stack.resources()["daily"]
    assert set(schedules(service, "articles")) == {moved["id"]}
    assert schedules(service) == {}
    assert moved["outputs"]["name"] == row["outputs"]["name"]
    assert journal.effects("schedule") == [
        f"schedule created {moved['id']}",
        f"schedule deleted {row['id']}",
    ]

    stack.program(program("articles", more='name="nightly"'))
    stack.up()
    renamed = stack.resources()["daily"]
    assert [row["name"] for row in schedules(service, "articles").values()] == ["nightly"]
    said = stack.up("--replace", renamed["urn"], code=1).text
    assert "has a schedule named `nightly` already" in said
    assert set(schedules(service, "articles")) == {renamed["id"]}
    stack.unchanged()


def test_a_schedule_that_a_killed_run_made_is_named_and_imported(
    stack: Stack, service: Service
) -> None:
    service.index()
    service.emulator.add_fault("update_backup_schedule", "delay", seconds=600.0)
    stack.program(program(more="enabled=False"))
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: schedules(service), "the schedule")
        run.signal(signal.SIGKILL)
        run.end()
    (made,) = schedules(service)
    stack.run("cancel", "--yes")
    assert stack.export()["deployment"]["pending_operations"]
    said = stack.up(code=1).text
    command = f"pinecone-backup import backup-schedule daily {made}"
    assert command in said
    subprocess.run(
        [str(Path(sys.executable).parent / "pinecone-backup"), *command.split()[1:]],
        cwd=stack.project,
        env={**stack.environment, "PULUMI_STACK": stack.name},
        check=True,
    )
    stack.run("refresh", "--yes", "--clear-pending-creates")
    stack.run(
        "import", "--file", "import.json", "--yes", "--protect=false", "--generate-code=false"
    )
    stack.up()
    assert stack.resources()["daily"]["id"] == made
    assert one(service) == ("daily", 14, False)
    assert service.emulator.requests()["create_backup_schedule"] == 1
    stack.unchanged()


def test_versions_without_schedules_refuse_at_preview_and_lose_nothing(
    stack: Stack, service: Service
) -> None:
    service.index()
    stack.program(program())
    text = (
        "API version `2026-04` has no backup schedules: set `pinecone-backup:apiVersion` or "
        "`PINECONE_API_VERSION` to `2026-07`."
    )
    assert text in stack.preview(code=1, PINECONE_API_VERSION="2026-04").text
    stack.up()
    for command in (stack.preview, stack.refresh, stack.destroy):
        assert text in command(code=1, PINECONE_API_VERSION="2026-04").text
    assert set(schedules(service)) == {stack.resources()["daily"]["id"]}
    stack.unchanged()


def test_plans_without_schedules_and_a_second_schedule_are_told(
    stack: Stack, service: Service
) -> None:
    service.index()
    service.emulator.configure(plan="starter")
    stack.program(program())
    said = stack.up(code=1).text
    assert "the service answered 403" in said
    assert "Either the plan has no backup schedules (Standard and Enterprise have them)" in said
    assert "Traceback" not in said

    service.emulator.configure(plan="enterprise")
    body = {
        "name": "theirs",
        "schedule": {"type": "time-based", "frequency": "weekly"},
        "retention": {"expire_after_days": 3},
    }
    theirs = service.call("POST", "/indexes/products/backup-schedules", body)["schedule_id"]
    said = stack.up(code=1).text
    assert f"takes one enabled schedule and has `theirs` (`{theirs}`)" in said
    assert set(schedules(service)) == {theirs}

    service.call("PATCH", f"/backup-schedules/{theirs}", {"enabled": False})
    stack.program(program() + program().replace('"daily"', '"second"', 1))
    said = stack.preview(code=1).text
    assert re.search(
        "index `products` takes one enabled schedule, and resource `(daily|second)` is one", said
    )
    stack.program(program() + program(more="enabled=False").replace('"daily"', '"second"', 1))
    stack.preview()
