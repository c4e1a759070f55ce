"""Lookups in programs, `.get()`, and what a preview asks the service: all of it only reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.live_service import KEY, Service
from support.pulumi_stack import Stack
from support.service_journal import Journal

pytestmark = pytest.mark.engine

LATEST = """
    latest = get_latest_backup("products")
    restored = RestoredIndex("recovered", backup_id=latest.backup_id, triggers=[{attempt}])
    pulumi.export("latest", latest.backup_id)
"""
FOUND = """
    backup = get_backup("{backup}")
    pulumi.export("source", backup.source_index_name)
    pulumi.export("records", backup.record_count)
    pulumi.export("all", [b.backup_id for b in list_backups()])
    pulumi.export("live", [b.backup_id for b in list_backups(include_deleted=False)])
    pulumi.export("of", [b.backup_id for b in list_backups("articles")])
    pulumi.export("latest", get_latest_backup("articles", max_age=3600).backup_id)
    pulumi.export("jobs", [job.restore_job_id for job in list_restore_jobs()])
    pulumi.export("job", get_restore_job("{job}").status)
"""
GET = """
    backup = Backup.get("their-backup", "{backup}")
    index = RestoredIndex.get("their-index", "theirs")
    schedule = BackupSchedule.get("their-schedule", "{schedule}")
    pulumi.export("dimension", index.dimension)
    pulumi.export("records", backup.record_count)
    pulumi.export("frequency", schedule.frequency)
"""
MARKED = {"pulumi-owner": "0123456789ab-01234567", "team": "search"}
SCHEDULE = {
    "name": "theirs",
    "schedule": {"type": "time-based", "frequency": "weekly"},
    "retention": {"expire_after_days": 3},
}


def back_up(service: Service, index: str = "products") -> str:
    """Take a backup behind Pulumi's back and return its id."""
    return str(service.call("POST", f"/indexes/{index}/backups", {})["backup_id"])


def restore(service: Service, backup: str, name: str, **more: Any) -> str:
    """Restore a backup behind Pulumi's back and return the id of the job."""
    answer = service.call("POST", f"/backups/{backup}/create-index", {"name": name, **more})
    return str(answer["restore_job_id"])


def exports(stack: Stack) -> dict[str, Any]:
    """Return what the program exported."""
    found: dict[str, Any] = json.loads(stack.run("stack", "output", "--json").text)
    return found


def test_the_latest_backup_is_restored_once_and_the_preview_tells_a_newer_one(
    stack: Stack, service: Service
) -> None:
    service.index()
    first = back_up(service)
    stack.program(LATEST.format(attempt=1))
    stack.up()
    index = stack.resources()["recovered"]["id"]

    second = back_up(service)
    told = (
        f"the index stays restored from backup `{first}`; the program asks for `{second}`: change "
        "`triggers`"
    )
    assert told in stack.preview("--expect-no-changes").text.replace("\n", " ")
    stack.up()
    assert exports(stack)["latest"] == second
    assert stack.resources()["recovered"]["id"] == index
    stack.refresh("--expect-no-changes", "--skip-preview")
    stack.unchanged()
    assert service.indexes() == {"products", index}

    stack.program(LATEST.format(attempt=2))
    stack.up()
    moved = stack.resources()["recovered"]
    assert moved["outputs"]["backup_id"] == second
    assert service.indexes() == {"products", moved["id"]}
    assert service.emulator.requests()["create_index_from_backup_operation"] == 2


def test_lookups_find_backups_and_jobs_also_of_an_index_that_is_gone(
    stack: Stack, service: Service
) -> None:
    service.index("products")
    service.index("articles")
    kept, gone = back_up(service), back_up(service, "articles")
    job = restore(service, gone, "copy")
    service.emulator.configure(delete_seconds=0.0)
    service.call("DELETE", "/indexes/articles")
    journal = Journal(service)
    journal.mark()
    stack.program(FOUND.format(backup=gone, job=job))
    stack.up()
    assert exports(stack) == {
        "source": "articles",
        "records": 6,
        "all": [gone, kept],
        "live": [kept],
        "of": [gone],
        "latest": gone,
        "jobs": [job],
        "job": "Completed",
    }
    assert journal.effects() == []


def test_a_lookup_in_vain_is_one_line_at_preview(stack: Stack, service: Service) -> None:
    service.index()
    backup = back_up(service)
    for call, said in (
        ('get_latest_backup("articles")', "There is no backup of an index named `articles`"),
        (
            'get_latest_backup("products", max_age=0)',
            f"The newest ready backup of index `products`, `{backup}`, was taken at ",
        ),
        ('get_restore_job("no-such-job")', "Could not read restore job `no-such-job`"),
    ):
        stack.program(call)
        text = stack.preview(code=1).text
        assert f"error: {said}" in text
        assert "Traceback" not in text

    stack.run("config", "set", "--plaintext", "pinecone-backup:apiKey", KEY)
    stack.program('get_latest_backup("products")')
    text = stack.preview(code=1, PINECONE_API_KEY="").text
    assert "`pinecone-backup:apiKey` stands in the configuration as plain text" in text
    assert "Traceback" not in text
    assert KEY not in text


def test_get_reads_and_adopts_nothing(stack: Stack, service: Service) -> None:
    service.index(tags={"team": "search"})
    backup = back_up(service)
    restore(service, backup, "theirs", tags=MARKED, deletion_protection="enabled")
    schedule = service.call("POST", "/indexes/products/backup-schedules", SCHEDULE)["schedule_id"]
    before = service.call("GET", "/indexes/theirs")
    journal = Journal(service)
    journal.mark()
    stack.program(GET.format(backup=backup, schedule=schedule))
    stack.up()
    assert exports(stack) == {"dimension": 2, "records": 6, "frequency": "weekly"}
    said = stack.refresh("--expect-no-changes", "--skip-preview").text
    assert "unhealthy" not in said
    stack.unchanged()
    assert not [row for row in stack.resources().values() if row.get("initErrors")]
    stack.destroy()
    assert journal.effects() == []
    assert service.call("GET", "/indexes/theirs") == before

    drift = {"frequency": "daily"}
    stack.up()
    service.call("PATCH", f"/backup-schedules/{schedule}", drift)
    service.call("PATCH", "/indexes/theirs", {"tags": {"team": "", "owner": "ops"}})
    stack.refresh("--skip-preview")
    assert stack.outputs("their-schedule")["frequency"] == "daily"
    assert stack.outputs("their-index")["effective_tags"] == {"owner": "ops"}
    journal.mark()
    stack.up()
    assert exports(stack)["frequency"] == "daily"
    stack.program("")
    stack.up()
    assert journal.effects() == []
