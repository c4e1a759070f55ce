"""What killed runs leave behind is found by the next one, however late and badly it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from live_service import Service
from pulumi_pinecone_backup import session
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine_bridge import OneLineError
from state_entry import Entry

NewProcess = Callable[..., session.Session]


@pytest.fixture
def lost(restored: Entry, backup_id: str, process: NewProcess, version: str) -> Entry:
    """What a run has made whose state was lost."""
    process(version)
    made = restored.copy()
    made.up(backup_id=backup_id)
    process(version)
    return made


def test_a_restore_that_a_killed_run_has_posted_late_is_continued(
    restored: Entry, lost: Entry, service: Service, emulator: Emulator, backup_id: str
) -> None:
    emulator.add_fault("describe_index", "hide")
    restored.up(backup_id=backup_id)
    assert emulator.requests()["create_index_from_backup_operation"] == 2
    assert restored.id == lost.id
    assert restored.outputs["owner_mark"] != lost.outputs["owner_mark"]
    assert service.indexes() == {"products", restored.id}


def test_a_job_list_that_misses_rows_is_read_again(
    restored: Entry, lost: Entry, service: Service, emulator: Emulator, backup_id: str
) -> None:
    emulator.add_fault("list_restore_jobs", "hide", times=2)
    restored.up(backup_id=backup_id)
    assert restored.id == lost.id
    assert emulator.requests()["create_index_from_backup_operation"] == 1
    assert service.indexes() == {"products", restored.id}


def test_a_restore_of_a_killed_run_that_failed_is_repeated_at_once(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    version: str,
) -> None:
    process(version)
    emulator.add_fault("create_index_from_backup_operation", "fail_job")
    lost = restored.copy()
    lost.up(backup_id=backup_id)
    process(version)
    restored.up(backup_id=backup_id)
    assert restored.outputs["status"] == "Ready"
    assert restored.outputs["restore_job_id"] != lost.outputs["restore_job_id"]
    assert service.indexes() == {"products", restored.id}
    assert service.records(str(restored.id)) == service.records("products")


def test_without_any_job_an_index_is_adopted_only_where_it_tells_its_source(
    restored: Entry, lost: Entry, emulator: Emulator, backup_id: str, version: str
) -> None:
    emulator.add_fault("list_restore_jobs", "hide", times=20)
    if version in ("2026-01.alpha", "2026-07"):
        restored.up(backup_id=backup_id)
        assert restored.id == lost.id
        return
    with pytest.raises(OneLineError, match="no restore job tells which backup"):
        restored.up(backup_id=backup_id)
    assert restored.id is None
    emulator.clear_faults()
    restored.up(backup_id=backup_id)
    assert restored.id == lost.id
