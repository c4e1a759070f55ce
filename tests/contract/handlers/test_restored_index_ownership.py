"""Whose an index is, and when a missing one counts as gone: nothing is touched on doubt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import KEY, OTHER_KEY, Service
from support.state_entry import Entry

NewProcess = Callable[..., Session]
MARK = "pulumi-owner"


def live(service: Service, entry: Entry) -> dict[str, Any]:
    return service.call("GET", f"/indexes/{entry.id}")


def test_what_a_lost_run_has_made_is_continued_and_the_other_entry_leaves_it_alone(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    process(version, is_killed=True)
    lost = restored.copy()
    lost.up(backup_id=backup_id)
    process(version)
    restored.up(backup_id=backup_id)
    assert "left by an unfinished run of this resource, is continued" in capsys.readouterr().err
    assert restored.id == lost.id
    assert restored.outputs["owner_mark"] != lost.outputs["owner_mark"]
    assert restored.outputs["restore_job_id"] == lost.outputs["restore_job_id"]
    assert restored.outputs["index_id"] == lost.outputs["index_id"]
    assert emulator.requests()["create_index_from_backup_operation"] == 1

    process(version)
    with pytest.raises(OneLineError, match="carries a newer mark of this resource"):
        lost.up(backup_id=backup_id, tags={"mine": "1"})
    lost.refresh()
    assert "carries a newer mark of this resource" in capsys.readouterr().err
    process(version)
    lost.down()
    said = capsys.readouterr().err
    assert "not deleted: index `" in said
    assert "another state of this stack has gone on with it, or a run of this one was lost" in said
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
    process(version, is_killed=True)
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


@pytest.mark.parametrize("asked", ["list_restore_jobs", "describe_backup"])
def test_an_index_keeps_its_recorded_mark_where_it_cannot_be_continued(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: NewProcess,
    version: str,
    asked: str,
) -> None:
    process(version, is_killed=True)
    restored.up(backup_id=backup_id)
    process(version)
    emulator.add_fault(asked, "status", status=403, times=50)
    again = restored.copy()
    try:
        again._create(again.check({}, backup_id=backup_id))
    except OneLineError:
        mark = live(service, restored)["tags"]["pulumi-owner"]
        assert mark == f"{restored.outputs['owner_mark']}-pending"
    else:
        assert live(service, restored)["tags"]["pulumi-owner"] == again.outputs["owner_mark"]
        restored = again
    emulator.clear_faults()
    process(version)
    restored.down()
    assert service.indexes() == {"products"}


def test_a_mark_whose_answer_was_lost_is_the_one_that_is_recorded(
    restored: Entry, service: Service, emulator: Emulator, backup_id: str, process: NewProcess
) -> None:
    process(is_killed=True)
    restored.copy().up(backup_id=backup_id, wait=False)
    process()
    emulator.add_fault("configure_index", "drop_after")
    restored.up(backup_id=backup_id, wait=False)
    assert live(service, restored)["tags"]["pulumi-owner"] == restored.outputs["owner_mark"]
    process()
    restored.down()
    assert service.indexes() == {"products"}
