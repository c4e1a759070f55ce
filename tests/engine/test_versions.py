"""Every API version on the real engine, and stacks that move from one version to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from live_service import Service
from pulumi_pinecone_backup.versions import API_VERSIONS
from pulumi_stack import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
    backup = Backup("nightly", index_name="products")
    restored = RestoredIndex(
        "recovered", backup_id=backup.id, tags={tags}, deletion_protection="{protection}"
    )
    pulumi.export("index", restored.id)
"""
OLDEST, NEWEST = "2025-04", "2026-07"


def version(name: str) -> dict[str, str]:
    """Return the environment that chooses an API version."""
    return {"PINECONE_API_VERSION": name}


def same(stack: Stack, name: str) -> None:
    """Assert that neither a refresh nor an `up` under a version changes anything."""
    before = stack.resources()
    stack.refresh("--expect-no-changes", "--skip-preview", **version(name))
    stack.up("--expect-no-changes", **version(name))
    assert facts(stack.resources()) == facts(before)


def facts(resources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what the state records of resources: their ids, inputs and outputs."""
    return {
        name: {key: row[key] for key in ("id", "inputs", "outputs")}
        for name, row in resources.items()
    }


@pytest.mark.parametrize("name", API_VERSIONS)
def test_the_ritual_works_in_every_version(
    new_stack: Callable[..., Stack], service: Service, name: str
) -> None:
    stack = new_stack(**version(name))
    service.index("products", tags={"inherited": "yes"})
    before = service.records("products")
    stack.program(PROGRAM.format(tags={"team": "search"}, protection="disabled"))
    stack.up()
    outputs = stack.outputs("recovered")
    results = {row["name"]: row["result"] for row in outputs["verification"]}
    assert results["record_count"] == results["namespace_count"] == "passed"
    assert "failed" not in results.values()
    assert outputs["dimension"] == 2
    assert outputs["effective_tags"] == {"team": "search"}
    assert service.records(outputs["name"]) == before
    same(stack, name)

    stack.program(PROGRAM.format(tags={"tier": "gold"}, protection="enabled"))
    stack.up()
    drift = {"tags": {"tier": "", "rogue": "x"}, "deletion_protection": "disabled"}
    service.call("PATCH", f"/indexes/{outputs['name']}", drift)
    stack.up("--refresh")
    live = service.call("GET", f"/indexes/{outputs['name']}")
    assert live["deletion_protection"] == "enabled"
    assert set(live["tags"]) == {"tier", "pulumi-owner"}
    assert stack.outputs("recovered")["index_id"] == outputs["index_id"]

    service.call("PATCH", f"/indexes/{outputs['name']}", {"deletion_protection": "disabled"})
    stack.destroy("--refresh", "--skip-preview")
    assert service.indexes() == {"products"}
    assert service.backups() == set()


@pytest.mark.parametrize(("first", "second"), [(OLDEST, NEWEST), (NEWEST, OLDEST)])
def test_a_stack_moves_to_another_version_and_back_without_a_change(
    stack: Stack, service: Service, first: str, second: str
) -> None:
    service.index("products", tags={"team": "search"})
    program = PROGRAM.format(tags={"tier": "gold"}, protection="disabled")
    stack.program(program)
    stack.up(**version(first))
    same(stack, second)
    same(stack, first)
