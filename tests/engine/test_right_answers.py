"""The service as it really is, on the real engine: contradictions, odd values, endless answers."""

from __future__ import annotations

import time

import pytest
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
    backup = Backup("nightly", index_name="products")
    restored = RestoredIndex("recovered", backup_id=backup.id)
    schedule = BackupSchedule(
        "daily", index_name="products", frequency="daily", retention_days=7
    )
"""
IMPATIENT = """
    limits = pulumi.CustomTimeouts(create="4s")
    backup = Backup("nightly", index_name="products", opts=ResourceOptions(custom_timeouts=limits))
"""
HUNG_SECONDS = 60.0
"""Far below what an endless answer would take, and far above what any machine needs."""


def test_what_describe_denies_and_the_list_shows_stays_in_the_state(
    stack: Stack, service: Service
) -> None:
    service.index()
    stack.program(PROGRAM)
    stack.up()
    before = {name: row["id"] for name, row in stack.resources().items()}
    for operation in ("describe_index", "describe_backup", "describe_backup_schedule"):
        service.emulator.add_fault(operation, "status", status=404, times=500)
    stack.refresh()
    assert {name: row["id"] for name, row in stack.resources().items()} == before
    said = stack.destroy(code=None).text
    service.emulator.clear_faults()
    stack.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set(), said


@pytest.mark.parametrize(
    "created_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", [1]]
)
def test_no_odd_time_loses_the_id_of_what_was_made(
    stack: Stack, service: Service, created_at: object
) -> None:
    service.index()
    change = {"created_at": created_at}
    for operation in ("create_backup", "describe_backup"):
        service.emulator.add_fault(operation, "rewrite", times=500, change=change)
    stack.program('backup = Backup("nightly", index_name="products")')
    stack.up()
    assert service.backups() == {stack.resources()["nightly"]["id"]}
    assert "Traceback" not in stack.up().text


@pytest.mark.parametrize("host", ["http://[::1", "https://user:pw@evil.example", None])
def test_no_odd_host_loses_a_restored_index(stack: Stack, service: Service, host: object) -> None:
    service.index()
    stack.program(PROGRAM)
    for operation in ("describe_index", "list_indexes"):
        service.emulator.add_fault(operation, "rewrite", times=500, change={"host": host})
    said = stack.up(code=None).text
    assert "Traceback" not in said
    assert "unexpected" not in said
    name = stack.resources()["recovered"]["id"]
    assert service.indexes() == {"products", name}
    service.emulator.clear_faults()
    stack.up()
    assert stack.outputs("recovered")["status"] == "Ready"
    assert {row["result"] for row in stack.outputs("recovered")["verification"]} == {"passed"}


@pytest.mark.parametrize("operation", ["describe_backup", "create_backup"])
def test_an_answer_that_never_ends_ends_with_the_timeout(
    stack: Stack, service: Service, operation: str
) -> None:
    service.index()
    service.emulator.configure(backup_seconds=3600.0)
    service.emulator.add_fault(operation, "drip", times=500, seconds=1.0)
    stack.program(IMPATIENT)
    began = time.monotonic()
    said = stack.up(code=1).text
    assert time.monotonic() - began < HUNG_SECONDS
    if operation == "describe_backup":
        assert service.backups() == {stack.resources()["nightly"]["id"]}
    else:
        assert "may exist" in said
        assert "A backup named `nightly-" in said


@pytest.mark.parametrize("emulator", [{"backup_seconds": 3600.0}], indirect=True)
def test_a_backup_that_vanishes_ends_its_wait(stack: Stack, service: Service) -> None:
    service.index()
    service.emulator.add_fault("describe_backup", "delay", seconds=0.0, times=3)
    service.emulator.add_fault("describe_backup", "vanish")
    stack.program('backup = Backup("nightly", index_name="products")')
    began = time.monotonic()
    said = stack.up(code=1).text
    assert time.monotonic() - began < HUNG_SECONDS
    assert "does not exist any more: it was deleted" in said
    service.emulator.configure(backup_seconds=0.0)
    stack.up()
    assert service.backups() == {stack.resources()["nightly"]["id"]}
