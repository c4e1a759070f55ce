"""`pinecone-backup drill --all`: many indexes in one run, with a report for machines."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import Service

Run = Callable[..., Result]
RESTORE = "create_index_from_backup_operation"


@pytest.fixture
def three(service: Service) -> None:
    """Three indexes with a backup each, and one without."""
    for name in ("shop-books", "shop-toys", "reviews"):
        service.index(name)
        service.call("POST", f"/indexes/{name}/backups", {})
    service.index("bare")


def content(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.usefixtures("three")
def test_all_are_drilled_and_nothing_is_left(run: Run, service: Service) -> None:
    found = content(run("drill", "--all", "--json", "--at-once", "2"))
    assert [done["index"] for done in found["drills"]] == ["reviews", "shop-books", "shop-toys"]
    assert {done["result"] for done in found["drills"]} == {"passed"}
    assert found["good"] == 3
    assert service.indexes() == {"shop-books", "shop-toys", "reviews", "bare"}


@pytest.mark.usefixtures("three")
def test_one_that_fails_stops_no_other_and_is_in_the_report(
    run: Run, emulator: Emulator, service: Service, tmp_path: Path
) -> None:
    emulator.add_fault(RESTORE, "withhold_records", count=2)
    result = run(
        "drill", "--pattern", "shop-*", "--at-once", "1", "--report", str(tmp_path / "r"), code=1
    )
    assert "drill of index shop-books: failed" in result.stdout
    assert "drill of index shop-toys: passed" in result.stdout
    report = json.loads((tmp_path / "r" / "report.json").read_text())
    assert [done["result"] for done in report["drills"]] == ["failed", "passed"]
    assert report["version"]
    suites = ElementTree.parse(tmp_path / "r" / "junit.xml").getroot()  # noqa: S314 - our own
    counts = [(s.get("name"), s.get("failures"), s.get("tests")) for s in suites]
    assert counts == [("shop-books", "2", "9"), ("shop-toys", "0", "9")]
    failure = suites.find("testsuite/testcase/failure")
    assert failure is not None
    assert "expected 6, found 4" in str(failure.get("message"))
    assert service.indexes() == {"shop-books", "shop-toys", "reviews", "bare"}


@pytest.mark.usefixtures("three")
def test_an_index_of_another_drill_is_named(run: Run, service: Service) -> None:
    backup = service.call("GET", "/backups")["data"][0]["backup_id"]
    body = {"name": "drill-old-0000000", "tags": {"purpose": "restore-drill"}}
    service.call("POST", f"/backups/{backup}/create-index", body)
    result = run("drill", "reviews")
    assert "index drill-old-0000000 is that of a drill, running or killed" in result.stderr
    assert "pc index delete --name drill-old-0000000" in result.stderr
    assert "drill-old-0000000" in service.indexes()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "name one INDEX, or give --all or --pattern"),
        (("products", "--all"), "name one INDEX, or give --all or --pattern"),
        (("--all", "--backup-id", "x"), "--backup-id belongs to one INDEX"),
    ],
)
def test_what_contradicts_itself_is_refused(
    run: Run, arguments: tuple[str, ...], text: str
) -> None:
    assert text in run("drill", *arguments, code=2).output


@pytest.mark.usefixtures("three")
def test_no_match_is_an_error(run: Run) -> None:
    result = run("drill", "--pattern", "nothing-*", code=1)
    assert "no index with a ready backup that matches `nothing-*`, of 3 in all" in result.output


@pytest.mark.usefixtures("three")
def test_a_key_that_may_not_list_indexes_can_drill(run: Run, emulator: Emulator) -> None:
    emulator.add_fault("list_indexes", "status", status=403, times=1)
    assert "drill of index reviews: passed" in run("drill", "reviews").stdout
