"""Objects that somebody deletes while they are waited for, or before they are changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import Service
from support.state_entry import Entry

NewProcess = Callable[..., Session]
CAPACITY = {
    "mode": "Dedicated",
    "dedicated": {"node_type": "b1", "manual": {"shards": 1, "replicas": 1}},
}


def soon(action: Callable[[], Any]) -> None:
    threading.Timer(0.5, action).start()


def test_a_backup_that_vanishes_is_told_and_taken_anew(
    backup: Entry,
    service: Service,
    emulator: Emulator,
    products: str,
    process: NewProcess,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version)
    emulator.configure(backup_seconds=600.0)
    soon(lambda: service.call("DELETE", f"/backups/{next(iter(service.backups()))}"))
    backup.up(index_name=products)
    assert "does not exist any more: it was deleted" in capsys.readouterr().err
    assert backup.outputs["status"] == "Failed"
    emulator.configure(backup_seconds=0.0)
    process(version)
    assert backup.up(index_name=products) == "replaced"
    assert service.backups() == {backup.id}


@pytest.mark.parametrize("name", [None, "recovered"])
@pytest.mark.parametrize("delete_seconds", [0.0, 1.0])
def test_an_index_that_vanishes_is_told_and_restored_anew(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    name: str | None,
    delete_seconds: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {"backup_id": backup_id, **({"name": name} if name else {})}
    emulator.configure(restore_seconds=600.0, delete_seconds=delete_seconds)
    soon(lambda: service.call("DELETE", f"/indexes/{(service.indexes() - {'products'}).pop()}"))
    restored.up(**given)
    assert (
        "outside of this program; the next `pulumi up` restores backup" in capsys.readouterr().err
    )
    assert restored.outputs["status"] == "Failed"
    emulator.configure(restore_seconds=0.0)
    process()
    assert restored.up(**given) == "replaced"
    assert restored.outputs["status"] == "Ready"
    assert service.indexes() == {"products", restored.id}


def test_an_index_that_vanishes_while_its_capacity_changes_is_restored_anew(
    restored: Entry, service: Service, emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    restored.up(backup_id=backup_id)
    process()
    emulator.configure(capacity_seconds=600.0)
    soon(lambda: service.call("DELETE", f"/indexes/{restored.id}"))
    with pytest.raises(OneLineError, match="does not exist any more: it was deleted"):
        restored.up(backup_id=backup_id, read_capacity=CAPACITY)


def test_a_restore_whose_backup_vanishes_ends_with_a_clear_error(
    restored: Entry, service: Service, emulator: Emulator, products: str
) -> None:
    emulator.configure(backup_seconds=600.0)
    made = service.call("POST", f"/indexes/{products}/backups", {})["backup_id"]
    soon(lambda: service.call("DELETE", f"/backups/{made}"))
    with pytest.raises(
        OneLineError, match=f"backup `{made}` of index `products` does not exist any"
    ):
        restored.up(backup_id=made)
    assert service.indexes() == {"products"}


def test_a_change_of_what_is_gone_names_the_command_that_helps(
    restored: Entry,
    backup: Entry,
    service: Service,
    products: str,
    backup_id: str,
    process: NewProcess,
) -> None:
    restored.up(backup_id=backup_id)
    backup.up(index_name=products)
    service.call("DELETE", f"/indexes/{restored.id}")
    service.call("DELETE", f"/backups/{backup.id}")
    process()
    with pytest.raises(OneLineError, match="`pulumi up --refresh` takes it out of the state"):
        restored.up(backup_id=backup_id, tags={"new": "1"})
    with pytest.raises(OneLineError, match="`pulumi up --refresh` takes it out of the state"):
        backup.up(index_name=products, wait=False)
