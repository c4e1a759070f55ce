"""What killed runs leave behind is found by the next one, however late and badly it shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine import cancellation
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.retries import Backoff
from support.live_service import Service
from support.quick_pace import QUICK_PACE
from support.state_entry import Entry

NewProcess = Callable[..., Session]


@pytest.fixture
def lost(restored: Entry, backup_id: str, process: NewProcess, version: str) -> Entry:
    """What a run has made whose state was lost."""
    process(version, is_killed=True)
    made = restored.copy()
    made.up(backup_id=backup_id)
    process(version)
    return made


def test_a_restore_that_a_killed_run_has_posted_late_is_continued(
    restored: Entry, lost: Entry, service: Service, emulator: Emulator, backup_id: str
) -> None:
    emulator.add_fault("describe_index", "hide")
    emulator.add_fault("list_indexes", "hide", times=2)  # the preview checks' and this one
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
    process(version, is_killed=True)
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


def test_where_jobs_may_not_be_listed_a_lost_answer_is_found_all_the_same(
    restored: Entry, service: Service, emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    process(is_killed=True)
    emulator.add_fault("list_restore_jobs", "status", status=403, times=50)
    emulator.add_fault("create_index_from_backup_operation", "drop_after")
    restored.up(backup_id=backup_id)
    assert service.indexes() == {"products", restored.id}
    assert restored.outputs["status"] == "Ready"
    process()
    again = Entry("RestoredIndex", "recovered")
    again.up(backup_id=backup_id)
    assert again.id == restored.id
    assert emulator.requests()["create_index_from_backup_operation"] == 1


def test_an_index_that_does_not_show_again_is_kept_without_its_job(
    restored: Entry,
    emulator: Emulator,
    backup_id: str,
    service: Service,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = restored.check(backup_id=backup_id, wait=False)["name"]
    emulator.add_fault("create_index_from_backup_operation", "drop_after")
    emulator.add_fault("list_restore_jobs", "hide", times=50)
    emulator.add_fault("describe_index", "delay", seconds=0.0)  # the look for the lost answer
    emulator.add_fault("describe_index", "hide", times=50)
    emulator.add_fault("list_indexes", "hide", times=50)
    assert restored.up(backup_id=backup_id, wait=False) == "created"
    assert restored.id == name
    assert restored.outputs["status"] == "Initializing"
    assert "unexpected" not in capsys.readouterr().err
    emulator.clear_faults()
    assert service.indexes() == {"products", name}


def test_the_failed_job_of_an_earlier_index_is_not_taken_for_that_of_the_new_one(
    restored: Entry, emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    emulator.add_fault("create_index_from_backup_operation", "fail_job")
    restored.up(backup_id=backup_id)
    failed = restored.outputs["restore_job_id"]
    process()
    emulator.configure(restore_seconds=0.5)
    emulator.add_fault("create_index_from_backup_operation", "drop_after")
    emulator.add_fault("list_restore_jobs", "hide", times=20)
    restored.up(backup_id=backup_id)
    assert restored.outputs["status"] == "Ready"
    assert restored.outputs.get("restore_job_id") != failed
    assert emulator.requests()["delete_index"] == 1
    emulator.clear_faults()
    process()
    assert restored.up(backup_id=backup_id) == "unchanged"


def test_an_index_that_became_ready_after_all_is_verified_and_not_replaced(
    restored: Entry, emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    restored.up(backup_id=backup_id)
    restored.outputs |= {"status": "Failed", "verification": []}
    process()
    assert restored.up(backup_id=backup_id) == "updated"
    assert restored.outputs["status"] == "Ready"
    assert {row["result"] for row in restored.outputs["verification"]} == {"passed"}
    assert emulator.requests()["create_index_from_backup_operation"] == 1
    assert "delete_index" not in emulator.requests()


def test_a_failed_and_protected_index_of_a_lost_run_is_removed_once_the_program_says_so(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version, is_killed=True)
    emulator.add_fault("create_index_from_backup_operation", "fail_job")
    restored.copy().up(backup_id=backup_id, deletion_protection="enabled")
    process(version)
    capsys.readouterr()
    told = 'set `deletion_protection="disabled"` and run `pulumi up`, which removes it and restores'
    with pytest.raises(OneLineError, match=told):
        restored.up(backup_id=backup_id, deletion_protection="enabled")
    said = capsys.readouterr().err
    assert told in said
    assert "is removed and restored again" not in said
    process(version)
    restored.up(backup_id=backup_id, deletion_protection="disabled")
    assert restored.outputs["status"] == "Ready"
    process(version)
    restored.up(backup_id=backup_id, deletion_protection="enabled")
    assert service.call("GET", f"/indexes/{restored.id}")["deletion_protection"] == "enabled"
    assert service.indexes() == {"products", restored.id}


@pytest.fixture
def cancelled() -> Iterator[threading.Event]:
    yield cancellation.cancelled
    cancellation.cancelled.clear()


def test_a_backup_whose_answer_was_lost_is_not_taken_again_after_an_interrupt(
    backup: Entry,
    emulator: Emulator,
    products: str,
    process: NewProcess,
    cancelled: threading.Event,
) -> None:
    process(pace=replace(QUICK_PACE, lost_backup=60.0))
    emulator.configure(list_lag_seconds=600.0)
    emulator.add_fault("create_backup", "drop_after")
    threading.Timer(0.3, cancelled.set).start()
    with pytest.raises(OneLineError, match="It may have taken effect all the same"):
        backup.up(index_name=products)
    assert emulator.requests()["create_backup"] == 1


def test_an_interrupted_request_is_not_repeated(
    restored: Entry,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    cancelled: threading.Event,
) -> None:
    backoff = Backoff(first_wait_seconds=600.0, total_seconds=3600.0)
    process(pace=replace(QUICK_PACE, backoff=backoff))
    news = restored.check(backup_id=backup_id)
    emulator.add_fault("describe_backup", "status", status=503, times=50)
    threading.Timer(0.3, cancelled.set).start()
    with pytest.raises(OneLineError, match="503"):
        restored._create(news)
    assert emulator.requests()["describe_backup"] == 2


def test_an_interrupted_backup_asks_nothing_more(
    backup: Entry, emulator: Emulator, products: str, cancelled: threading.Event
) -> None:
    emulator.configure(backup_seconds=600.0)
    emulator.add_fault("describe_backup", "status", status=503, times=50)
    threading.Timer(0.3, cancelled.set).start()
    backup.up(index_name=products)
    assert backup.id
    assert backup.outputs["status"] == "Initializing"


@pytest.mark.parametrize("found", ["ours", "ours, failed", "ours, terminating", "another's"])
def test_a_name_that_was_free_at_the_preview_checks_is_looked_at_when_it_is_taken(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    version: str,
    found: str,
) -> None:
    process(version)
    news = restored.check(backup_id=backup_id)
    name = news["name"]
    if found == "ours, failed":
        emulator.add_fault("create_index_from_backup_operation", "fail_job")
    mark = (
        "ffffffffffff-00000000" if found == "another's" else f"{news['identity']}-00000000-pending"
    )
    body = {"name": name, "tags": {"pulumi-owner": mark}}
    service.call("POST", f"/backups/{backup_id}/create-index", body)
    if found == "ours, terminating":
        emulator.configure(delete_seconds=0.5)
        service.call("DELETE", f"/indexes/{name}")
    before = emulator.requests()["create_index_from_backup_operation"]
    if found == "another's":
        with pytest.raises(OneLineError, match="it belongs to another resource or stack"):
            restored._create(news)
    else:
        restored._create(news)
        assert restored.outputs["status"] == "Ready"
        assert restored.outputs["owner_mark"] != mark
    posts = emulator.requests()["create_index_from_backup_operation"] - before
    assert posts == (1 if found in ("ours", "another's") else 2)
    assert service.indexes() == {"products", name}
