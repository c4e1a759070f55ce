"""Entries of existing objects are what the handlers themselves would have stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.cli import adoption
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.identity import new_mark
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import Service
from support.state_entry import Entry, wire

NewProcess = Callable[..., Session]


def stored(kind: str, found: dict[str, Any]) -> Entry:
    """Return an entry of a state as the import file gives it."""
    entry = Entry(kind, found["name"])
    assert found["type"] == f"pulumi-python:dynamic/pinecone:{kind}"
    assert found["inputs"]["__provider"] == found["outputs"]["__provider"]
    assert found["inputs"]["identity"] == entry.who["identity"]
    entry.id = found["id"]
    entry.inputs, entry.outputs = (
        {key: value for key, value in wire(found[part]).items() if key != "__provider"}
        for part in ("inputs", "outputs")
    )
    return entry


def owner(name: str) -> adoption.Owner:
    return adoption.Owner("recovery", "test", name)


def test_a_backup_is_taken_over_without_a_change(
    backup_id: str, process: NewProcess, version: str
) -> None:
    session = process(version)
    entry = stored("Backup", adoption.backup_entry(session, owner("nightly"), backup_id))
    before = entry.outputs
    assert entry.outputs["project"]
    process(version)
    assert entry.refresh()
    assert entry.outputs == before
    assert entry.up(index_name="products", wait=True) == "unchanged"


def test_a_restored_index_is_taken_over_without_a_change_and_can_be_deleted(
    service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    service.call("POST", f"/backups/{backup_id}/create-index", {"name": "standby"})
    session = process(version)
    found = adoption.restored_index_entry(session, owner("recovered"), "standby")
    entry = stored("RestoredIndex", found)
    before = entry.outputs
    assert (entry.outputs["backup_id"], entry.outputs["status"]) == (backup_id, "Ready")
    assert entry.outputs["rpo_seconds"] >= 0
    assert [row["result"] for row in entry.outputs["verification"]] == ["skipped"]
    process(version)
    assert entry.refresh()
    assert entry.outputs == before
    defaults = {"verify": "records", "allow_empty": False, "on_backup_change": "keep", "wait": True}
    assert entry.up(backup_id=backup_id, **defaults) == "unchanged"
    process(version)
    entry.down()
    assert service.indexes() == {"products"}


def test_a_copy_that_was_restored_by_hand_is_not_its_sources_owners(
    service: Service, process: NewProcess, version: str
) -> None:
    mark = new_mark("ffffffffffff", "orders")
    service.index("orders", tags={"pulumi-owner": mark})
    backup_id = service.call("POST", "/indexes/orders/backups", {})["backup_id"]
    service.call("POST", f"/backups/{backup_id}/create-index", {"name": "by-hand"})
    assert service.call("GET", "/indexes/by-hand")["tags"] == {"pulumi-owner": mark}
    session = process(version)
    found = adoption.restored_index_entry(session, owner("recovered"), "by-hand")
    assert stored("RestoredIndex", found).id == "by-hand"
    with pytest.raises(ConfigurationError, match="belongs to another resource or stack"):
        adoption.restored_index_entry(session, owner("recovered"), "orders", backup_id=backup_id)


def test_a_schedule_is_taken_over_without_a_change(
    schedule: Entry, products: str, process: NewProcess
) -> None:
    inputs = {
        "index_name": products,
        "name": "theirs",
        "frequency": "daily",
        "retention_days": 7,
        "enabled": True,
    }
    schedule.up(**inputs)
    session = process()
    found = adoption.backup_schedule_entry(session, owner("daily"), str(schedule.id))
    entry = stored("BackupSchedule", found)
    assert entry.up(**inputs) == "unchanged"
    assert entry.inputs["name"] == "theirs"


@pytest.mark.parametrize("version", ["2025-04", "2025-10", "2026-04"])
def test_a_given_backup_is_taken_where_neither_index_nor_job_tells_one(
    service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    service.call("POST", f"/backups/{backup_id}/create-index", {"name": "standby"})
    session = process(version)
    service.emulator.add_fault("list_restore_jobs", "hide", times=9)
    with pytest.raises(ConfigurationError, match="give it with `--backup-id`"):
        adoption.restored_index_entry(session, owner("recovered"), "standby")
    found = adoption.restored_index_entry(
        session, owner("recovered"), "standby", backup_id=backup_id
    )
    assert found["inputs"]["backup_id"] == backup_id


def test_another_backup_than_the_told_one_is_refused(
    service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    service.call("POST", f"/backups/{backup_id}/create-index", {"name": "standby"})
    session = process(version)
    with pytest.raises(ConfigurationError, match=f"was restored from backup `{backup_id}`"):
        adoption.restored_index_entry(session, owner("r"), "standby", backup_id="another")
    assert "pulumi-owner" not in service.call("GET", "/indexes/standby")["tags"]


def test_an_index_without_room_for_the_mark_is_taken_over_without_one(
    service: Service, process: NewProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    service.index("full", tags={f"k{n}": "v" for n in range(20)})
    made = service.call("POST", "/indexes/full/backups", {})["backup_id"]
    service.call("POST", f"/backups/{made}/create-index", {"name": "standby"})
    session = process()
    found = adoption.restored_index_entry(session, owner("recovered"), "standby")
    assert "could not be set on index `standby`" in capsys.readouterr().err
    assert "owner_mark" not in found["outputs"]
