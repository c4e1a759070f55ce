"""`pinecone-backup doctor` tells what is good and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.service.versions import API_VERSIONS
from support.live_service import KEY, Service
from support.pulumi_stack import engine_folder

Run = Callable[..., Result]


@pytest.fixture
def other_engine(tmp_path: Path) -> Callable[[str], str]:
    """Make a folder with a `pulumi` that can only tell a version, for PATH."""

    def make(version: str) -> str:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "pulumi"
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
        return str(folder)

    return make


def lines(result: Result) -> dict[str, str]:
    """Return the words ok, ? and FAIL by what they are about."""
    return {line[6:19].strip(): line.split()[0] for line in result.stdout.splitlines()}


def test_where_all_is_good_every_line_says_so(run: Run, service: Service) -> None:
    service.index()
    result = run("doctor", PATH=engine_folder())
    told = lines(result)
    assert set(told) == {
        "engine",
        "package",
        "settings",
        "key",
        "indexes",
        "project",
        "backups",
        "restores",
        "schedules",
        "data plane",
        "changes",
    }
    assert {what for what, word in told.items() if word != "ok"} == {"changes"}
    assert KEY not in result.output
    assert "found in `PINECONE_API_KEY`" in result.output


@pytest.mark.parametrize("version", list(API_VERSIONS))
def test_a_version_without_schedules_is_named(run: Run, version: str) -> None:
    result = run("doctor", PATH=engine_folder(), PINECONE_API_VERSION=version)
    assert ("schedules" in result.output and f"API {version} has none" in result.output) is (
        version != "2026-07"
    )


def test_an_empty_project_cannot_tell_which_it_is(run: Run) -> None:
    result = run("doctor", PATH=engine_folder())
    assert lines(result)["project"] == "?"
    assert "PINECONE_BACKUP_ACCEPT_GONE" in result.output


def test_nothing_is_changed_at_the_service(run: Run, service: Service, emulator: Emulator) -> None:
    service.index()
    before = emulator.requests()
    run("doctor", PATH=engine_folder())
    asked = {name for name, count in emulator.requests().items() if count > before.get(name, 0)}
    assert {name.split("_")[0] for name in asked} <= {"list", "describe"}


@pytest.mark.parametrize(
    ("version", "text"),
    [("v3.200.0", "is too old"), ("dev", "reports version `dev`")],
)
def test_an_engine_that_will_not_do_is_told(
    run: Run, other_engine: Callable[[str], str], version: str, text: str
) -> None:
    result = run("doctor", PATH=other_engine(version), code=1 if version != "dev" else 0)
    assert text in result.output


def test_a_missing_engine_is_told_with_where_to_get_it(run: Run, tmp_path: Path) -> None:
    result = run("doctor", PATH=str(tmp_path), code=1)
    assert "`pulumi` is not on PATH: https://" in result.output


def test_a_missing_key_is_told_and_nothing_is_asked(run: Run, emulator: Emulator) -> None:
    result = run("doctor", PATH=engine_folder(), PINECONE_API_KEY="", code=1)
    assert "FAIL  settings     No Pinecone API key" in result.output
    assert emulator.requests() == {}


def test_a_refused_key_is_told_once(run: Run) -> None:
    result = run("doctor", PATH=engine_folder(), PINECONE_API_KEY="wrong-key", code=1)
    assert "The API key from `PINECONE_API_KEY` was refused" in result.output
    assert "wrong-key" not in result.output
    assert result.output.count("FAIL") == 1


def test_each_permission_that_is_missing_has_its_line(
    run: Run, emulator: Emulator, service: Service
) -> None:
    service.index()
    emulator.configure(roles={KEY: "ControlPlaneViewer"})
    emulator.add_fault("list_project_backups", "status", status=403)
    told = lines(run("doctor", PATH=engine_folder(), code=1))
    assert {what for what, word in told.items() if word == "FAIL"} == {"backups", "data plane"}


def test_an_index_that_a_killed_drill_has_left_is_told(run: Run, service: Service) -> None:
    backup = service.call("POST", f"/indexes/{service.index()}/backups", {})["backup_id"]
    body = {"name": "drill-old-0000000", "tags": {"purpose": "restore-drill"}}
    service.call("POST", f"/backups/{backup}/create-index", body)
    result = run("doctor", PATH=engine_folder())
    assert lines(result)["drill"] == "?"
    assert "pc index delete --name drill-old-0000000" in result.stdout
