from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pulumi
import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import (
    ApiError,
    ConfigurationError,
    NotFoundError,
    PineconeBackupError,
)
from pulumi_pinecone_backup.functions import (
    get_backup,
    get_latest_backup,
    get_restore_job,
    list_backups,
    list_restore_jobs,
)

from .conftest import KEY, OTHER_KEY, ClientOf


@pytest.fixture(autouse=True)
def settings_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, emulator: Emulator, version: str
) -> None:
    monkeypatch.setenv("PINECONE_API_KEY", KEY)
    monkeypatch.setenv("PINECONE_CONTROLLER_HOST", emulator.url)
    monkeypatch.setenv("PINECONE_API_VERSION", version)


@pytest.fixture
def history(client_of: ClientOf, emulator: Emulator) -> list[str]:
    """Ids of three ready backups of `docs`, the oldest first; then `docs` is deleted."""
    client = client_of()
    client.create_index("docs", dimension=2)
    client.create_index("other", dimension=2)
    made = []
    for _ in range(3):
        made.append(client.create_backup("docs").backup_id)
        emulator.advance(3600)
    client.create_backup("other")
    client.delete_index("docs")
    return made


def test_a_backup_is_found_by_its_id_after_its_index_is_gone(history: list[str]) -> None:
    assert get_backup(history[0]).source_index_name == "docs"


def test_a_backup_that_is_not_there_says_so() -> None:
    with pytest.raises(NotFoundError, match="Could not read backup `nothing`"):
        get_backup("nothing")


def test_backups_are_listed_newest_first_with_those_of_deleted_indexes(history: list[str]) -> None:
    assert [backup.backup_id for backup in list_backups("docs")] == history[::-1]
    assert len(list_backups()) == 4


def test_backups_of_live_indexes_only_can_be_asked_for(history: list[str]) -> None:
    assert history
    assert {backup.source_index_name for backup in list_backups(include_deleted=False)} == {"other"}
    assert len(list_backups("other", include_deleted=False)) == 1
    with pytest.raises(NotFoundError, match="Could not list the backups of index `docs`"):
        list_backups("docs", include_deleted=False)


