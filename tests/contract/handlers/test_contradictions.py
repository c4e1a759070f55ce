"""Where an object's own 404 contradicts the list, it is not gone: nothing is dropped or doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import Service
from support.state_entry import Entry

NewProcess = Callable[..., Session]
SCHEDULE = {"index_name": "products", "frequency": "daily", "retention_days": 7}


@pytest.fixture(params=["Backup", "RestoredIndex", "BackupSchedule"])
def made(
    request: pytest.FixtureRequest, backup_id: str, products: str, process: NewProcess
) -> tuple[Entry, str]:
    """An object of each kind in the state, and the operation that describes it."""
    kind = str(request.param)
    entry = Entry(kind, "thing")
    inputs: dict[str, dict[str, Any]] = {
        "Backup": {"index_name": products},
        "RestoredIndex": {"backup_id": backup_id},
        "BackupSchedule": SCHEDULE,
    }
    entry.up(**inputs[kind])
    process()
    operation = {
        "Backup": "describe_backup",
        "RestoredIndex": "describe_index",
        "BackupSchedule": "describe_backup_schedule",
    }[kind]
    return entry, operation


def test_a_refresh_keeps_what_the_list_still_shows(
    made: tuple[Entry, str], emulator: Emulator
) -> None:
    entry, describe = made
    before = entry.outputs
    emulator.add_fault(describe, "status", status=404, times=50)
    assert entry.refresh()
    assert entry.outputs == before


def test_what_neither_shows_is_gone(made: tuple[Entry, str], process: NewProcess) -> None:
    entry, _ = made
    entry.copy().down()
    process()
    assert not entry.refresh()


def test_a_delete_that_is_answered_with_404_is_not_taken_for_done(
    made: tuple[Entry, str], emulator: Emulator, process: NewProcess
) -> None:
    entry, describe = made
    delete = describe.replace("describe", "delete")
    emulator.add_fault(describe, "status", status=404, times=50)
    emulator.add_fault(delete, "status", status=404)
    if entry.handler.__class__.__name__ == "BackupHandler":
        entry.down()  # asks again until both agree
    else:
        with pytest.raises(OneLineError, match="lists it"):
            entry.down()
        emulator.clear_faults()
        entry.down()
    emulator.clear_faults()
    process()
    assert not entry.refresh()


def test_a_wait_goes_on_with_what_the_list_shows(
    restored: Entry, emulator: Emulator, backup_id: str
) -> None:
    emulator.configure(restore_seconds=0.3)
    emulator.add_fault("describe_index", "status", status=404, times=500)
    restored.up(backup_id=backup_id)
    assert restored.outputs["status"] == "Ready"
    assert emulator.requests()["create_index_from_backup_operation"] == 1


def test_a_restore_goes_on_with_a_lost_one_that_only_the_list_shows(
    restored: Entry, emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    process(is_killed=True)
    lost = restored.copy()
    lost.up(backup_id=backup_id)
    process()
    emulator.add_fault("describe_index", "status", status=404, times=500)
    restored.up(backup_id=backup_id)
    assert restored.id == lost.id
    assert emulator.requests()["create_index_from_backup_operation"] == 1


def test_without_permission_to_list_an_object_s_own_404_counts(
    backup: Entry, service: Service, emulator: Emulator, products: str, process: NewProcess
) -> None:
    backup.up(index_name=products)
    service.call("DELETE", f"/backups/{backup.id}")
    process(preflight="false")
    emulator.add_fault("list_project_backups", "status", status=403, times=50)
    assert not backup.refresh()
