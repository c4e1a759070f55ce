"""`pinecone-backup drill` proves a backup and leaves nothing behind, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.service.versions import API_VERSIONS
from support.live_service import KEY, Service

from .conftest import COMMAND

Run = Callable[..., Result]
DEADLINE_SECONDS = 60.0


def report(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_newest_ready_backup_is_proven_and_the_copy_deleted(
    run: Run, service: Service, emulator: Emulator, backup_id: str
) -> None:
    newest = service.call("POST", "/indexes/products/backups", {"name": "second"})["backup_id"]
    emulator.add_fault("create_backup", "never_finish")
    service.call("POST", "/indexes/products/backups", {"name": "third"})
    done = report(run("drill", "products", "--json"))
    assert (done["result"], done["backup_id"]) == ("passed", newest)
    assert done["rpo_seconds"] >= 0
    assert done["rto_seconds"] >= 0
    assert {row["result"] for row in done["verification"]} == {"passed"}
    assert done["temporary_index"].startswith("drill-products-")
    assert done["is_deleted"] is True
    assert service.indexes() == {"products"}
    assert backup_id in service.backups()


@pytest.mark.usefixtures("backup_id")
@pytest.mark.parametrize("version", list(API_VERSIONS))
def test_every_version_of_the_api_can_be_drilled(run: Run, service: Service, version: str) -> None:
    done = report(run("drill", "products", "--json", PINECONE_API_VERSION=version))
    assert done["result"] == "passed"
    assert service.indexes() == {"products"}


def test_the_report_for_people_tells_the_same(run: Run, service: Service, backup_id: str) -> None:
    result = run("drill", "products")
    assert "drill of index products: passed" in result.stdout
    assert backup_id in result.stdout
    assert "record_count    passed" in result.stdout
    assert ": deleted" in result.stdout
    assert "restoring backup" in result.stderr
    assert service.indexes() == {"products"}


def test_a_named_backup_of_an_index_that_is_gone_is_proven_too(
    run: Run, service: Service, backup_id: str
) -> None:
    service.call("DELETE", "/indexes/products")
    done = report(run("drill", "products", "--backup-id", backup_id, "--json"))
    assert done["result"] == "passed"
    assert service.indexes() == set()


def test_a_named_backup_of_another_index_is_refused_before_anything_is_done(
    run: Run, service: Service, emulator: Emulator, backup_id: str
) -> None:
    service.index("reviews")
    result = run("drill", "reviews", "--backup-id", backup_id, code=1)
    assert f"backup `{backup_id}` is of index `products`, not of `reviews`" in result.output
    assert "create_index_from_backup_operation" not in emulator.requests()


def test_without_a_ready_backup_the_drill_fails_and_says_so(run: Run, service: Service) -> None:
    service.index("products")
    result = run("drill", "products", code=1)
    assert "index `products` has no ready backup" in result.output


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "withhold_records", "count": 2}, "record_count: expected 6, found 4"),
        ({"kind": "fail_job"}, "the restore ended as"),
        ({"kind": "cancel_job"}, "the restore ended as"),
        ({"kind": "status", "status": 403}, "index quota is used up"),
    ],
)
def test_a_restore_that_is_not_good_fails_the_drill_and_leaves_nothing(
    run: Run,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    fault: dict[str, Any],
    why: str,
) -> None:
    emulator.add_fault("create_index_from_backup_operation", **fault)
    done = report(run("drill", "products", "--json", code=1))
    assert (done["result"], done["backup_id"]) == ("failed", backup_id)
    assert why in done["why"]
    assert done["is_deleted"] is True
    assert service.indexes() == {"products"}


def test_a_copy_whose_records_cannot_be_counted_is_unproven(
    run: Run, service: Service, emulator: Emulator, backup_id: str
) -> None:
    emulator.configure(roles={KEY: "ControlPlaneEditor"})
    done = report(run("drill", "products", "--json", code=1))
    assert done["result"] == "unproven"
    assert report(run("drill", "products", "--json", "--verify", "schema"))["result"] == "passed"
    assert service.indexes() == {"products"}
    assert service.backups() == {backup_id}


@pytest.mark.usefixtures("backup_id")
def test_a_schema_of_which_nothing_is_told_is_unproven(run: Run, emulator: Emulator) -> None:
    told = ("dimension", "metric", "vector_type", "schema", "cloud", "region")
    emulator.add_fault("describe_backup", "rewrite", times=50, remove=list(told))
    done = report(run("drill", "products", "--json", "--verify", "schema", code=1))
    assert {row["result"] for row in done["verification"]} == {"skipped"}
    assert done["result"] == "unproven"
    assert "every check was skipped" in done["why"]


@pytest.mark.usefixtures("backup_id")
@pytest.mark.parametrize(("option", "what"), [("--max-rpo", "RPO"), ("--max-rto", "RTO")])
def test_a_limit_that_is_exceeded_fails_the_drill(
    run: Run, emulator: Emulator, option: str, what: str
) -> None:
    emulator.configure(restore_seconds=0.1)
    done = report(run("drill", "products", "--json", option, "0", code=1))
    assert done["result"] == "too late"
    assert f"the {what} is" in done["why"]
    assert report(run("drill", "products", "--json", option, "3600"))["result"] == "passed"


@pytest.mark.usefixtures("backup_id")
def test_a_restore_that_takes_too_long_is_given_up_and_removed(
    run: Run, service: Service, emulator: Emulator
) -> None:
    emulator.configure(restore_seconds=3600.0)
    done = report(run("drill", "products", "--timeout", "1", "--json", code=1))
    assert "not restored in time" in done["why"]
    assert service.indexes() == {"products"}


@pytest.mark.usefixtures("backup_id")
@pytest.mark.parametrize("status", [403, 500])
def test_an_index_that_could_not_be_deleted_is_named_and_no_pass(
    run: Run, service: Service, emulator: Emulator, status: int
) -> None:
    emulator.add_fault("delete_index", "status", status=status, times=20)
    done = report(run("drill", "products", "--json", code=1))
    assert (done["result"], done["is_deleted"]) == ("failed", False)
    assert f"the backup is proven, but index `{done['temporary_index']}` may be" in done["why"]
    assert f"index `{done['temporary_index']}` may be left over" in done["why"]
    assert done["temporary_index"] in service.indexes()


@pytest.fixture
def started(
    service: Service, emulator: Emulator, environment: dict[str, str], backup_id: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A drill of a backup in a process of its own, and the index that it is waiting for."""
    assert backup_id in service.backups()
    emulator.configure(restore_seconds=3600.0)
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        [COMMAND, "drill", "products", "--json"],
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while len(service.indexes()) < 2:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        (name,) = service.indexes() - {"products"}
        yield process, name
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_deletes_what_it_has_made(
    service: Service, started: tuple[subprocess.Popen[str], str], number: signal.Signals
) -> None:
    process, _ = started
    process.send_signal(number)
    text, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 1
    assert json.loads(text)["result"] == "interrupted"
    assert service.indexes() == {"products"}


def test_an_index_that_is_not_the_drill_s_any_more_is_left_alone(
    service: Service, started: tuple[subprocess.Popen[str], str]
) -> None:
    process, name = started
    service.call("PATCH", f"/indexes/{name}", {"tags": {"pulumi-owner": "somebody-else"}})
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 1
    assert "it does not carry this run's mark" in json.loads(text)["why"]
    assert name in service.indexes()


def test_a_service_that_cannot_be_asked_is_neither_good_nor_bad(
    run: Run, emulator: Emulator, backup_id: str
) -> None:
    emulator.add_fault("describe_backup", "status", status=403)
    assert "403" in run("drill", "products", "--backup-id", backup_id, code=2).output
    assert run("drill", "products", code=2, PINECONE_API_KEY="wrong").exit_code == 2
    assert "unknown" not in run("drill", "products", "--backup-id", "unknown", code=1).stdout