def test_the_latest_backup_is_the_newest_that_is_ready(
    history: list[str], client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    assert get_latest_backup("docs").backup_id == history[-1]
    client.create_index("docs", dimension=2)
    for kind in ("never_finish", "fail_job"):
        emulator.advance(60)
        emulator.add_fault("create_backup", kind)
        client.create_backup("docs")
    assert get_latest_backup("docs").backup_id == history[-1]


@pytest.mark.parametrize("max_age", [timedelta(days=1), 86400, 86400.5])
def test_a_backup_that_is_young_enough_is_returned(
    client_of: ClientOf, max_age: timedelta | float
) -> None:
    client = client_of()
    client.create_index("docs", dimension=2)
    backup = client.create_backup("docs")
    assert get_latest_backup("docs", max_age=max_age).backup_id == backup.backup_id


def test_a_backup_that_is_too_old_is_refused(client_of: ClientOf, emulator: Emulator) -> None:
    client = client_of()
    client.create_index("docs", dimension=2)
    body = {
        "data": [
            {
                "backup_id": "old",
                "source_index_name": "docs",
                "source_index_id": "i",
                "status": "Ready",
                "cloud": "aws",
                "region": "us-east-1",
                "created_at": "2026-01-02T03:04:05Z",
            }
        ]
    }
    emulator.add_fault("list_project_backups", "body", body=body)
    with pytest.raises(PineconeBackupError) as caught:
        get_latest_backup("docs", max_age=timedelta(days=1, hours=2))
    assert str(caught.value) == (
        "The newest ready backup of index `docs`, `old`, was taken at 2026-01-02T03:04:05Z, which "
        "is longer ago than `max_age` allows (1 day, 2:00:00): take a backup, or allow more."
    )


def _ready(backup_id: str, created_at: str, name: str | None = None) -> dict[str, object]:
    return {
        "backup_id": backup_id,
        "name": name,
        "source_index_name": "docs",
        "source_index_id": "i",
        "status": "Ready",
        "cloud": "aws",
        "region": "us-east-1",
        "created_at": created_at,
    }


def test_the_latest_backup_is_the_one_that_was_captured_last(emulator: Emulator) -> None:
    planned = _ready("planned", "2026-04-23T16:36:00Z", "nightly-20260424T060000Z")
    by_hand = _ready("by-hand", "2026-04-23T20:00:00Z", "before-the-change")
    body = {"data": [by_hand, planned, _ready("undated", "0001-01-01T00:00:00Z")]}
    emulator.add_fault("list_project_backups", "body", body=body, times=2)
    assert [backup.backup_id for backup in list_backups()] == ["planned", "by-hand", "undated"]
    latest = get_latest_backup("docs")
    assert latest.backup_id == "planned"
    assert latest.captured_at == "2026-04-24T06:00:00Z"
    assert json.loads(json.dumps(latest)) == latest


def test_the_age_of_a_scheduled_backup_counts_from_its_run(emulator: Emulator) -> None:
    now = datetime.now(timezone.utc)
    run = f"nightly-{now - timedelta(minutes=10):%Y%m%dT%H%M%SZ}"
    row = _ready("planned", f"{now - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}", run)
    emulator.add_fault("list_project_backups", "body", body={"data": [row]}, times=2)
    assert get_latest_backup("docs", max_age=timedelta(hours=1)).backup_id == "planned"
    with pytest.raises(PineconeBackupError, match="longer ago than `max_age` allows"):
        get_latest_backup("docs", max_age=timedelta(minutes=5))


def test_no_backup_at_all_says_so() -> None:
    with pytest.raises(PineconeBackupError) as caught:
        get_latest_backup("docs")
    assert str(caught.value) == (
        "There is no backup of an index named `docs` in the project of the API key: check the "
        "name, or take a backup first."
    )


def test_no_ready_backup_names_those_that_are_not(client_of: ClientOf, emulator: Emulator) -> None:
    client = client_of()
    client.create_index("docs", dimension=2)
    emulator.add_fault("create_backup", "never_finish", times=4)
    made = []
    for _ in range(4):
        made.append(client.create_backup("docs").backup_id)
        emulator.advance(60)
    with pytest.raises(PineconeBackupError) as caught:
        get_latest_backup("docs")
    assert str(caught.value) == (
        f"No backup of index `docs` is ready: `{made[3]}` is `Initializing`, `{made[2]}` is "
        f"`Initializing`, `{made[1]}` is `Initializing`, and 1 more. Wait for one, or take another."
    )


def test_restore_jobs_are_found_and_listed_newest_first(
    history: list[str], client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    jobs = []
    for name in ("copy-a", "copy-b", "copy-c"):
        jobs.append(client.create_index_from_backup(history[0], name=name).restore_job_id)
        emulator.advance(60)
    assert [job.restore_job_id for job in list_restore_jobs()] == jobs[::-1]
    assert get_restore_job(jobs[1]).target_index_name == "copy-b"


def test_the_configuration_of_the_stack_comes_before_the_environment(
    history: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(list_backups()) == len(history) + 1
    for key in ("pinecone-backup:apiKey", "pinecone:apiKey"):
        monkeypatch.setenv("PULUMI_CONFIG", json.dumps({key: OTHER_KEY}))
        monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps([key]))
        assert list_backups() == []


def test_a_key_in_plain_text_is_refused_before_any_request(
    monkeypatch: pytest.MonkeyPatch, emulator: Emulator
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"pinecone-backup:apiKey": KEY}))
    with pytest.raises(ConfigurationError, match="stands in the configuration as plain text"):
        list_backups()
    assert emulator.requests() == {}


def test_a_missing_key_is_told_before_any_request(
    monkeypatch: pytest.MonkeyPatch, emulator: Emulator
) -> None:
    monkeypatch.delenv("PINECONE_API_KEY")
    with pytest.raises(ConfigurationError, match="No Pinecone API key"):
        list_backups()
    assert emulator.requests() == {}


def test_a_wrong_key_is_told_by_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINECONE_API_KEY", "pcsk_wrong_0123456789")
    with pytest.raises(ApiError, match="The API key from `PINECONE_API_KEY` was refused"):
        get_latest_backup("docs")


def test_pulumi_shows_an_error_in_one_line_and_a_program_can_catch_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(NotFoundError) as caught:
        get_backup("nothing")
    assert isinstance(caught.value, pulumi.RunError)
    assert type(caught.value).__name__ == "NotFoundError"
    assert caught.value.status == 404
    monkeypatch.setenv("PULUMI_PINECONE_DEBUG", "1")
    with pytest.raises(NotFoundError) as caught:
        get_backup("nothing")
    assert not isinstance(caught.value, pulumi.RunError)
