"""The report of drills: one page without anything from elsewhere, data with a schema, the past."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result
from PIL import Image
from pulumi_pinecone_backup.cli.drill_report import history, words
from pulumi_pinecone_backup.cli.drill_report.content import DrillReport
from pulumi_pinecone_backup.cli.drill_report.page import page
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.restore_drill.drill import Drill
from pypdf import PdfReader
from support.browser import DESKTOP, PHONE, Browser, find
from support.live_service import KEY, Service

Run = Callable[..., Result]
RESTORE = "create_index_from_backup_operation"
# Where `make picture` keeps pictures for the docs; read before the tests clear the environment.
KEPT = os.environ.get("PINECONE_BACKUP_TEST_PICTURES")
SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "drill-report.schema.json"


@pytest.fixture
def restore_seconds() -> float:
    """How long a restore takes."""
    return 0.0


@pytest.fixture
def emulator(restore_seconds: float) -> Iterator[Emulator]:
    """An emulator whose restores take their time."""
    with Emulator(
        api_keys=(KEY,), restore_seconds=restore_seconds, delete_seconds=restore_seconds / 2
    ) as running:
        yield running


@pytest.fixture
def shop(service: Service) -> None:
    """Three indexes with a backup each."""
    for name in ("shop-books", "shop-reviews", "shop-toys"):
        service.index(name)
        service.call("POST", f"/indexes/{name}/backups", {})


@pytest.fixture
def report(run: Run, emulator: Emulator, shop: None, tmp_path: Path) -> Path:
    """The folder of a report of three drills, of which one has failed."""
    del shop
    emulator.add_fault(RESTORE, "withhold_records", count=2, times=1)
    run("drill", "--all", "--at-once", "2", "--max-rto", "600", "--report", "r", code=1)
    return tmp_path / "r"


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """A real one."""
    return Browser(find(), tmp_path)


def anonymous(folder: Path) -> Path:
    """Return the page of a report without what differs from machine to machine."""
    told = DrillReport.model_validate_json((folder / "report.json").read_bytes())
    update = {"machine": "build-7", "user": "nightly", "service": "https://api.pinecone.io"}
    told = told.model_copy(update=update)
    copy = folder / "anonymous.html"
    copy.write_text(page(told), "utf-8")
    return copy


def test_a_report_holds_to_its_schema(report: Path) -> None:
    told = json.loads((report / "report.json").read_text())
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(told)
    assert told["verify"] == "records"
    assert told["max_rto_seconds"] == 600.0
    assert (told["good"], len(told["drills"])) == (2, 3)


def test_the_schema_of_the_docs_is_that_of_the_model() -> None:
    made = json.dumps(DrillReport.model_json_schema(), indent=2) + "\n"
    assert SCHEMA.read_text() == made, "write `docs/drill-report.schema.json` anew"


def test_the_page_tells_what_failed_first_and_what_to_do(report: Path) -> None:
    html = (report / "report.html").read_text("utf-8")
    assert "Not good: 1 of 3 drills did not pass." in html
    first, *others = re.findall(r"<h3>(.*?)</h3> <span class=\"mark (.*?)\">", html)
    assert first[1] == "failed"
    assert [result for _, result in others] == ["passed", "passed"]
    assert "This backup has not been shown to bring the index back." in html
    assert "Take a new backup of the index and drill that one" in html
    assert "expected 6, found 4" in html


def test_the_page_needs_nothing_from_elsewhere(report: Path) -> None:
    html = (report / "report.html").read_text("utf-8")
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert addresses
    assert all(address.startswith("data:image/svg+xml;base64,") for address in addresses)
    assert not re.search(r"<script|<link|@import|url\(", html)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_browser_shows_all_of_it(report: Path, browser: Browser, width: int) -> None:
    found = browser.measure(report / "report.html", width)
    assert found.window == width
    assert found.broken_images == 0
    assert found.width <= width
    assert found.too_wide == 0


@pytest.mark.parametrize("restore_seconds", [3.0])
def test_a_picture_and_a_print_of_a_failed_drill(
    report: Path, browser: Browser, tmp_path: Path
) -> None:
    shown = anonymous(report)
    browser.screenshot(shown, tmp_path / "drill-report.png", DESKTOP)
    with Image.open(tmp_path / "drill-report.png") as picture:
        assert picture.width == DESKTOP
        colours = picture.convert("RGB").getcolors(1 << 24) or []
        if KEPT:
            picture.quantize(48).save(Path(KEPT) / "drill-report.png", optimize=True)
    used = {colour for _, colour in colours}
    assert (160, 28, 21) in used, "no mark of a failed check"
    assert (47, 111, 79) in used, "no bar of a drill that passed"
    browser.print_to_pdf(shown, tmp_path / "drill-report.pdf")
    pages = PdfReader(tmp_path / "drill-report.pdf").pages
    text = " ".join("\n".join(each.extract_text() for each in pages).split())
    assert "Not good: 1 of 3 drills did not pass." in text
    assert "record_count" in text
    assert "build-7" in text
    assert len(pages) <= 4
    assert round(float(pages[0].mediabox.width)) == 595, "not A4"


def test_what_an_index_is_called_is_text_and_no_markup() -> None:
    odd = "<script>alert(1)</script> $x$ & \u202e\x07"
    done = Drill(odd, "b", None, odd, result="failed", why=odd, is_deleted=False)
    done.verification = [{"name": odd, "result": "failed", "expected": {"a": odd}, "why": odd}]
    done.started_at, done.finished_at = "2026-11-30T10:00:00Z", "2026-11-30T10:00:00Z"
    html = page(DrillReport(made_at="", version="1", machine=odd, good=0, drills=[done]))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("result", [*words.RESULTS, "something new"])
def test_every_result_is_explained(result: str) -> None:
    done = Drill("products", "b", None, "drill-products-1", result=result, is_deleted=True)
    html = page(DrillReport(made_at="", version="1", machine="m", good=0, drills=[done]))
    assert words.meaning(result).means in html
    assert (result == "passed") == (words.next_steps(done) == [])


def test_a_hundred_drills_make_charts_that_fit_a_page() -> None:
    done = [
        Drill(f"index-{n:03}", "b", None, "t", "passed", rto_seconds=30.0 + n, is_deleted=True)
        for n in range(100)
    ]
    for each in done:
        each.started_at, each.finished_at = "2026-11-30T10:00:00Z", "2026-11-30T10:05:00Z"
    html = page(DrillReport(made_at="", version="1", machine="m", good=100, drills=done))
    assert html.count("<figure>") == 3
    assert "Good: all 100 backups were restored and proven." in html


@pytest.mark.usefixtures("shop")
def test_the_past_is_drawn_from_reports(run: Run, tmp_path: Path) -> None:
    run("drill", "--all", "--report", "d/1", "--history", "d")
    result = run("drill", "shop-toys", "--report", "d/2", "--history", "d")
    assert "4 drill(s) of 3 index(es)" in result.stderr
    assert 'alt="Recovery time and number of records' in (tmp_path / "d/2/report.html").read_text()
    (tmp_path / "d" / "3").mkdir()
    (tmp_path / "d" / "3" / "report.json").write_text('{"format": 2}')
    alone = run("drill", "--history", "d")
    assert "3/report.json is left out, it is not a report of drills" in alone.stderr
    assert "4 drill(s) of 3 index(es)" in alone.stderr
    svg = (tmp_path / "d" / "history.svg").read_text()
    assert "shop-toys" in svg
    assert "recovery time (RTO)" in svg
    said: list[str] = []
    past = history.points(history.read(tmp_path / "d", say=said.append))
    assert [point.record_count for point in past["shop-toys"]] == [6, 6]
    assert len(said) == 1


def test_no_report_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert "there is no report of a drill below d" in run("drill", "--history", "d", code=1).output
    assert "the history cannot be drawn" in run("drill", "--history", "e", code=1).output


@pytest.mark.usefixtures("backup_id")
def test_a_report_that_cannot_be_written_is_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "junit.xml").mkdir()
    result = run("drill", "products", "--report", "r", code=1)
    assert "the report cannot be written" in result.output
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["drills"][0]["result"] == "passed"
