"""A lost answer and a look-up that fails: the error names what may exist, and the next `up` too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import Service
from support.state_entry import Entry

NewProcess = Callable[..., Session]
REFUSED = {"status": 403, "times": 50}


def test_a_lost_backup_that_cannot_be_listed_is_named(
    backup: Entry,
    products: str,
    emulator: Emulator,
    process: NewProcess,
    capfd: pytest.CaptureFixture[str],
) -> None:
    name = backup.check(index_name=products)["name"]
    process()
    emulator.add_fault("create_backup", "drop_after")
    emulator.add_fault("list_index_backups", "status", **REFUSED)
    with pytest.raises(OneLineError) as caught:
        backup.up(index_name=products)
    assert f"A backup named `{name}` of index `products` may exist." in str(caught.value)
    assert "delete what no state records" in str(caught.value)

    process()
    capfd.readouterr()
    assert backup.up(index_name=products) == "created"
    told = capfd.readouterr().err
    assert f"one named `{name}` may be left over" in told


def test_a_lost_backup_whose_list_fails_afterwards_is_named(
    backup: Entry,
    products: str,
    service: Service,
    emulator: Emulator,
    process: NewProcess,
    capfd: pytest.CaptureFixture[str],
) -> None:
    emulator.add_fault("create_backup", "drop_after")
    emulator.add_fault("list_index_backups", "rewrite", remove=["none"])  # the look before is good
    emulator.add_fault("list_index_backups", "status", **REFUSED)
    with pytest.raises(OneLineError) as caught:
        backup.up(index_name=products)
    assert "may exist. It could not be looked up: Could not list" in str(caught.value)
    left = service.backups()
    assert len(left) == 1

    process()
    emulator.clear_faults()
    backup.up(index_name=products)
    assert f"`{left.pop()}`" in capfd.readouterr().err


def test_a_lost_restore_that_cannot_be_seen_is_named_and_continued(
    restored: Entry, backup_id: str, service: Service, emulator: Emulator, process: NewProcess
) -> None:
    name = restored.check(backup_id=backup_id)["name"]
    process()
    emulator.add_fault("create_index_from_backup_operation", "drop_after")
    emulator.add_fault("describe_index", "status", **REFUSED)
    with pytest.raises(OneLineError) as caught:
        restored.up(backup_id=backup_id)
    assert f"Index `{name}` may exist. It could not be looked up: " in str(caught.value)
    assert "The next `pulumi up` goes on with it" in str(caught.value)

    process()
    emulator.clear_faults()
    assert restored.up(backup_id=backup_id) == "created"
    assert restored.id == name
    assert service.indexes() == {"products", name}
    assert emulator.requests()["create_index_from_backup_operation"] == 1


def test_a_lost_schedule_that_cannot_be_listed_is_named(
    schedule: Entry, products: str, emulator: Emulator
) -> None:
    emulator.add_fault("create_backup_schedule", "drop_after")
    emulator.add_fault("list_backup_schedules", "rewrite", remove=["none"])
    emulator.add_fault("list_backup_schedules", "status", **REFUSED)
    with pytest.raises(OneLineError) as caught:
        schedule.up(index_name=products, frequency="daily", retention_days=7)
    assert "of index `products` may exist. It could not be looked up: " in str(caught.value)
    assert "take it over with `pinecone-backup import`" in str(caught.value)
