"""The life of a `RestoredIndex`, over HTTP, without the engine's help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import KEY, Service
from support.state_entry import Entry, Refused

NewProcess = Callable[..., Session]
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
    assert results(restored)["record_count"] == results(restored)["definition"] == "passed"
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
        ("schema", {"definition"}),
        ("records", {"definition", "record_count", "namespace_count"}),
    ],
)
def test_verification_goes_as_far_as_the_program_asks(
    restored: Entry, emulator: Emulator, backup_id: str, verify: str, names: set[str]
) -> None:
    restored.up(backup_id=backup_id, verify=verify)
    assert set(results(restored)) == names
    assert ("describe_index_stats" in emulator.requests()) == (verify == "records")


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
