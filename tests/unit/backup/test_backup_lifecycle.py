"""What a change of a `Backup` or of a `BackupSchedule` does, as tables. No service is asked."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown
from pulumi_pinecone_backup import handlers
from pulumi_pinecone_backup.lifecycle.identity import derived_name
from support.handler_process import new_process

UNKNOWN: Any = Unknown()  # type: ignore[no-untyped-call]
IDENTITY = "0123456789ab"
NAME = derived_name("nightly", IDENTITY, None)
COMMON = {"identity": IDENTITY, "resource_name": "nightly", "index_name": "products"}
BACKUP = {**COMMON, "name": NAME, "wait": True}
SCHEDULE = {
    **COMMON,
    "name": derived_name("nightly", IDENTITY, None, limit=28),
    "frequency": "daily",
    "retention_days": 7,
    "enabled": True,
}


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process that has a key and asks nothing of the service."""
    config = {"pinecone-backup:apiKey": "key", "pinecone-backup:preflight": "false"}
    new_process(monkeypatch, config)


def check_backup(olds: dict[str, Any] | None, **given: Any) -> Any:
    news = {**COMMON, "wait": True, **given}
    return handlers.BackupHandler().check(olds or {}, news)


BACKUP_DIFFS: list[tuple[str, dict[str, Any], dict[str, Any], list[str], bool]] = [
    ("nothing", {}, {}, [], False),
    ("index", {}, {"index_name": "other"}, ["index_name"], True),
    ("triggers", {"triggers": [1.0]}, {"triggers": [2]}, ["triggers"], True),
    ("numbers of the engine", {"triggers": [1.0]}, {"triggers": [1]}, [], False),
    ("an index that is not known yet", {}, {"index_name": UNKNOWN}, [], False),
    ("wait", {}, {"wait": False}, [], True),
    ("a backup that is still made", {"status": "Initializing"}, {}, [], True),
    ("an unknown status", {"status": "Polishing"}, {}, [], True),
    ("a failed backup", {"status": "Failed"}, {}, ["status"], True),
    ("a failed backup of 2026-07", {"status": "InitializationFailed"}, {}, ["status"], True),
    ("nobody waits", {"status": "Initializing", "wait": False}, {"wait": False}, [], False),
]


@pytest.mark.parametrize(
    ("olds", "news", "replaces", "changes"),
    [row[1:] for row in BACKUP_DIFFS],
    ids=[row[0] for row in BACKUP_DIFFS],
)
def test_diff_of_a_backup_tells_what_a_change_does(
    olds: dict[str, Any], news: dict[str, Any], replaces: list[str], changes: bool
) -> None:
    recorded = {key: value for key, value in olds.items() if key != "status"}
    checked = check_backup({**BACKUP, **recorded}, **news)
    before = {**BACKUP, "status": "Ready", **olds}
    result = handlers.BackupHandler().diff("b1", before, checked.inputs)
    assert (result.replaces, result.changes) == (replaces, changes)
    assert result.delete_before_replace is False


@pytest.mark.parametrize("change", [{"name": "other"}, {"description": "new"}])
def test_a_new_name_or_description_alone_changes_nothing_and_warns(
    change: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    result = check_backup(BACKUP, **change)
    assert result.inputs == BACKUP
    assert "backups are immutable" in capsys.readouterr().err
    assert (
        handlers.BackupHandler().diff("b1", {**BACKUP, "status": "Ready"}, result.inputs).changes
        is False
    )


def test_a_new_name_is_taken_together_with_new_triggers() -> None:
    result = check_backup(BACKUP, name="other", description="new", triggers=["x"])
    assert (result.inputs["name"], result.inputs["description"]) == ("other", "new")


def test_a_backup_taken_again_gets_another_automatic_name() -> None:
    result = check_backup(BACKUP, triggers=["x"])
    assert result.inputs["name"] == derived_name("nightly", IDENTITY, ["x"])
    assert result.inputs["name"] != NAME


def test_an_index_that_is_not_known_yet_replaces_nothing_and_warns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = check_backup(BACKUP, index_name=UNKNOWN)
    assert result.inputs == BACKUP
    assert "`up` will replace this resource if it has changed" in capsys.readouterr().err


def test_a_backup_with_broken_inputs_is_refused_before_the_service_is_asked() -> None:
    result = check_backup(None, index_name="Not A Name", wait="x")
    assert [failure.property for failure in result.failures] == ["", ""]


SCHEDULE_DIFFS: list[tuple[str, dict[str, Any], list[str], bool, bool]] = [
    ("nothing", {}, [], False, False),
    ("frequency", {"frequency": "weekly"}, [], True, False),
    ("retention", {"retention_days": 8}, [], True, False),
    ("retention as the engine sends it", {"retention_days": 7.0}, [], False, False),
    ("paused", {"enabled": False}, [], True, False),
    ("index", {"index_name": "other"}, ["index_name"], True, False),
    ("name", {"name": "other"}, ["name"], True, True),
]


@pytest.mark.parametrize(
    ("news", "replaces", "changes", "deletes_first"),
    [row[1:] for row in SCHEDULE_DIFFS],
    ids=[row[0] for row in SCHEDULE_DIFFS],
)
def test_diff_of_a_schedule_tells_what_a_change_does(
    news: dict[str, Any], replaces: list[str], changes: bool, deletes_first: bool
) -> None:
    result = handlers.BackupScheduleHandler().diff("s1", SCHEDULE, {**SCHEDULE, **news})
    assert (result.replaces, result.changes) == (replaces, changes)
    assert result.delete_before_replace is deletes_first


def check_schedule(olds: dict[str, Any] | None, **given: Any) -> Any:
    news = {key: value for key, value in SCHEDULE.items() if key != "name"}
    return handlers.BackupScheduleHandler().check(olds or {}, {**news, **given})


def test_a_schedule_keeps_its_automatic_name() -> None:
    assert check_schedule(None).inputs == SCHEDULE
    assert check_schedule(SCHEDULE, frequency="weekly").inputs["name"] == SCHEDULE["name"]


def test_a_version_without_schedules_is_named_at_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINECONE_API_VERSION", "2026-04")
    (failure,) = check_schedule(None).failures
    assert failure.property == ""
    assert "API version `2026-04` has no backup schedules" in failure.reason
    assert "`2026-07`" in failure.reason
