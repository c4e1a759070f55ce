"""The examples of other languages, each on its own host: the plugin from up to destroy."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.background_run import BackgroundRun, wait_until
from support.languages import TYPESCRIPT, YAML, Language
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

RESTORE = "create_index_from_backup_operation"
Make = Callable[..., Stack]


@pytest.fixture(params=[YAML, TYPESCRIPT], ids=lambda language: language.name)
def language(request: pytest.FixtureRequest) -> Language:
    """A language."""
    found: Language = request.param
    return found


@pytest.fixture
def project(language: Language, service: Service, tmp_path: Path) -> Stack:
    """A copy of the language's example, and an index to back up."""
    service.index()
    environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": service.emulator.url}
    return language.stack(tmp_path / "stack", environment)


def test_up_unchanged_refresh_tags_in_place_and_destroy(project: Stack, service: Service) -> None:
    project.up(preview=True)
    assert project.outputs("recovered")["status"] == "Ready"
    name = project.outputs("recovered")["name"]
    assert project.run("stack", "output", "index").text.strip() == name
    project.unchanged()
    project.refresh("--expect-no-changes")
    project.run("config", "set", "purpose", "audit")
    preview = project.preview("--diff").text
    assert '"rehearsal" => "audit"' in preview
    assert "restoreJobId" not in preview, "what an update leaves alone is shown as changed"
    project.up()
    assert service.call("GET", f"/indexes/{name}")["tags"]["purpose"] == "audit"
    assert service.emulator.requests()[RESTORE] == 1
    assert service.records(name) == service.records("products")
    project.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set()


@pytest.mark.parametrize("emulator", [{"restore_seconds": 8.0}], indirect=True)
def test_ctrl_c_keeps_the_restore_and_the_next_up_goes_on(project: Stack, service: Service) -> None:
    with BackgroundRun(project, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: service.emulator.requests().get(RESTORE), "the restore")
        run.signal(signal.SIGINT)
        ended = run.end()
    assert ended.code != 0
    name = project.outputs("recovered")["name"]
    assert project.outputs("recovered")["status"] == "Initializing"
    assert f"index `{name}`" in ended.text
    project.up()
    assert project.outputs("recovered")["status"] == "Ready"
    assert service.emulator.requests()[RESTORE] == 1


def test_a_failed_restore_is_told_and_repeated(project: Stack, service: Service) -> None:
    service.emulator.add_fault(RESTORE, "fail_job")
    said = project.up(code=1).text
    assert "the next `pulumi up` removes the failed index and restores again" in said
    project.up()
    assert project.outputs("recovered")["status"] == "Ready"
    assert service.emulator.requests()[RESTORE] == 2


def test_what_exists_is_imported_by_its_id_without_a_change(
    project: Stack, service: Service, language: Language, tmp_path: Path
) -> None:
    project.up()
    state = project.resources()
    backup, index = state["nightly"]["id"], state["recovered"]["id"]
    environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": service.emulator.url}
    other = language.stack(tmp_path / "other", environment, "adopted")
    options = ("import", "--yes", "--generate-code=false", "--protect=false")
    other.run(*options, "pinecone-backup:index:Backup", "nightly", backup)
    other.run(*options, "pinecone-backup:index:RestoredIndex", "recovered", index)
    program = language.adopted.replace("BACKUP", backup).replace("INDEX", index)
    (other.project / language.source).write_text(program)
    other.preview("--expect-no-changes")
    other.refresh("--expect-no-changes")
    other.unchanged()
    other.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set()
