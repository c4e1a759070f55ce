"""Tags, capacity, protection and names of a restored index, changed here and elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.versions import API_VERSIONS
from support.live_service import KEY, Service
from support.state_entry import Entry, Refused

NewProcess = Callable[..., Session]


DEDICATED = {
    "mode": "Dedicated",
    "dedicated": {"node_type": "b1", "manual": {"shards": 1, "replicas": 1}},
}


def live(service: Service, entry: Entry) -> dict[str, Any]:
    return service.call("GET", f"/indexes/{entry.id}")


def test_omitted_tags_are_inherited_and_left_alone(
    restored: Entry, service: Service, backup_id: str, process: NewProcess
) -> None:
    restored.up(backup_id=backup_id)
    assert restored.outputs["effective_tags"] == {"team": "search"}
    service.call("PATCH", f"/indexes/{restored.id}", {"tags": {"team": "", "rogue": "x"}})
    restored.refresh()
    process()
    assert restored.up(backup_id=backup_id) == "unchanged"
    assert restored.outputs["effective_tags"] == {"rogue": "x"}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"tags": {"own": "1"}}, {"own": "1"}),
        ({"tags": {}}, {}),
        ({"tags": {"own": "1"}, "inherit_tags": True}, {"own": "1", "team": "search"}),
    ],
)
def test_drift_of_owned_tags_is_undone(
    restored: Entry,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
    inputs: dict[str, Any],
    expected: dict[str, str],
) -> None:
    process(version)
    restored.up(backup_id=backup_id, **inputs)
    drift = {"tags": {"own": "", "team": "", "rogue": "x"}}
    service.call("PATCH", f"/indexes/{restored.id}", drift)
    process(version)
    restored.refresh()
    assert restored.outputs["effective_tags"] == {"rogue": "x"}
    assert restored.up(backup_id=backup_id, **inputs) == "updated"
    assert restored.outputs["effective_tags"] == expected
    process(version)
    restored.refresh()
    assert restored.up(backup_id=backup_id, **inputs) == "unchanged"


def test_tags_that_are_no_longer_given_stay_as_they_are(
    restored: Entry, backup_id: str, process: NewProcess
) -> None:
    restored.up(backup_id=backup_id, tags={"own": "1"})
    process()
    assert restored.up(backup_id=backup_id) == "updated"
    assert restored.outputs["effective_tags"] == {"own": "1"}
    assert "tags" not in restored.outputs


def test_inherited_tags_are_known_although_the_backup_is_gone(
    restored: Entry, service: Service, backup_id: str, process: NewProcess
) -> None:
    inputs: dict[str, Any] = {"backup_id": backup_id, "inherit_tags": True}
    restored.up(**inputs, tags={"own": "1"})
    service.call("DELETE", f"/backups/{backup_id}")
    process()
    assert restored.up(**inputs, tags={"own": "2"}) == "updated"
    assert restored.outputs["effective_tags"] == {"own": "2", "team": "search"}


@pytest.mark.parametrize("version", [name for name in API_VERSIONS if name != "2025-04"])
def test_read_capacity_is_brought_to_what_the_program_asks_and_kept(
    restored: Entry,
    emulator: Emulator,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
) -> None:
    emulator.configure(capacity_seconds=0.1)
    process(version)
    restored.up(backup_id=backup_id, read_capacity=DEDICATED)
    found = live(service, restored)["read_capacity"]
    assert (found["mode"], found["status"]["state"]) == ("Dedicated", "Ready")
    process(version)
    assert restored.refresh()
    assert restored.up(backup_id=backup_id, read_capacity=DEDICATED) == "unchanged"

    scaled = {"read_capacity": {"mode": "OnDemand"}}
    service.call("PATCH", f"/indexes/{restored.id}", scaled)
    process(version)
    restored.refresh()
    assert restored.up(backup_id=backup_id, read_capacity=DEDICATED) == "updated"
    assert live(service, restored)["read_capacity"]["mode"] == "Dedicated"
    process(version)
    assert restored.up(backup_id=backup_id) == "updated"
    assert live(service, restored)["read_capacity"]["mode"] == "Dedicated"


def test_a_capacity_in_error_is_told_and_the_index_is_kept(
    restored: Entry,
    service: Service,
    backup_id: str,
    process: NewProcess,
) -> None:
    restored.up(backup_id=backup_id, read_capacity=DEDICATED)
    state = {"api_key": KEY, "name": restored.id, "read_capacity_state": "Error"}
    service.call("PATCH", "/_emulator/indexes", state)
    process()
    with pytest.raises(OneLineError, match="is in error"):
        restored.up(backup_id=backup_id, read_capacity=DEDICATED, allow_empty=True)
    assert restored.id in service.indexes()


def test_a_capacity_that_was_refused_is_asked_for_again_by_the_next_run(
    restored: Entry, emulator: Emulator, service: Service, backup_id: str, process: NewProcess
) -> None:
    emulator.configure(dedicated_capacity=False)
    process("2025-10")
    restored.up(backup_id=backup_id, read_capacity=DEDICATED)
    emulator.configure(dedicated_capacity=True)
    process("2025-10")
    assert restored.up(backup_id=backup_id, read_capacity=DEDICATED) == "updated"
    assert live(service, restored)["read_capacity"]["mode"] == "Dedicated"


def test_a_capacity_that_is_not_waited_for_is_told_and_follows_a_refresh(
    restored: Entry,
    service: Service,
    backup_id: str,
    process: NewProcess,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inputs = {"backup_id": backup_id, "read_capacity": DEDICATED, "wait": False}
    process("2025-10")
    restored.up(**inputs)
    said = capsys.readouterr().err
    assert f"`read_capacity` of index `{restored.id}` is not set yet: `wait` is False" in said
    process("2025-10")
    restored.refresh()
    assert restored.up(**inputs) == "updated"
    assert live(service, restored)["read_capacity"]["mode"] == "Dedicated"


def test_a_version_without_read_capacity_is_named_at_preview(
    restored: Entry, backup_id: str, process: NewProcess
) -> None:
    process("2025-04")
    with pytest.raises(Refused, match="API version `2025-04` has no read capacity"):
        restored.up(backup_id=backup_id, read_capacity=DEDICATED)


def test_a_protected_index_is_neither_deleted_nor_replaced(
    restored: Entry, service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    process(version)
    restored.up(backup_id=backup_id, deletion_protection="enabled")
    process(version)
    with pytest.raises(OneLineError, match=r'1\. set `deletion_protection="disabled"`'):
        restored.down()
    with pytest.raises(OneLineError, match="this change replaces the index, but"):
        restored.up(backup_id=backup_id, deletion_protection="enabled", triggers=["x"])
    assert service.indexes() == {"products", restored.id}


def test_protection_found_live_counts_although_it_is_not_managed(
    restored: Entry, service: Service, backup_id: str, process: NewProcess
) -> None:
    restored.up(backup_id=backup_id)
    service.call("PATCH", f"/indexes/{restored.id}", {"deletion_protection": "enabled"})
    process()
    with pytest.raises(OneLineError, match="this change replaces the index, but"):
        restored.up(backup_id=backup_id, triggers=["x"])


def test_an_explicit_name_makes_room_first_and_only_for_a_ready_backup(
    restored: Entry,
    emulator: Emulator,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
) -> None:
    emulator.configure(backup_seconds=3600.0)
    unfinished = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    process(version)
    restored.up(backup_id=backup_id, name="fixed")
    process(version)
    with pytest.raises(OneLineError, match="Nothing was deleted"):
        restored.up(backup_id=unfinished, name="fixed", triggers=["x"])
    assert "fixed" in service.indexes()

    emulator.advance(3600)
    process(version)
    assert restored.up(backup_id=unfinished, name="fixed", triggers=["x"]) == "replaced"
    job = service.call("GET", f"/restore-jobs/{restored.outputs['restore_job_id']}")
    assert job["backup_id"] == unfinished
    assert service.indexes() == {"products", "fixed"}
