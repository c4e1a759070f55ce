"""The life of a `RestoredIndex`, over HTTP, without the engine's help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from live_service import KEY, OTHER_KEY, Service
from pulumi_pinecone_backup import session
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine_bridge import OneLineError
from pulumi_pinecone_backup.versions import API_VERSIONS
from state_entry import Entry, Refused

NewProcess = Callable[..., session.Session]
MARK = "pulumi-owner"


def live(service: Service, entry: Entry) -> dict[str, Any]:
    return service.call("GET", f"/indexes/{entry.id}")


def results(entry: Entry) -> dict[str, str]:
    return {row["name"]: row["result"] for row in entry.outputs["verification"]}


@pytest.mark.parametrize("bridge", ["off", "on"])
def test_a_restored_index_lives_through_every_version(
    restored: Entry,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
    bridge: str,
) -> None:
    inputs: dict[str, Any] = {"backup_id": backup_id, "tags": {"tier": "gold"}}
    process(version, bridge=bridge)
    assert restored.up(**inputs) == "created"
    assert service.records(str(restored.id)) == service.records("products")
    assert restored.outputs["status"] == "Ready"
    assert restored.outputs["effective_tags"] == {"tier": "gold"}
    assert live(service, restored)["tags"][MARK] == restored.outputs["owner_mark"]
    assert "failed" not in results(restored).values()
    assert results(restored)["record_count"] == results(restored)["dimension"] == "passed"
    assert restored.outputs["rpo_seconds"] >= 0
    assert restored.outputs["rto_seconds"] >= 0

    process(version, bridge=bridge)
    assert restored.up(**inputs) == "unchanged"
    before = (restored.inputs, restored.outputs)
    assert restored.refresh()
    assert (restored.inputs, restored.outputs) == before

    process(version, bridge=bridge)
    inputs |= {"tags": {"tier": "silver"}, "deletion_protection": "enabled"}
    assert restored.up(**inputs) == "updated"
    assert live(service, restored)["deletion_protection"] == "enabled"
    assert restored.outputs["effective_tags"] == {"tier": "silver"}

    process(version, bridge=bridge)
    assert restored.up(**inputs) == "unchanged"
    inputs |= {"deletion_protection": "disabled"}
    assert restored.up(**inputs) == "updated"
    old = restored.id
    process(version, bridge=bridge)
    assert restored.up(**inputs, triggers=["again"]) == "replaced"
    assert service.indexes() == {"products", restored.id}
    assert restored.id != old

    process(version, bridge=bridge)
    restored.down()
    assert service.indexes() == {"products"}


def test_a_backup_that_is_still_being_made_is_waited_for(
    restored: Entry,
    emulator: Emulator,
    service: Service,
    products: str,
    process: NewProcess,
    version: str,
) -> None:
    emulator.configure(backup_seconds=0.3)
    made = service.call("POST", f"/indexes/{products}/backups", {})["backup_id"]
    process(version)
    restored.up(backup_id=made)
    assert restored.outputs["status"] == "Ready"


def test_an_index_that_is_not_visible_right_after_its_restore_is_waited_for(
    restored: Entry, emulator: Emulator, backup_id: str, process: NewProcess, version: str
) -> None:
    emulator.configure(restore_seconds=0.2)
    process(version, preflight="false")
    emulator.configure(describe_lag_seconds=0.0)
    emulator.add_fault("describe_index", "hide", times=3)
    restored.up(backup_id=backup_id)
    assert restored.outputs["status"] == "Ready"


@pytest.mark.parametrize("kind", ["fail_job", "cancel_job"])
def test_a_restore_that_failed_is_kept_told_and_replaced_by_the_next_run(
    restored: Entry,
    emulator: Emulator,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
    kind: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version)
    emulator.add_fault("create_index_from_backup_operation", kind)
    restored.up(backup_id=backup_id)
    assert restored.outputs["status"] in ("Failed", "InitializationFailed", "Cancelled")
    assert "removes the failed index and restores again" in capsys.readouterr().err

    process(version)
    assert restored.up(backup_id=backup_id) == "replaced"
    assert restored.outputs["status"] == "Ready"
    assert service.indexes() == {"products", restored.id}


def test_missing_records_fail_the_verification_until_they_are_there(
    restored: Entry,
    emulator: Emulator,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version)
    emulator.add_fault("create_index_from_backup_operation", "withhold_records", count=2)
    restored.up(backup_id=backup_id)
    assert results(restored)["record_count"] == "failed"
    (row,) = (r for r in restored.outputs["verification"] if r["name"] == "record_count")
    assert (row["expected"], row["actual"]) == (6, 4)
    assert "is not a full copy of backup" in capsys.readouterr().err
    assert restored.refresh()
    assert results(restored)["record_count"] == "failed"

    host = live(service, restored)["host"]
    vectors = [{"id": f"late{n}", "values": [1.0, 1.0]} for n in range(2)]
    service.call("POST", f"{host}/vectors/upsert", {"vectors": vectors})
    process(version)
    assert restored.up(backup_id=backup_id) == "updated"
    assert results(restored)["record_count"] == "passed"
    assert emulator.requests()["create_index_from_backup_operation"] == 1


def test_an_empty_backup_fails_unless_that_is_allowed(
    restored: Entry, service: Service, process: NewProcess
) -> None:
    service.index("empty", records=0)
    made = service.call("POST", "/indexes/empty/backups", {})["backup_id"]
    restored.up(backup_id=made)
    assert results(restored)["record_count"] == "failed"
    process()
    assert restored.up(backup_id=made, allow_empty=True) == "updated"
    assert results(restored)["record_count"] == "passed"


@pytest.mark.parametrize(
    ("verify", "names"),
    [
        ("none", {"verification"}),
        ("schema", {"dimension", "metric", "vector_type", "schema", "cloud", "region"}),
    ],
)
def test_verification_goes_as_far_as_the_program_asks(
    restored: Entry, emulator: Emulator, backup_id: str, verify: str, names: set[str]
) -> None:
    restored.up(backup_id=backup_id, verify=verify)
    assert set(results(restored)) == names
    assert "describe_index_stats" not in emulator.requests()


def test_a_data_plane_that_refuses_is_skipped_and_neither_passes_nor_fails(
    restored: Entry, emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    emulator.configure(roles={KEY: "ControlPlaneEditor"})
    restored.up(backup_id=backup_id)
    rows = {row["name"]: row for row in restored.outputs["verification"]}
    assert rows["record_count"]["result"] == rows["namespace_count"]["result"] == "skipped"
    assert "data plane could not be asked" in rows["record_count"]["why"]
    process()
    assert restored.up(backup_id=backup_id) == "unchanged"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "drop_before"},
        {"kind": "status", "status": 500, "after": True},
        {"kind": "status", "status": 500, "after": False},
    ],
)
def test_a_lost_answer_leaves_exactly_one_restore(
    restored: Entry,
    emulator: Emulator,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
    fault: dict[str, Any],
) -> None:
    process(version)
    emulator.add_fault("create_index_from_backup_operation", **fault)
    restored.up(backup_id=backup_id)
    assert service.indexes() == {"products", restored.id}
    assert restored.outputs["restore_job_id"]
    assert restored.outputs["rto_seconds"] >= 0
    assert len(service.call("GET", "/restore-jobs")["data"]) == 1


def test_what_a_lost_run_has_made_is_continued_and_the_other_entry_leaves_it_alone(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version)
    lost = restored.copy()
    lost.up(backup_id=backup_id)
    process(version)
    restored.up(backup_id=backup_id)
    assert "is this resource's already: it is continued" in capsys.readouterr().err
    assert restored.id == lost.id
    assert restored.outputs["owner_mark"] != lost.outputs["owner_mark"]
    assert restored.outputs["restore_job_id"] == lost.outputs["restore_job_id"]
    assert restored.outputs["index_id"] == lost.outputs["index_id"]
    assert emulator.requests()["create_index_from_backup_operation"] == 1

    process(version)
    with pytest.raises(OneLineError, match="now belongs to another resource or stack"):
        lost.up(backup_id=backup_id, tags={"mine": "1"})
    lost.refresh()
    assert "now belongs to another resource or stack" in capsys.readouterr().err
    process(version)
    lost.down()
    assert "was not deleted: its tag `pulumi-owner` shows" in capsys.readouterr().err
    assert restored.id in service.indexes()


def test_a_foreign_index_with_the_name_is_never_touched(
    restored: Entry, service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    service.index("taken", tags={"theirs": "1"})
    process(version)
    with pytest.raises(OneLineError, match="it carries no mark of this package") as caught:
        restored.up(backup_id=backup_id, name="taken")
    assert "pinecone-backup import" in str(caught.value)
    assert restored.id is None
    assert service.call("GET", "/indexes/taken")["tags"] == {"theirs": "1"}


def test_an_index_of_another_resource_with_the_name_is_never_touched(
    service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    process(version)
    first, second = Entry("RestoredIndex", "one"), Entry("RestoredIndex", "two")
    first.up(backup_id=backup_id, name="same")
    process(version)
    with pytest.raises(OneLineError, match="it belongs to another resource or stack"):
        second.up(backup_id=backup_id, name="same")
    assert live(service, first)["tags"][MARK] == first.outputs["owner_mark"]


def test_an_own_index_of_another_backup_is_a_conflict(
    restored: Entry, service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    other = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    process(version)
    restored.copy().up(backup_id=backup_id, name="fixed")
    process(version)
    with pytest.raises(OneLineError, match=f"it was restored from backup `{backup_id}`, not from"):
        restored.up(backup_id=other, name="fixed")


def test_an_index_that_lost_its_mark_is_neither_changed_nor_deleted(
    restored: Entry,
    service: Service,
    backup_id: str,
    process: NewProcess,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version)
    restored.up(backup_id=backup_id)
    service.call("PATCH", f"/indexes/{restored.id}", {"tags": {MARK: ""}})
    process(version)
    assert restored.refresh()
    assert "has lost its tag `pulumi-owner`" in capsys.readouterr().err
    with pytest.raises(OneLineError, match="set the tag back to the recorded `owner_mark`"):
        restored.down()
    with pytest.raises(OneLineError, match="has lost its tag"):
        restored.up(backup_id=backup_id, deletion_protection="enabled")

    mark = {"tags": {MARK: restored.outputs["owner_mark"]}}
    service.call("PATCH", f"/indexes/{restored.id}", mark)
    process(version)
    restored.down()
    assert service.indexes() == {"products"}


def test_twenty_inherited_tags_leave_no_room_for_a_mark(
    restored: Entry,
    service: Service,
    process: NewProcess,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tags = {f"k{n}": "v" for n in range(20)}
    service.index("full", tags=tags)
    made = service.call("POST", "/indexes/full/backups", {})["backup_id"]
    process(version)
    restored.up(backup_id=made)
    assert "all 20 tags" in capsys.readouterr().err
    assert live(service, restored)["tags"] == tags
    assert "owner_mark" not in restored.outputs
    process(version)
    assert restored.up(backup_id=made) == "unchanged"
    process(version)
    restored.down()
    assert service.indexes() == {"full"}


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


DEDICATED = {
    "mode": "Dedicated",
    "dedicated": {"node_type": "b1", "manual": {"shards": 1, "replicas": 1}},
}


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


def test_a_capacity_that_is_not_waited_for_is_told_and_follows_a_refresh(
    restored: Entry,
    service: Service,
    backup_id: str,
    process: NewProcess,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inputs = {"backup_id": backup_id, "read_capacity": DEDICATED, "wait": False}
    process("2026-04")
    restored.up(**inputs)
    said = capsys.readouterr().err
    assert f"`read_capacity` of index `{restored.id}` is not set yet: `wait` is False" in said
    process("2026-04")
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


def test_an_index_that_was_replaced_behind_the_state_is_an_error(
    restored: Entry, service: Service, backup_id: str, process: NewProcess
) -> None:
    restored.up(backup_id=backup_id, name="fixed")
    other = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    service.call("DELETE", "/indexes/fixed")
    tags = {MARK: restored.outputs["owner_mark"]}
    body = {"name": "fixed", "tags": tags}
    service.call("POST", f"/backups/{other}/create-index", body)
    process()
    with pytest.raises(OneLineError, match="somebody has replaced it"):
        restored.refresh()
    with pytest.raises(OneLineError, match="somebody has replaced it"):
        restored.down()
    assert "fixed" in service.indexes()


def test_an_index_that_is_gone_is_dropped_by_a_refresh_and_needs_no_delete(
    restored: Entry, service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    process(version)
    restored.up(backup_id=backup_id)
    service.call("DELETE", f"/indexes/{restored.id}")
    process(version)
    assert restored.copy().refresh() is False
    restored.down()


def test_a_key_of_another_project_neither_drops_nor_deletes(
    restored: Entry, service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    process(version)
    restored.up(backup_id=backup_id)
    service.session.headers["Api-Key"] = OTHER_KEY
    service.index("theirs", records=0)
    service.session.headers["Api-Key"] = KEY
    process(version, key=OTHER_KEY)
    with pytest.raises(OneLineError, match="the API key reads another project"):
        restored.refresh()
    with pytest.raises(OneLineError, match="the API key reads another project"):
        restored.down()
    assert restored.id in service.indexes()


def test_where_a_key_shows_nothing_the_state_is_kept_unless_that_is_accepted(
    restored: Entry, backup_id: str, process: NewProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored.up(backup_id=backup_id)
    process(key=OTHER_KEY)
    with pytest.raises(OneLineError, match="`PINECONE_BACKUP_ACCEPT_GONE=1`"):
        restored.refresh()
    monkeypatch.setenv("PINECONE_BACKUP_ACCEPT_GONE", "1")
    assert restored.refresh() is False


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


def test_a_create_waits_until_an_index_of_the_same_name_is_gone(
    restored: Entry, emulator: Emulator, service: Service, backup_id: str
) -> None:
    emulator.configure(delete_seconds=0.2)
    service.index("fixed", records=0)
    service.call("DELETE", "/indexes/fixed")
    restored.up(backup_id=backup_id, name="fixed")
    assert restored.outputs["status"] == "Ready"


def test_nobody_waits_where_the_program_says_so(
    restored: Entry, emulator: Emulator, backup_id: str, process: NewProcess, version: str
) -> None:
    emulator.configure(restore_seconds=3600.0)
    process(version)
    restored.up(backup_id=backup_id, wait=False)
    assert restored.outputs["status"] == "Initializing"
    assert results(restored) == {"verification": "skipped"}
    assert restored.up(backup_id=backup_id, wait=False) == "unchanged"

    emulator.advance(3600)
    process(version)
    assert restored.refresh()
    assert restored.outputs["status"] == "Ready"
    assert restored.up(backup_id=backup_id, wait=False) == "unchanged"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (402, "The plan is not paid"),
        (403, "index quota is used up"),
    ],
)
def test_a_refused_restore_leaves_nothing_and_says_why(
    restored: Entry, emulator: Emulator, service: Service, backup_id: str, status: int, message: str
) -> None:
    emulator.add_fault("create_index_from_backup_operation", "status", status=status)
    with pytest.raises(OneLineError, match=message):
        restored.up(backup_id=backup_id)
    assert service.indexes() == {"products"}
    assert restored.id is None


@pytest.mark.parametrize("missing", [True, False])
def test_a_backup_that_cannot_be_restored_fails_the_preview(
    restored: Entry, emulator: Emulator, service: Service, products: str, missing: bool
) -> None:
    emulator.add_fault("create_backup", "fail_job")
    made = service.call("POST", f"/indexes/{products}/backups", {})["backup_id"]
    with pytest.raises(Refused, match=r"does not exist in this project|cannot be restored"):
        restored.check(backup_id="no-such-backup" if missing else made)


def test_an_index_is_only_read_by_get(
    restored: Entry, service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    service.call("POST", f"/backups/{backup_id}/create-index", {"name": "copy"})
    process(version)
    outputs = restored.get("copy")
    assert (outputs["name"], outputs["status"]) == ("copy", "Ready")
    assert outputs["dimension"] == 2
    assert outputs["restore_job_id"]
    assert ("backup_id" in outputs) is (version in ("2026-01.alpha", "2026-07"))
    assert MARK not in service.call("GET", "/indexes/copy")["tags"]
