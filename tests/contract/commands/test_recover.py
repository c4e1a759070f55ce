"""`pinecone-backup recover` brings namespaces of a live index back, and touches nothing else."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.recovery.plan import RecoveryReport
from pulumi_pinecone_backup.service.versions import API_VERSIONS
from support.live_service import KEY, Service

from .conftest import COMMAND

Run = Callable[..., Result]
SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "recovery-report.schema.json"
TENANT = [{"id": f"t{n:04}", "values": [n + 1.0, 0.5], "metadata": {"n": n}} for n in range(900)]


class Index:
    """A live index, by its name."""

    def __init__(self, service: Service, name: str = "products") -> None:
        self.service = service
        self.name = name
        self.host = service.call("GET", f"/indexes/{name}")["host"]

    def upsert(self, namespace: str, records: list[dict[str, Any]]) -> None:
        for at in range(0, len(records), 1000):
            body = {"namespace": namespace, "vectors": records[at : at + 1000]}
            self.service.call("POST", f"{self.host}/vectors/upsert", body)

    def delete(self, namespace: str, **what: Any) -> None:
        body = {"namespace": namespace, **(what or {"deleteAll": True})}
        self.service.call("POST", f"{self.host}/vectors/delete", body)

    def records(self, namespace: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for at in range(0, len(TENANT), 100):
            ids = "&".join(f"ids={row['id']}" for row in TENANT[at : at + 100])
            url = f"{self.host}/vectors/fetch?namespace={namespace}&{ids}"
            found |= self.service.call("GET", url)["vectors"]
        return found

    def count(self, namespace: str) -> int:
        stats = self.service.call("POST", f"{self.host}/describe_index_stats", {})
        return int(stats["namespaces"].get(namespace, {}).get("vectorCount", 0))


def backup(service: Service, name: str = "products") -> str:
    made = service.call("POST", f"/indexes/{name}/backups", {"name": "nightly"})
    return str(made["backup_id"])


@pytest.fixture
def live(service: Service) -> Index:
    """An index with a tenant of 900 records and one of 3, all of it backed up."""
    index = Index(service, service.index())
    index.upsert("tenant", TENANT)
    backup(service)
    return index


def told(result: Result) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(result.stdout)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator(schema).validate(report)
    return report


def tenant_of(result: Result) -> dict[str, Any]:
    (found,) = told(result)["namespaces"]
    return dict(found)


def written(emulator: Emulator, namespace: str, word: str = "written") -> int:
    """Return how many records of the live index the service has been given or rid of."""
    return sum(
        event["count"]
        for event in emulator.events()
        if event.get("effect") == f"records {word} products" and event["namespace"] == namespace
    )


def test_the_schema_of_the_docs_is_that_of_the_model() -> None:
    made = json.dumps(RecoveryReport.model_json_schema(), indent=2) + "\n"
    assert SCHEMA.read_text() == made, "write `docs/recovery-report.schema.json` anew"


@pytest.mark.parametrize("version", list(API_VERSIONS))
def test_a_deleted_tenant_comes_back_and_nothing_else_is_touched(
    run: Run, service: Service, emulator: Emulator, live: Index, version: str
) -> None:
    before = live.records("tenant")
    live.delete("tenant")
    live.upsert("archive", [{"id": "new", "values": [1.0, 1.0]}])
    archive = written(emulator, "archive")
    result = run(
        "recover", "products", "--namespace", "tenant", "--yes", "--json",
        PINECONE_API_VERSION=version,
    )  # fmt: skip
    found = tenant_of(result)
    assert (found["in_backup"], found["missing"], found["written"]) == (900, 900, 900)
    assert found["verified"] == "100 of 100 sampled records equal, 900 records there, at least " + (
        "900 expected"
    )
    assert live.records("tenant") == before
    assert written(emulator, "archive") == archive
    assert live.count("archive") == 4
    assert service.indexes() == {"products"}
    assert list(Path().glob("*.recovery*")) == []


def test_a_dry_run_tells_what_it_would_do_and_writes_nothing(
    run: Run, service: Service, emulator: Emulator, live: Index
) -> None:
    live.delete("tenant", ids=["t0001", "t0002"])
    live.upsert("tenant", [{"id": "t0003", "values": [9.0, 9.0]}, {"id": "x", "values": [1, 2]}])
    before = emulator.events()[-1]["number"]
    result = run("recover", "products", "--namespace", "tenant", "--dry-run", code=1)
    assert "the index lacks 2, has 1 with other content and 1 extra" in result.stdout
    assert "recovery of products: dry run" in result.stdout
    since = [event for event in emulator.events() if event["number"] > before]
    assert not [event for event in since if event.get("effect", "").startswith("records ")]
    assert not {"upsert_vectors", "delete_vectors"} & {event.get("operation") for event in since}
    assert service.indexes() == {"products"}


@pytest.mark.parametrize(
    ("mode", "damaged", "extra"), [("missing", 9.0, 1), ("overwrite", 4.0, 1), ("mirror", 4.0, 0)]
)
def test_each_mode_writes_what_it_says(
    run: Run, emulator: Emulator, live: Index, mode: str, damaged: float, extra: int
) -> None:
    live.delete("tenant", ids=["t0001", "t0002"])
    live.upsert("tenant", [{"id": "t0003", "values": [9.0, 9.0]}, {"id": "x", "values": [1, 2]}])
    before = written(emulator, "tenant")
    result = run(
        "recover", "products", "--namespace", "tenant", "--mode", mode, "--yes",
        "--yes-delete", "1", "--json",
    )  # fmt: skip
    found = tenant_of(result)
    assert (found["missing"], found["different"], found["extra"]) == (2, 1, 1)
    records = live.records("tenant")
    assert len(records) == 900
    assert records["t0003"]["values"][0] == damaged
    assert live.count("tenant") == 900 + extra
    assert written(emulator, "tenant") - before == found["written"]
    assert found["deleted"] == written(emulator, "tenant", "deleted") - 2


def test_deleting_needs_the_number_and_the_right_one(
    run: Run, emulator: Emulator, live: Index
) -> None:
    live.upsert("tenant", [{"id": "x", "values": [1.0, 2.0]}])
    mirror = ("recover", "products", "--namespace", "tenant", "--mode", "mirror", "--yes")
    assert "agree with --yes-delete" in run(*mirror, code=1).stderr
    wrong = run(*mirror, "--yes-delete", "7", code=1)
    assert "--yes-delete 7 does not agree: 1 records would be deleted" in wrong.stderr
    assert "recovery of products: declined: nothing was written" in wrong.stdout
    assert written(emulator, "tenant", "deleted") == 0
    run(*mirror, "--yes-delete", "1")
    assert live.count("tenant") == 900


def test_nothing_to_do_is_good_and_writes_nothing(
    run: Run, emulator: Emulator, live: Index
) -> None:
    before = written(emulator, "tenant")
    result = run("recover", live.name, "--all-namespaces", "--mode", "overwrite", "--yes", "--json")
    assert told(result)["result"] == "nothing to do"
    assert [row["namespace"] for row in told(result)["namespaces"]] == [
        "__default__", "archive", "tenant",
    ]  # fmt: skip
    assert written(emulator, "tenant") == before


PLACE = {"deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}}
KINDS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "sparse": (
        {
            "schema": {
                "fields": {"_sparse_values": {"type": "sparse_vector", "metric": "dotproduct"}}
            }
        },
        [{"id": "a", "sparseValues": {"indices": [7, 4000000000], "values": [0.25, -1.5]}}],
    ),
    "metadata only": (
        {"schema": {"fields": {"genre": {"type": "string", "full_text_search": {}}}}},
        [{"id": "a", "metadata": {"genre": "x", "n": 1}}, {"id": "b", "metadata": {"genre": "y"}}],
    ),
    "hybrid": (
        {
            "schema": {
                "fields": {
                    "_values": {"type": "dense_vector", "dimension": 2, "metric": "dotproduct"}
                }
            }
        },
        [
            {
                "id": "a b&c?d=/%20",
                "values": [0.1, -3e-8],
                "sparseValues": {"indices": [1], "values": [0.5]},
                "metadata": {"text": "grüße", "tags": ["a", "b"], "n": 3, "f": 0.1, "is": True},
            },
            {"id": "z", "values": [1e-30, 2.0]},
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_records_of_every_kind_come_back_as_they_were(
    run: Run, service: Service, kind: str
) -> None:
    definition, records = KINDS[kind]
    body = {"deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}}
    service.call("POST", "/indexes", {"name": "odd", **body, **definition})
    index = Index(service, "odd")
    index.upsert("ns", records)
    before = service.records("odd")
    assert len(before) == len(records)
    backup(service, "odd")
    index.delete("ns")
    run("recover", "odd", "--namespace", "ns", "--yes")
    assert service.records("odd") == before


def test_an_older_backup_by_its_time(
    run: Run, service: Service, emulator: Emulator, live: Index
) -> None:
    at = str(service.call("GET", "/backups")["data"][0]["created_at"])
    emulator.advance(3600)
    live.delete("tenant")
    backup(service)
    early = run("recover", "products", "--namespace", "tenant", "--dry-run", code=1)
    assert "holds no records of namespace `tenant`. If it was taken after the accident" in (
        early.stdout
    )
    assert "It holds `__default__`, `archive`" in early.stdout
    run("recover", "products", "--namespace", "tenant", "--as-of", at, "--yes")
    assert live.count("tenant") == 900
    none = run("recover", "products", "--namespace", "a", "--as-of", "2020-01-01", "--yes", code=2)
    assert "no ready backup whose data was captured by 2020-01-01" in none.output


def test_another_index_may_be_written_to(run: Run, service: Service, live: Index) -> None:
    service.index("other", records=0)
    run("recover", live.name, "--namespace", "tenant", "--into", "other", "--yes")
    assert Index(service, "other").count("tenant") == 900


def test_an_index_that_is_restored_already_is_copied_from_and_left(
    run: Run, service: Service, live: Index
) -> None:
    body = {"name": "restored"}
    chosen = service.call("GET", "/backups")["data"][0]["backup_id"]
    service.call("POST", f"/backups/{chosen}/create-index", body)
    live.delete("tenant")
    run("recover", "products", "--namespace", "tenant", "--from-index", "restored", "--yes")
    assert live.count("tenant") == 900
    assert service.indexes() == {"products", "restored"}


def test_two_shards_side_by_side_do_what_one_does(
    environment: dict[str, str], service: Service, emulator: Emulator, live: Index
) -> None:
    records = live.records("tenant")
    live.delete("tenant")
    before = written(emulator, "tenant")
    arguments = ("products", "--namespace", "tenant", "--yes", "--json")
    both = [
        process(environment, *arguments, "--shard", f"{part}/2", "--journal", f"j{part}")
        for part in (1, 2)
    ]
    reports = [json.loads(each.communicate(timeout=60)[0]) for each in both]
    assert [each.returncode for each in both] == [0, 0]
    counts = [report["namespaces"][0]["written"] for report in reports]
    assert sum(counts) == 900
    assert min(counts) > 300
    assert written(emulator, "tenant") - before == 900
    assert live.records("tenant") == records
    assert service.indexes() == {"products"}


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("upsert_vectors", {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}}),
        ("upsert_vectors", {"kind": "status", "status": 500}),
        ("upsert_vectors", {"kind": "drop_after"}),
        ("fetch_vectors", {"kind": "status", "status": 429}),
        ("fetch_vectors", {"kind": "drop_before"}),
        ("list_vectors", {"kind": "status", "status": 503}),
    ],
)
def test_a_service_that_falters_is_waited_for(
    run: Run, emulator: Emulator, live: Index, operation: str, fault: dict[str, Any]
) -> None:
    live.delete("tenant")
    emulator.add_fault(operation, times=2, **fault)
    run("recover", "products", "--namespace", "tenant", "--yes")
    assert live.count("tenant") == 900


def test_a_refused_write_is_told_and_can_be_gone_on_with(
    run: Run, service: Service, emulator: Emulator, live: Index
) -> None:
    live.delete("tenant")
    emulator.add_fault("upsert_vectors", "status", status=403, times=1, body="read-only key")
    arguments = ("recover", "products", "--namespace", "tenant", "--yes", "--workers", "1")
    failed = run(*arguments, "--journal", "j", code=1)
    assert "recovery of products: failed: Could not write records of namespace `tenant`" in (
        failed.stdout
    )
    assert "go on with: pinecone-backup recover --resume j" in failed.stdout
    assert service.indexes() == {"products"}
    again = run(*arguments, "--journal", "j", code=2)
    assert "`j` exists: go on with --resume j" in again.output
    run("recover", "--resume", "j", "--yes")
    assert live.count("tenant") == 900
    assert not Path("j").exists()


def process(environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [COMMAND, "recover", *arguments]
    return subprocess.Popen(command, env={**kept, **environment}, stdout=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_ends_early_goes_on_and_writes_nothing_twice(
    run: Run,
    service: Service,
    emulator: Emulator,
    environment: dict[str, str],
    live: Index,
    number: signal.Signals,
) -> None:
    live.upsert("tenant", [{"id": f"u{n:05}", "values": [1.0, n + 0.5]} for n in range(4000)])
    backup(service)
    live.delete("tenant")
    before = written(emulator, "tenant")
    emulator.add_fault("upsert_vectors", "delay", seconds=0.3, times=1000)
    arguments = ("--namespace", "tenant", "--yes", "--workers", "2", "--journal", "j")
    with process(environment, "products", *arguments) as started:
        wait_for(lambda: written(emulator, "tenant") > before)
        started.send_signal(number)
        started.communicate(timeout=60)
    emulator.clear_faults()
    left = service.indexes() - {"products"}
    assert bool(left) == (number is signal.SIGKILL)
    some = written(emulator, "tenant") - before
    assert 0 < some < 4900
    time.sleep(0.4)  # what was sent before the kill arrives
    report = told(run("recover", "--resume", "j", "--yes", "--json"))
    assert report["result"] == "recovered"
    assert written(emulator, "tenant") - before == 4900
    assert live.count("tenant") == 4900
    assert service.indexes() == {"products"}


def test_a_journal_in_use_and_one_of_something_else_are_refused(
    run: Run, live: Index, tmp_path: Path
) -> None:
    del live
    (tmp_path / "text").write_text("not a journal")
    result = run("recover", "--resume", "text", "--yes", code=2)
    assert "`text` cannot be used as the journal of a recovery" in result.output
    connection = sqlite3.connect(tmp_path / "held")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("CREATE TABLE x (y)")
    connection.execute("BEGIN EXCLUSIVE")
    assert "cannot be used" in run("recover", "--resume", "held", "--yes", code=2).output
    connection.close()


def test_an_index_that_was_made_anew_is_not_gone_on_with(
    run: Run, service: Service, emulator: Emulator, live: Index
) -> None:
    live.delete("tenant")
    emulator.add_fault("upsert_vectors", "status", status=403, times=1)
    run("recover", "products", "--namespace", "tenant", "--yes", "--journal", "j", code=1)
    service.call("DELETE", "/indexes/products")
    service.index("products", records=0)
    result = run("recover", "--resume", "j", "--yes", code=2)
    assert "is not the one that `j` is about: it was made anew" in result.output


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "name the INDEX, or a journal with --resume"),
        (("products",), "name each --namespace, or give --all-namespaces"),
        (("products", "--namespace", "a"), "nobody can be asked here: give --yes or --dry-run"),
        (("products", "--namespace", "a", "--shard", "3/2"), "`3/2` is not a part such as `1/4`"),
        (("products", "--namespace", "a", "--as-of", "soon"), "is not a time such as"),
        (
            ("products", "--namespace", "a", "--as-of", "2026-01-01", "--backup", "b"),
            "--backup and --as-of exclude each other",
        ),
        (("gone", "--namespace", "a", "--yes"), "index `gone` has no ready backup"),
        (("products", "--namespace", "no", "--yes"), "holds no records of namespace `no`"),
        (
            ("products", "--namespace", "a", "--into", "gone", "--yes"),
            "index `gone` does not exist: `recover` writes into a live index",
        ),
        (
            ("products", "--namespace", "archive", "--into", "wide", "--yes"),
            "index `wide` has dimension 3, the backup has 2",
        ),
    ],
)
@pytest.mark.usefixtures("live")
def test_what_cannot_be_done_is_said(
    run: Run, service: Service, arguments: tuple[str, ...], text: str
) -> None:
    schema = {"fields": {"_values": {"type": "dense_vector", "dimension": 3, "metric": "cosine"}}}
    service.index("wide", records=0, schema=schema)
    result = run("recover", *arguments, code=None)
    assert result.exit_code in (1, 2)
    assert text in result.output.replace("\n", " ").replace("  ", " ")
    assert service.indexes() == {"products", "wide"}


def test_a_key_of_another_project_is_refused(run: Run, live: Index) -> None:
    del live
    result = run("recover", "products", "--namespace", "a", "--yes", code=2, PINECONE_API_KEY="x")
    assert KEY not in result.output
    assert "401" in result.output
