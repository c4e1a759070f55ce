"""The life of a `Backup`, over HTTP, without the engine's help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import KEY, OTHER_KEY, Service
from support.state_entry import Entry, Refused

NewProcess = Callable[..., Session]
INPUTS: dict[str, Any] = {"index_name": "products"}


@pytest.mark.parametrize("bridge", ["off", "on"])
def test_a_backup_lives_through_every_version(
    backup: Entry, service: Service, products: str, process: NewProcess, version: str, bridge: str
) -> None:
    process(version, bridge=bridge)
    assert backup.up(index_name=products, description="Before the import") == "created"
    assert service.backups() == {backup.id}
    assert backup.outputs["status"] == "Ready"
    assert backup.outputs["record_count"] == 6
    assert backup.outputs["namespace_count"] == 2
    assert backup.outputs["tags"] == {"team": "search"}
    assert backup.outputs["project"]

    process(version, bridge=bridge)
    assert backup.up(index_name=products, description="Before the import") == "unchanged"
    before = (backup.inputs, backup.outputs)
    assert backup.refresh()
    assert (backup.inputs, backup.outputs) == before

    process(version, bridge=bridge)
    assert backup.up(index_name=products, triggers=["again"]) == "replaced"
    assert service.backups() == {backup.id}

    process(version, bridge=bridge)
    backup.down()
    assert service.backups() == set()


def test_the_service_is_told_name_and_description(
    backup: Entry, service: Service, products: str
) -> None:
    backup.up(index_name=products, name="before-import", description="Why")
    live = service.call("GET", f"/backups/{backup.id}")
    assert (live["name"], live["description"]) == ("before-import", "Why")


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_lost_answer_leaves_exactly_one_backup(
    backup: Entry,
    emulator: Emulator,
    service: Service,
    products: str,
    version: str,
    process: NewProcess,
    kind: str,
) -> None:
    process(version)
    emulator.add_fault("create_backup", kind)
    backup.up(index_name=products)
    assert service.backups() == {backup.id}


def test_a_lost_answer_is_not_mistaken_for_an_earlier_backup_of_the_same_name(
    backup: Entry,
    emulator: Emulator,
    service: Service,
    products: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    earlier = service.call("POST", f"/indexes/{products}/backups", {"name": "same"})["backup_id"]
    emulator.add_fault("create_backup", "drop_after")
    backup.up(index_name=products, name="same")
    assert backup.id != earlier
    assert service.backups() == {backup.id, earlier}
    assert f"`{earlier}`. Backups carry no mark" in capsys.readouterr().err


def test_a_failed_backup_is_kept_told_and_replaced_by_the_next_run(
    backup: Entry,
    emulator: Emulator,
    service: Service,
    products: str,
    version: str,
    process: NewProcess,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version)
    emulator.add_fault("create_backup", "fail_job")
    backup.up(index_name=products)
    failed = backup.id
    assert backup.outputs["status"] in ("Failed", "InitializationFailed")
    assert "the next `pulumi up` takes a new one" in capsys.readouterr().err

    process(version)
    assert backup.up(index_name=products) == "replaced"
    assert backup.outputs["status"] == "Ready"
    assert service.backups() == {backup.id}
    assert backup.id != failed


def test_a_backup_that_nobody_waits_for_is_finished_by_a_later_run(
    backup: Entry, emulator: Emulator, products: str, process: NewProcess
) -> None:
    emulator.configure(backup_seconds=3600.0)
    backup.up(index_name=products, wait=False)
    assert backup.outputs["status"] == "Initializing"
    assert backup.up(index_name=products, wait=False) == "unchanged"
    assert backup.refresh()
    assert backup.outputs["status"] == "Initializing"

    emulator.advance(3600)
    process()
    assert backup.up(index_name=products, wait=True) == "updated"
    assert backup.outputs["status"] == "Ready"


def test_a_backup_without_records_warns(
    backup: Entry, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    backup.up(index_name=service.index("empty", records=0))
    assert "holds 0 records; records younger than about 15 minutes" in capsys.readouterr().err


def pod_index(service: Service) -> str:
    body = {
        "name": "pods",
        "dimension": 2,
        "metric": "cosine",
        "spec": {"pod": {"environment": "us-east-1-aws", "pod_type": "p1.x1"}},
    }
    headers = {"X-Pinecone-Api-Version": "2025-04"}
    answer = service.session.post(f"{service.emulator.url}/indexes", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return "pods"


@pytest.mark.parametrize("preflight", ["true", "false"])
def test_a_pod_index_is_refused_at_preview_or_else_before_anything_is_sent(
    backup: Entry, service: Service, process: NewProcess, version: str, preflight: str
) -> None:
    name = pod_index(service)
    process(version, preflight=preflight)
    with pytest.raises((Refused, OneLineError), match="pod indexes cannot be backed up"):
        backup.up(index_name=name)
    assert "create_backup" not in service.emulator.requests()


def test_an_index_with_a_customers_key_is_refused_at_preview(
    backup: Entry, service: Service
) -> None:
    name = service.index("sealed", cmek_id="key-1")
    with pytest.raises(Refused, match="customer-managed key"):
        backup.up(index_name=name)


def test_without_preflight_the_service_refuses_an_index_with_a_customers_key(
    backup: Entry, service: Service, process: NewProcess
) -> None:
    name = service.index("sealed", cmek_id="key-1")
    process(preflight="false")
    with pytest.raises(OneLineError, match="customer-managed key"):
        backup.up(index_name=name)
    assert backup.id is None


def test_an_index_that_is_not_there_yet_is_a_warning_at_preview_and_an_error_later(
    backup: Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OneLineError, match="Could not read index `missing`"):
        backup.up(index_name="missing")
    assert "index `missing` does not exist yet in this project" in capsys.readouterr().err


def test_a_plan_without_backups_is_told_with_what_it_can_mean(
    backup: Entry, emulator: Emulator, products: str
) -> None:
    emulator.configure(plan="starter")
    with pytest.raises(OneLineError, match="the plan has no backups"):
        backup.up(index_name=products)


def test_a_backup_outlives_its_index(
    backup: Entry, service: Service, products: str, process: NewProcess, version: str
) -> None:
    service.index("other")
    process(version)
    backup.up(index_name=products)
    service.call("DELETE", f"/indexes/{products}")

    process(version)
    assert backup.refresh()
    assert backup.outputs["status"] == "Ready"
    assert ("source_index_deleted_at" in backup.outputs) is (version in ("2026-04", "2026-07"))
    assert backup.up(index_name=products) == "unchanged"
    process(version)
    backup.down()
    assert service.backups() == set()


def test_a_backup_that_is_gone_is_dropped_by_a_refresh(
    backup: Entry, service: Service, products: str, process: NewProcess, version: str
) -> None:
    process(version)
    backup.up(index_name=products)
    service.call("DELETE", f"/backups/{backup.id}")
    process(version)
    assert backup.refresh() is False


def test_a_backup_that_is_gone_is_deleted_already(
    backup: Entry, service: Service, products: str, process: NewProcess
) -> None:
    backup.up(index_name=products)
    service.call("DELETE", f"/backups/{backup.id}")
    process()
    backup.down()


def other_project_has_an_index(service: Service) -> None:
    service.session.headers["Api-Key"] = OTHER_KEY
    service.index("theirs", records=0)
    service.session.headers["Api-Key"] = KEY


def test_a_key_of_another_project_neither_drops_nor_deletes(
    backup: Entry, service: Service, products: str, process: NewProcess, version: str
) -> None:
    process(version)
    backup.up(index_name=products)
    other_project_has_an_index(service)
    process(version, key=OTHER_KEY)
    with pytest.raises(OneLineError, match="the API key reads another project"):
        backup.refresh()
    with pytest.raises(OneLineError, match="the API key reads another project"):
        backup.down()
    assert service.backups() == {backup.id}


def test_where_a_key_shows_nothing_the_state_is_kept_unless_that_is_accepted(
    backup: Entry, products: str, process: NewProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.up(index_name=products)
    process(key=OTHER_KEY)
    with pytest.raises(OneLineError, match="`PINECONE_BACKUP_ACCEPT_GONE=1`"):
        backup.refresh()
    monkeypatch.setenv("PINECONE_BACKUP_ACCEPT_GONE", "1")
    assert backup.refresh() is False


def test_a_delete_waits_for_a_restore_of_the_backup(
    backup: Entry,
    emulator: Emulator,
    service: Service,
    products: str,
    process: NewProcess,
    version: str,
) -> None:
    process(version)
    backup.up(index_name=products)
    emulator.configure(restore_seconds=0.3)
    service.call("POST", f"/backups/{backup.id}/create-index", {"name": "copy"})
    backup.down()
    assert service.backups() == set()
    refusals = [e for e in emulator.events() if e.get("operation") == "delete_backup"]
    assert [event["status"] for event in refusals][-1] == 202
    assert 412 in [event["status"] for event in refusals]


def test_a_backup_is_only_read_by_get(
    backup: Entry, backup_id: str, process: NewProcess, version: str
) -> None:
    process(version)
    outputs = backup.get(backup_id)
    assert outputs["backup_id"] == backup_id
    assert outputs["index_name"] == "products"
    assert outputs["record_count"] == 6


def test_an_unknown_id_is_an_error_of_get(backup: Entry) -> None:
    with pytest.raises(OneLineError, match="backup `missing` was not found"):
        backup.get("missing")


def test_an_old_backup_stays_until_the_new_one_is_ready(
    backup: Entry, emulator: Emulator, service: Service, products: str, process: NewProcess
) -> None:
    backup.up(index_name=products)
    first = backup.id
    emulator.configure(backup_seconds=3600.0)
    process()
    with pytest.raises(OneLineError, match="which replaces it, is not Ready yet"):
        backup.up(index_name=products, triggers=["again"], wait=False)
    assert first in service.backups()
    assert len(service.backups()) == 2
