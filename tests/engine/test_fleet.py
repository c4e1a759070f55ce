"""A fleet on the real engine: many restores at once, one failure hides no other."""

from __future__ import annotations

import json
import time

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

RESTORE = "create_index_from_backup_operation"
FLEET = """
from pulumi_pinecone_backup import RestoredFleet
fleet = RestoredFleet("all", {arguments})
pulumi.export("table", fleet.table)
"""


def program(arguments: str = 'pattern="shop-*"') -> str:
    return FLEET.format(arguments=arguments)


def sources(service: Service, count: int) -> list[str]:
    names = [f"shop-{number:02}" for number in range(count)]
    for name in names:
        service.index(name)
        service.call("POST", f"/indexes/{name}/backups", {})
    return names


def table(stack: Stack) -> dict[str, str]:
    """Return the result by source index."""
    outputs = stack.outputs("all-report")
    return {row["source"]: row["result"] for row in outputs["table"]}


def restored(names: list[str]) -> set[str]:
    return {f"{name}-restored" for name in names}


@pytest.mark.parametrize("emulator", [{"restore_seconds": 4.0}], indirect=True)
def test_all_restores_run_at_once_at_the_engines_own_parallelism(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    names = sources(service, 12)
    stack.program(program())
    preview = stack.preview()
    assert "+ 16 to create" in preview.text
    began = time.monotonic()
    stack.up("--parallel", "2")
    took = time.monotonic() - began
    assert took < 6 * 4.0, "twelve restores of 4 s, two at a time, would take 24 s"
    assert table(stack) == dict.fromkeys(names, "good")
    assert service.indexes() == {*names, *restored(names)}
    posts = [e for e in emulator.events() if e.get("operation") == RESTORE]
    assert [event["status"] < 300 for event in posts] == [True] * 12
    stack.unchanged()
    stack.refresh("--expect-no-changes")
    stack.unchanged()
    shown = json.loads(stack.run("stack", "output", "--json").text)["table"]
    assert {row["index"] for row in shown} == restored(names)
    assert all(row["rto_seconds"] > 0 for row in shown)
    stack.destroy()
    assert service.indexes() == set(names)


def test_what_is_not_good_is_told_and_repeated_alone(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    names = sources(service, 5)
    service.call("POST", "/indexes", {
        "name": "shop-03-restored",
        "deletion_protection": "enabled",
        "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
        "schema": {"fields": {"_values": {"type": "dense_vector", "dimension": 2,
                                          "metric": "cosine"}}},
    })  # fmt: skip
    backups = {row["source_index_name"]: row["backup_id"]
               for row in service.call("GET", "/backups?limit=100")["data"]}  # fmt: skip
    emulator.add_fault(RESTORE, "fail_job", times=2, match=backups["shop-01"])
    emulator.add_fault("describe_backup", "status", status=404, times=50, match=backups["shop-02"])
    stack.program(program())
    failed = stack.up(code=1)
    assert "3 of 5 restores are not good" in failed.text, table(stack)
    found = table(stack)
    assert found["shop-00"] == found["shop-04"] == "good"
    assert "failed" in found["shop-01"]
    assert "not found" in found["shop-02"] or "404" in found["shop-02"], found["shop-02"]
    assert "shop-03-restored" in found["shop-03"]
    # The next run repeats those alone; what stands in the way stays.
    emulator.clear_faults()
    service.call("PATCH", "/indexes/shop-03-restored", {"deletion_protection": "disabled"})
    service.call("DELETE", "/indexes/shop-03-restored")
    good = service.call("GET", "/indexes/shop-00-restored")
    stack.up()
    assert table(stack) == dict.fromkeys(names, "good")
    assert service.call("GET", "/indexes/shop-00-restored")["tags"] == good["tags"]
    stack.unchanged()
    stack.destroy()
    assert service.indexes() == set(names)


def test_an_index_of_somebody_else_is_never_touched(stack: Stack, service: Service) -> None:
    names = sources(service, 2)
    service.index("shop-00-restored")
    stack.program(program())
    assert "1 of 2 restores are not good" in stack.up(code=1).text
    before = service.records("shop-00-restored")
    stack.refresh()
    assert "1 of 2 restores are not good" in stack.up(code=1).text
    stack.destroy()
    assert service.records("shop-00-restored") == before
    assert service.indexes() == {*names, "shop-00-restored"}


def test_a_fleet_stays_with_its_backups_until_triggers_change(
    stack: Stack, service: Service
) -> None:
    names = sources(service, 2)
    stack.program(program())
    stack.up()
    first = {row["source"]: row["backup_id"] for row in stack.outputs("all-report")["table"]}
    for name in names:
        service.call("POST", f"/indexes/{name}/backups", {})
    shown = stack.up("--expect-no-changes", preview=True)
    assert "warning" not in shown.text
    stack.program(program('pattern="shop-*", triggers=[2]'))
    stack.up()
    second = {row["source"]: row["backup_id"] for row in stack.outputs("all-report")["table"]}
    assert all(first[name] != second[name] for name in names)
    # A source whose backups are gone keeps its restored index.
    for row in service.call("GET", "/backups?limit=100")["data"]:
        service.call("DELETE", f"/backups/{row['backup_id']}")
    stack.unchanged()
    assert restored(names) <= service.indexes()


def test_as_of_overrides_and_missing_backups(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    names = sources(service, 2)
    early = {row["source_index_name"]: row for row in service.call("GET", "/backups")["data"]}
    emulator.advance(3600)
    for name in names:
        service.call("POST", f"/indexes/{name}/backups", {})
    service.index("bare")
    at = max(row["created_at"] for row in early.values())
    stack.program(program('indexes=["shop-00", "bare", "gone"]'))
    refused = stack.preview(code=None)
    assert "2 of 3 indexes have no ready backup that fits" in refused.text
    assert "`bare` has none" in refused.text
    assert "`gone` has none" in refused.text
    stack.program(
        program(
            f"indexes={names!r}, as_of={at!r}, "
            'overrides={"shop-00": {"name": "other", "tags": {"a": "b"}}}'
        )
    )
    stack.up()
    rows = {row["source"]: row for row in stack.outputs("all-report")["table"]}
    assert {name: row["backup_id"] for name, row in rows.items()} == {
        name: early[name]["backup_id"] for name in names
    }
    assert service.call("GET", "/indexes/other")["tags"]["a"] == "b"
    stack.program(program('pattern="shop-*", overrides={"x": {}}'))
    assert "`overrides` names no source index of the fleet: ['x']" in stack.preview(code=None).text


def test_an_index_without_a_backup_is_a_row_where_the_program_says_so(
    stack: Stack, service: Service
) -> None:
    sources(service, 1)
    service.index("bare")
    alone = program('indexes=["bare"], missing="report"')
    stack.program(alone)
    failed = stack.up(code=1)
    assert "1 of 1 restores are not good: `bare`: no ready backup fits: it has none" in failed.text
    stack.program(alone.replace('["bare"', '["bare", "shop-00"'))
    stack.up(code=1)
    assert table(stack) == {"bare": "no ready backup fits: it has none", "shop-00": "good"}
    service.call("POST", "/indexes/bare/backups", {})
    stack.up()
    assert table(stack) == {"bare": "good", "shop-00": "good"}


def test_fleets_of_similar_names_keep_to_their_own(stack: Stack, service: Service) -> None:
    names = sources(service, 2)
    stack.program(
        "from pulumi_pinecone_backup import RestoredFleet\n"
        'RestoredFleet("all")\n'
        'RestoredFleet("all-eu", indexes=["shop-01"], suffix="-eu")\n'
    )
    stack.up()
    there = {*names, *restored(names), "shop-01-eu"}
    assert service.indexes() == there
    stack.unchanged()
    assert service.indexes() == there
