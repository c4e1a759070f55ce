"""Read capacity of a restored index on the real engine: given, read back, repaired, explained."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
    RestoredIndex(
        "recovered",
        backup_id="{backup}",{capacity}
        opts=ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="60s", update="{wait}")),
    )
"""
CAPACITY = (
    'read_capacity={{"mode": "Dedicated", "dedicated": '
    '{{"node_type": "b1", "manual": {{"shards": 1, "replicas": {replicas}}}}}}},'
)
HOURS = 7200.0
DEDICATED_ONLY = "Dedicated read capacity is not enabled for this project"


@pytest.fixture
def backup(service: Service) -> str:
    """A Ready backup of a small index."""
    service.index()
    return str(service.call("POST", "/indexes/products/backups", {})["backup_id"])


def program(backup: str, replicas: int | None = 1, wait: str = "60s") -> str:
    """Return a program; without `replicas` it does not manage the capacity."""
    capacity = CAPACITY.format(replicas=replicas) if replicas else ""
    return PROGRAM.format(backup=backup, capacity=capacity, wait=wait)


def live(stack: Stack, service: Service) -> tuple[str, int | None, str]:
    """Return mode, replicas and state of the restored index's capacity."""
    found = service.call("GET", f"/indexes/{stack.resources()['recovered']['id']}")
    capacity = found["read_capacity"]
    manual = capacity.get("dedicated", {}).get("manual", {})
    return capacity["mode"], manual.get("replicas"), capacity["status"]["state"]


def set_state(stack: Stack, service: Service, state: str | None) -> None:
    """Fix the state of the restored index's capacity, or let it go its way again."""
    name = stack.resources()["recovered"]["id"]
    body = {"api_key": KEY, "name": name, "read_capacity_state": state}
    service.call("PATCH", "/_emulator/indexes", body)


def reasons(stack: Stack) -> str:
    """Return why the state holds the restored index for unfinished."""
    return "; ".join(stack.resources()["recovered"].get("initErrors") or [])


@pytest.mark.parametrize(("version", "patches"), [("2025-10", 1), ("2026-07", 0)])
def test_capacity_is_given_with_the_restore_or_after_it_and_kept(
    new_stack: Callable[..., Stack], service: Service, backup: str, version: str, patches: int
) -> None:
    stack = new_stack(PINECONE_API_VERSION=version)
    service.emulator.configure(capacity_seconds=0.2)
    stack.program(program(backup))
    stack.up()
    assert live(stack, service) == ("Dedicated", 1, "Ready")
    # One more than capacity needs: the mark, which is kept once the state holds the index.
    assert service.emulator.requests()["configure_index"] == patches + 1
    stack.refresh("--expect-no-changes", "--skip-preview")
    stack.unchanged()

    name = stack.resources()["recovered"]["id"]
    drift = {"read_capacity": {"mode": "OnDemand"}}
    service.call("PATCH", f"/indexes/{name}", drift)
    stack.up("--refresh")
    assert live(stack, service) == ("Dedicated", 1, "Ready")

    stack.program(program(backup, replicas=None))
    stack.up()
    service.call("PATCH", f"/indexes/{name}", drift)
    stack.up("--refresh", "--expect-no-changes")
    assert live(stack, service)[0] == "OnDemand"
    assert service.emulator.requests()["create_index_from_backup_operation"] == 1


def test_a_change_of_capacity_is_waited_for_and_its_states_are_on_the_row(
    stack: Stack, service: Service, backup: str
) -> None:
    stack.program(program(backup))
    stack.up()
    name = stack.resources()["recovered"]["id"]
    service.emulator.configure(capacity_seconds=HOURS)
    stack.program(program(backup, replicas=2, wait="3s"))
    said = stack.up(code=1).text
    assert f"s, Scaling: read capacity of {name}" in said
    text = f"read capacity of index `{name}` is still Scaling: the wait timed out after 3 s"
    assert text in said
    assert text in reasons(stack)

    for state, told in (
        ("Migrating", "is Migrating; `pulumi up` goes on waiting"),
        ("Error", "is in error: The read capacity could not be provisioned. The index itself"),
    ):
        set_state(stack, service, state)
        stack.refresh("--skip-preview")
        assert f"read capacity of index `{name}` {told}" in reasons(stack)
    said = stack.up(code=1).text
    assert f"read capacity of index `{name}` is in error" in said
    assert "correct `read_capacity` and run `pulumi up` again" in said

    set_state(stack, service, None)
    service.emulator.advance(2 * HOURS)
    stack.up()
    assert not reasons(stack)
    assert live(stack, service) == ("Dedicated", 2, "Ready")
    stack.unchanged()
    assert service.emulator.requests()["create_index_from_backup_operation"] == 1


def test_a_plan_without_dedicated_capacity_says_so(
    new_stack: Callable[..., Stack], service: Service, backup: str
) -> None:
    service.emulator.configure(dedicated_capacity=False)
    newest = new_stack("newest")
    newest.program(program(backup))
    said = newest.up(code=1).text
    assert DEDICATED_ONLY in said
    assert "dedicated read capacity is not enabled for the plan" in said
    assert service.indexes() == {"products"}

    older = new_stack("older", PINECONE_API_VERSION="2025-10")
    older.program(program(backup))
    said = older.up(code=1).text
    assert DEDICATED_ONLY in said
    assert "dedicated capacity is not enabled for the plan" in reasons(older)
    kept = older.outputs("recovered")
    assert {row["result"] for row in kept["verification"]} <= {"passed", "skipped"}
    older.program(program(backup, replicas=None))
    older.up()
    assert not reasons(older)
    assert older.resources()["recovered"]["id"] == kept["name"]
    assert service.emulator.requests()["create_index_from_backup_operation"] == 2


def test_a_version_without_capacity_refuses_at_preview(
    new_stack: Callable[..., Stack], backup: str
) -> None:
    stack = new_stack(PINECONE_API_VERSION="2025-04")
    stack.program(program(backup))
    said = stack.preview(code=1).text
    assert (
        "`read_capacity`: API version `2025-04` has no read capacity: set "
        "`pinecone-backup:apiVersion` or `PINECONE_API_VERSION` to `2025-10`" in said
    )
