"""`verify="sample"`: what a restore holds is compared, also when the source is gone."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.proof import fingerprint
from support.live_service import Service
from support.state_entry import Entry, Refused

NewProcess = Callable[..., Session]
RESTORE = "create_index_from_backup_operation"
DOCS = Path(__file__).resolve().parents[3] / "docs"
# What is wrong with a restore -> the fault that makes it so, and what each level says to it.
TAMPERINGS: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "nothing": ({}, ("passed", "passed", "passed")),
    "records are missing": (
        {"kind": "withhold_records", "count": 2},
        ("passed", "failed", "failed"),
    ),
    "namespaces are swapped": (
        {"kind": "tamper", "how": "swap_namespaces"},
        ("passed", "passed", "failed"),
    ),
    "records have other ids": (
        {"kind": "tamper", "how": "replace_ids"},
        ("passed", "passed", "failed"),
    ),
    "one number of a vector is flipped": (
        {"kind": "tamper", "how": "flip_value", "count": 1, "namespaces": ["archive"]},
        ("passed", "passed", "failed"),
    ),
    "metadata has changed": (
        {"kind": "tamper", "how": "change_metadata", "count": 1, "namespaces": ["archive"]},
        ("passed", "passed", "failed"),
    ),
    "a namespace alias is lost": ({"alias": True}, ("passed", "passed", "failed")),
}


def rows(entry: Entry) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in entry.outputs["verification"]}


def alias(service: Service, index: str, name: str = "live") -> None:
    host = service.call("GET", f"/indexes/{index}")["host"]
    body = {"name": name, "target_namespace": "archive"}
    service.call("POST", f"{host}/namespace-aliases", body)


@pytest.fixture
def backup(products: str) -> Entry:
    """A backup with a fingerprint; its source still exists."""
    made = Entry("Backup", "nightly")
    made.up(index_name=products, fingerprint_records=25)
    return made


def restored_from(backup: Entry, **given: Any) -> dict[str, Any]:
    inputs = {"backup_id": backup.id, "verify": "sample"}
    return inputs | {"fingerprint": backup.outputs["fingerprint"]} | given


@pytest.mark.parametrize("level", ["schema", "records", "sample"])
@pytest.mark.parametrize("what", TAMPERINGS)
def test_each_level_sees_what_it_promises_without_the_source(
    products: str, emulator: Emulator, service: Service, process: NewProcess, what: str, level: str
) -> None:
    fault, expected = TAMPERINGS[what]
    if "alias" in fault:
        alias(service, products)
    backup = Entry("Backup", "nightly")
    backup.up(index_name=products, fingerprint_records=25)
    service.call("DELETE", f"/indexes/{products}")
    process()
    if "kind" in fault:
        emulator.add_fault(RESTORE, **fault)
    entry = Entry("RestoredIndex", "copy")
    entry.up(**restored_from(backup, verify=level))
    seen = "failed" if any(row["result"] == "failed" for row in rows(entry).values()) else "passed"
    assert seen == expected[("schema", "records", "sample").index(level)]
    if level == "sample" and what == "nothing":
        assert rows(entry)["sample"] == {"name": "sample", "expected": 6, "result": "passed"}
        assert rows(entry)["namespace_counts"]["result"] == "passed"
        assert rows(entry)["namespace_aliases"]["result"] == "passed"
    elif level == "sample":
        whys = " ".join(row.get("why", "") for row in rows(entry).values())
        assert "archive" in whys
        if "alias" in fault:
            assert "`live` of namespace `archive`" in rows(entry)["namespace_aliases"]["why"]
        else:
            assert re.search(r"namespace `\w+`: `\w+` (is missing|has other)", whys)


def test_the_table_of_the_docs_is_what_was_seen() -> None:
    told = (DOCS / "verification.md").read_text("utf-8")
    for what, (_, results) in TAMPERINGS.items():
        cells = ["passes" if result == "passed" else "**fails**" for result in results]
        assert f"| {what} | {' | '.join(cells)} |" in told


def test_what_failed_passes_once_it_is_mended_and_never_replaces(
    backup: Entry, service: Service, process: NewProcess
) -> None:
    alias(service, "products")
    again = Entry("Backup", "again")
    again.up(index_name="products", fingerprint_records=25)
    entry = Entry("RestoredIndex", "copy")
    entry.up(**restored_from(again))
    assert rows(entry)["namespace_aliases"]["result"] == "failed"
    alias(service, str(entry.id))
    process()
    assert entry.up(**restored_from(again)) == "updated"
    assert rows(entry)["namespace_aliases"]["result"] == "passed"
    assert backup.id != again.id


def test_a_fingerprint_holds_no_vector_and_no_metadata_and_is_the_same_in_every_version(
    products: str, process: NewProcess, version: str
) -> None:
    texts = set()
    for attempt, asked in enumerate((version, "2026-07")):
        process(asked)
        entry = Entry("Backup", f"nightly-{attempt}")
        entry.up(index_name=products, fingerprint_records=25)
        texts.add(content(entry.outputs["fingerprint"]))
        assert len(entry.outputs["fingerprint"]) <= 4096
    assert len({without_aliases(text) for text in texts}) == 1
    told = json.loads(texts.pop())
    assert told["c"] == [["", 3], ["archive", 3]]
    assert [name for name, _ in told["s"]] == ["", "archive"]
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for _, each in told["s"] for _, mark in each)


def content(fingerprint: str) -> str:
    return zlib.decompress(base64.urlsafe_b64decode(fingerprint[2:])).decode()


def without_aliases(text: str) -> str:
    return json.dumps({**json.loads(text), "a": None})


def test_the_live_source_serves_where_no_fingerprint_is_given(
    backup_id: str, process: NewProcess, version: str
) -> None:
    process(version)
    entry = Entry("RestoredIndex", "copy")
    entry.up(backup_id=backup_id, verify="sample")
    assert rows(entry)["sample"] == {"name": "sample", "expected": 6, "result": "passed"}
    assert rows(entry)["namespace_counts"]["result"] == "passed"
    has_aliases = version == "2026-07"
    assert rows(entry)["namespace_aliases"]["result"] == ("passed" if has_aliases else "skipped")


def test_a_live_source_that_changed_since_proves_only_what_is_equal(
    backup_id: str, service: Service, process: NewProcess
) -> None:
    host = service.call("GET", "/indexes/products")["host"]
    vectors = [{"id": "0", "values": [9.0, 9.0]}, {"id": "new", "values": [1.0, 1.0]}]
    service.call("POST", f"{host}/vectors/upsert", {"vectors": vectors})
    process()
    entry = Entry("RestoredIndex", "copy")
    entry.up(backup_id=backup_id, verify="sample")
    assert rows(entry)["sample"]["result"] == "passed"
    assert "the live source may have changed since" in rows(entry)["sample"]["why"]
    assert rows(entry)["namespace_counts"]["result"] == "skipped"
    assert "failed" not in {row["result"] for row in rows(entry).values()}


@pytest.mark.parametrize("how", ["gone", "another"])
def test_without_source_and_fingerprint_it_is_skipped_with_the_reason(
    backup_id: str, service: Service, emulator: Emulator, process: NewProcess, how: str
) -> None:
    service.call("DELETE", "/indexes/products")
    emulator.advance(60)
    if how == "another":
        service.index()
    process()
    entry = Entry("RestoredIndex", "copy")
    entry.up(backup_id=backup_id, verify="sample")
    assert rows(entry)["sample"]["result"] == "skipped"
    assert "ingerprint" in rows(entry)["sample"]["why"]


def test_a_data_plane_that_refuses_is_skipped_and_costs_the_backup_nothing(
    products: str, emulator: Emulator, process: NewProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.add_fault("list_vectors", "status", status=403, times=50)
    made = Entry("Backup", "nightly")
    made.up(index_name=products, fingerprint_records=5)
    assert made.outputs["status"] == "Ready"
    assert "fingerprint" not in made.outputs
    assert "no fingerprint of index `products` was taken" in capsys.readouterr().err
    emulator.clear_faults()
    again = Entry("Backup", "again")
    again.up(index_name=products, fingerprint_records=5)
    process()
    emulator.add_fault("fetch_vectors", "status", status=403, times=50)
    entry = Entry("RestoredIndex", "copy")
    entry.up(**restored_from(again))
    assert rows(entry)["sample"]["result"] == "skipped"
    assert rows(entry)["record_count"]["result"] == "passed"


def test_a_tolerance_allows_a_share_of_the_sample(
    backup: Entry, emulator: Emulator, process: NewProcess
) -> None:
    process()
    emulator.add_fault(RESTORE, "tamper", how="flip_value", count=1, namespaces=["archive"])
    entry = Entry("RestoredIndex", "copy")
    entry.up(**restored_from(backup, sample_tolerance=0.2))
    assert rows(entry)["sample"]["result"] == "passed"
    assert "has other values or metadata" in rows(entry)["sample"]["why"]


@pytest.mark.parametrize(
    ("check", "result"),
    [
        (
            {"id": "archive0", "namespace": "archive", "top_k": 3, "expect_ids": ["archive0"]},
            "passed",
        ),
        ({"vector": [1.0, 0.5], "top_k": 3, "expect_ids": ["0", "1"]}, "passed"),
        ({"vector": [1.0, 0.5], "top_k": 1, "expect_ids": ["nobody"]}, "failed"),
        ({"vector": [1.0, 0.5, 0.1], "top_k": 1, "expect_ids": ["0"]}, "failed"),
    ],
)
def test_a_query_must_find_what_it_names(
    backup_id: str, process: NewProcess, check: dict[str, Any], result: str
) -> None:
    process()
    entry = Entry("RestoredIndex", "copy")
    entry.up(backup_id=backup_id, checks=[check])
    assert rows(entry)["checks[0]"]["result"] == result
    if result == "failed":
        assert rows(entry)["checks[0]"]["why"]
    if result == "passed":
        assert entry.up(backup_id=backup_id, checks=[check]) == "unchanged"
        return
    with pytest.raises(OneLineError, match=r"is not a full copy.*checks\[0\]"):
        entry.up(backup_id=backup_id, checks=[check])


def test_a_new_backup_keeps_the_fingerprint_of_the_one_that_the_index_stays_with(
    backup: Entry, products: str, process: NewProcess
) -> None:
    process()
    entry = Entry("RestoredIndex", "copy")
    entry.up(**restored_from(backup))
    newer = Entry("Backup", "newer")
    newer.up(index_name=products, fingerprint_records=5)
    process()
    assert entry.up(**restored_from(newer)) == "unchanged"
    assert entry.inputs["fingerprint"] == backup.outputs["fingerprint"]
    assert entry.up(**restored_from(newer), triggers=["again"]) == "replaced"
    assert entry.inputs["fingerprint"] == newer.outputs["fingerprint"]


def test_a_sample_costs_one_list_and_one_fetch_a_namespace(
    products: str, emulator: Emulator, process: NewProcess
) -> None:
    before = emulator.requests()
    made = Entry("Backup", "nightly")
    made.up(index_name=products, fingerprint_records=4)
    after = emulator.requests()
    spent = {name: after[name] - before.get(name, 0) for name in ("list_vectors", "fetch_vectors")}
    assert spent == {"list_vectors": 2, "fetch_vectors": 2}
    process()
    entry = Entry("RestoredIndex", "copy")
    entry.up(**restored_from(made))
    assert emulator.requests()["fetch_vectors"] - after["fetch_vectors"] == 2
    assert emulator.requests()["list_vectors"] == after["list_vectors"]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"fingerprint": "abc"}, "`fingerprint` cannot be read"),
        ({"sample_tolerance": 1.5}, "`sample_tolerance` must be a share"),
        ({"checks": [{"top_k": 1, "expect_ids": ["a"]}]}, "needs either `vector` or `id`"),
        ({"checks": [{"id": "a", "top_k": 0, "expect_ids": ["a"]}]}, "`checks.0.top_k`"),
        ({"checks": [{"id": "a", "top_k": 1, "expect_ids": []}]}, "`checks.0.expect_ids`"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_the_preview(
    backup_id: str, wrong: dict[str, Any], text: str
) -> None:
    with pytest.raises(Refused, match=re.escape(text)):
        Entry("RestoredIndex", "copy").check(backup_id=backup_id, **wrong)


def test_the_size_of_a_fingerprint_is_bounded() -> None:
    with pytest.raises(Refused, match="`fingerprint_records` must be 0 to 1000"):
        Entry("Backup", "nightly").check(index_name="products", fingerprint_records=1001)


def test_every_sampled_namespace_has_its_count_among_more_than_a_hundred(
    service: Service, process: NewProcess
) -> None:
    name = service.index(records=0)
    host = service.call("GET", f"/indexes/{name}")["host"]
    for number in range(130):
        body = {"namespace": f"tenant-{number:03}", "vectors": [{"id": "a", "values": [1.0, 0.5]}]}
        service.call("POST", f"{host}/vectors/upsert", body)
    found = fingerprint.take(process().client(), host, 25)
    assert found.namespace_count == 130
    assert len(found.namespaces) == 100
    assert len(found.records) == 25
    assert found.records.keys() <= found.namespaces.keys()
