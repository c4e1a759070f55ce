"""`pinecone-backup status` tells what a loss tonight would cost, the worst first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import promql_parser
import pytest
import yaml
from click.testing import Result
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.settings import Settings
from pulumi_pinecone_backup.status import openmetrics
from pulumi_pinecone_backup.status.gather import gather
from pulumi_pinecone_backup.status.model import ProjectStatus
from support.live_service import KEY, Service

Run = Callable[..., Result]
ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT / "docs" / "status.schema.json"
MONITORING = ROOT / "examples" / "monitoring"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(api_keys=(KEY,), delete_seconds=0.0) as running:
        yield running


def take(service: Service, name: str) -> str:
    return str(service.call("POST", f"/indexes/{name}/backups", {})["backup_id"])


def schedule(service: Service, name: str) -> None:
    body = {
        "name": "nightly",
        "schedule": {"type": "time-based", "frequency": "daily"},
        "retention": {"expire_after_days": 7},
    }
    service.call("POST", f"/indexes/{name}/backup-schedules", body)


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    return found


def families(text: str) -> dict[str, Any]:
    parse: Callable[[str], Iterator[Any]] = text_string_to_metric_families
    return {each.name: each for each in parse(text)}


def names(result: Result) -> list[str]:
    return [row["name"] for row in told(result)["indexes"]]


def row(result: Result, name: str) -> dict[str, Any]:
    (found,) = (each for each in told(result)["indexes"] if each["name"] == name)
    return dict(found)


def test_the_schema_of_the_docs_is_that_of_the_model() -> None:
    made = json.dumps(ProjectStatus.model_json_schema(), indent=2) + "\n"
    assert SCHEMA.read_text() == made, "write `docs/status.schema.json` anew"


def test_the_index_in_most_danger_comes_first(
    run: Run, service: Service, emulator: Emulator
) -> None:
    for name in ("fresh", "old", "bare", "failing"):
        service.index(name, deletion_protection="enabled" if name == "fresh" else "disabled")
    emulator.configure(clock_skew_seconds=-26 * 3600)
    take(service, "old")
    emulator.configure(clock_skew_seconds=0)
    take(service, "fresh")
    take(service, "failing")
    emulator.add_fault("create_backup", "fail_job")
    take(service, "failing")
    found = run("status", "--json", "--max-age", "25h", code=1)
    assert names(found) == ["bare", "old", "failing", "fresh"]
    assert told(found)["good"] == 2
    assert row(found, "bare")["problems"] == ["no ready backup"]
    assert row(found, "old")["problems"] == ["its newest backup is 26 h 0 min old"]
    assert "1 newer backup(s) failed" in row(found, "failing")["notes"]
    assert row(found, "fresh")["notes"] == []
    assert row(found, "fresh")["record_count"] == 6
    text = run("status", "--max-age", "25h", code=1).stdout.splitlines()
    assert text[1].startswith("bare     NONE")
    assert text[-1] == "NOT GOOD: 2 of 4 indexes could not be brought back as they should."
    run("status", "--max-age", "27h", "--exclude", "ba*")
    table = run("status", "--markdown", code=1).stdout
    assert table.startswith("| index | newest data | age |")
    assert table.count("\n|") == 5


def test_ages_count_from_the_capture_and_not_from_the_planning(
    run: Run, service: Service, emulator: Emulator
) -> None:
    service.index()
    take(service, "products")
    emulator.add_fault(
        "list_project_backups",
        "rewrite",
        change={"created_at": "2026-01-01T00:00:00Z", "name": "daily-20260103T000000Z"},
    )
    found = row(run("status", "--json"), "products")
    assert found["captured_at"] == "2026-01-03T00:00:00Z"
    emulator.clear_faults()
    emulator.add_fault("list_project_backups", "rewrite", change={"created_at": None, "name": None})
    assert row(run("status", "--json", "--max-age", "1h", code=1), "products")["problems"] == [
        "the age of its newest backup is not told"
    ]


def test_schedules_and_their_last_runs(
    run: Run, session_status: ProjectStatus, emulator: Emulator
) -> None:
    (found,) = session_status.indexes[0].schedules
    assert (found.name, found.enabled, found.frequency) == ("nightly", True, "daily")
    assert found.last_run_status == "Ready"
    assert str(found.next_run_at) > str(found.last_run_at)
    assert "schedule" not in str(session_status.indexes[0].notes)
    (late,) = status_of(emulator, days=9).indexes
    assert f"the run of schedule nightly of {found.next_run_at} is overdue" in late.notes
    assert run("status", "--json", PINECONE_API_VERSION="2025-04").exit_code == 0


def test_a_large_project_takes_few_requests(
    run: Run, service: Service, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.configure(backup_quota=3000)
    for number in range(300):
        name = f"index-{number:03}"
        service.index(name, records=0)
        for _ in range(0 if number == 7 else 7 if number % 3 else 6):
            take(service, name)
    for number in range(100, 112):
        schedule(service, f"index-{number:03}")
    assert row(run("status", "--json", "--all-schedules", code=1), "index-103")["schedules"]
    emulator.advance(2 * 86400)
    before = emulator.events()[-1]["number"]
    found = run("status", "--json", "--openmetrics", str(tmp_path / "m.prom"), code=1)
    assert names(found)[0] == "index-007"
    assert len(names(found)) == 300
    counts = Counter(
        event["operation"]
        for event in emulator.events()
        if event["number"] > before and event["kind"] == "request"
    )
    pages = counts.pop("list_project_backups")
    assert pages <= 21, "one list of the backups, page by page"
    assert counts == {"list_indexes": 1, "list_backup_schedules": 12}
    assert sum(each["backup_count"] for each in told(found)["indexes"]) >= 1990


def test_metrics_are_what_the_reference_parser_reads(
    run: Run, service: Service, tmp_path: Path
) -> None:
    service.index('odd"name'.replace('"', "-"))
    service.index("bare", records=0)
    take(service, "odd-name")
    path = tmp_path / "pinecone.prom"
    path.write_text("old")
    run("status", "--openmetrics", str(path), code=1)
    found = families(path.read_text())
    good = {s.labels["index"]: s.value for s in found["pinecone_backup_index_good"].samples}
    assert good == {"odd-name": 1.0, "bare": 0.0}
    newest = found["pinecone_backup_newest_timestamp_seconds"].samples
    assert [sample.labels["index"] for sample in newest] == ["odd-name"]
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]
    missing = run("status", "--openmetrics", str(tmp_path / "no" / "file"), code=2)
    assert "the metrics cannot be written" in missing.output


def test_alerts_and_dashboard_ask_for_metrics_that_there_are(
    service: Service, session_status: ProjectStatus
) -> None:
    del service
    there = set(families(openmetrics.text(session_status)))
    expressions = [
        rule["expr"]
        for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
        for rule in group["rules"]
    ]
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    expressions += [t["expr"] for panel in dashboard["panels"] for t in panel["targets"]]
    assert len(expressions) == 14
    for expression in expressions:
        promql_parser.parse(expression)
        used = {
            word.strip("(),")
            for word in expression.split()
            if word.strip("(),").removeprefix("count(").startswith("pinecone_backup_")
        }
        names_used = {word.rsplit("(", 1)[-1] for word in used}
        assert names_used <= there, expression
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


@pytest.fixture
def session_status(emulator: Emulator) -> ProjectStatus:
    """A status with everything that can be told."""
    service = Service(emulator)
    service.index()
    take(service, "products")
    schedule(service, "products")
    emulator.advance(2 * 86400)
    return status_of(emulator, days=2)


def status_of(emulator: Emulator, days: float) -> ProjectStatus:
    """Return the status some days from now, with the drill of a stack."""
    drill = {
        "type": "pulumi-python:dynamic/pinecone:RestoreDrill",
        "outputs": {
            "index_name": "products",
            "result": "failed",
            "finished_at": "2026-11-01T00:00:00Z",
        },
    }
    environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}
    with Client(Settings.resolve({}, environment)) as client:
        now = datetime.now(timezone.utc) + timedelta(days)
        return gather(client, state={"deployment": {"resources": [drill]}}, now=now)


def test_the_drill_of_a_stack_is_told(session_status: ProjectStatus) -> None:
    (found,) = session_status.indexes
    assert found.drill is not None
    assert found.drill.result == "failed"
    assert "its last restore drill: failed" in found.notes


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--json", "--markdown"), "--json and --markdown exclude each other"),
        (("--max-age", "soon"), "`soon` is not a time such as `25h`"),
    ],
)
def test_wrong_options_are_refused(run: Run, arguments: tuple[str, ...], text: str) -> None:
    assert text in run("status", *arguments, code=2).output


def test_a_service_that_does_not_answer_is_neither_good_nor_bad(
    run: Run, emulator: Emulator
) -> None:
    emulator.add_fault("list_project_backups", "status", status=403)
    result = run("status", code=2)
    assert "403" in result.output
    assert run("status", code=0).stdout.strip().endswith("There is no index.")
