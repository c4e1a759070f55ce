"""Every API version on the real engine, and stacks that move from one version to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.service.versions import API_VERSIONS
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
    backup = Backup("nightly", index_name="products")
    restored = RestoredIndex(
        "recovered", backup_id=backup.id, tags={tags}, deletion_protection="{protection}"
    )
    pulumi.export("index", restored.id)
"""
KINDS = """
    for kind in ("products", "words", "docs", "films"):
        backup = Backup(kind, index_name=kind, name=kind)
        RestoredIndex(f"{kind}-copy", backup_id=backup.id, allow_empty=True)
"""
OLDEST, NEWEST = "2025-04", "2026-07"


def changes(stack: Stack, name: str) -> dict[str, dict[str, Any]]:
    """Refresh and deploy under a version; return what the state records anew, by resource.

    Neither may change anything: only what the state knows of an object may grow.
    """
    before = stack.resources()
    stack.refresh("--expect-no-changes", "--skip-preview", PINECONE_API_VERSION=name)
    stack.up("--expect-no-changes", PINECONE_API_VERSION=name)
    after = stack.resources()
    assert after.keys() == before.keys()
    found = {}
    for resource, row in after.items():
        old = before[resource]
        assert (row["id"], row["inputs"]) == (old["id"], old["inputs"])
        assert old["outputs"].keys() <= row["outputs"].keys()
        fresh = {k: v for k, v in row["outputs"].items() if v != old["outputs"].get(k)}
        if fresh:
            found[resource] = fresh
    return found


@pytest.mark.parametrize("name", API_VERSIONS)
def test_the_ritual_works_in_every_version(
    new_stack: Callable[..., Stack], service: Service, name: str
) -> None:
    stack = new_stack(PINECONE_API_VERSION=name)
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
    assert changes(stack, name) == {}

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


VECTOR = {"type": "dense_vector", "dimension": 2, "metric": "cosine"}
GENRE = {"type": "string", "filterable": True}
SCHEMAS = {
    "products": {"_values": VECTOR},
    "words": {"_sparse_values": {"type": "sparse_vector"}},
    "docs": {"chunk": {"type": "semantic_text", "model": "multilingual-e5-large"}},
    "films": {"_values": VECTOR, "genre": GENRE},
}
FILTERABLE = {"schema": {"fields": SCHEMAS["films"]}}
MODEL_VECTORS = {"dimension": 1024, "vector_type": "dense"}


@pytest.mark.parametrize(
    ("first", "second", "added"),
    [
        (OLDEST, NEWEST, {"films": FILTERABLE, "films-copy": FILTERABLE}),
        (NEWEST, OLDEST, {"docs": MODEL_VECTORS, "docs-copy": MODEL_VECTORS}),
    ],
)
def test_a_stack_moves_to_another_version_and_back_without_a_change(
    stack: Stack, service: Service, first: str, second: str, added: dict[str, Any]
) -> None:
    # Metadata fields with types were taken by this version only, and indexes that have them stay.
    service.session.headers["X-Pinecone-Api-Version"] = "2026-01.alpha"
    for name, fields in SCHEMAS.items():
        service.index(name, 0, schema={"fields": fields}, tags={"team": "search"})
    service.session.headers["X-Pinecone-Api-Version"] = NEWEST
    stack.program(KINDS)
    stack.up(PINECONE_API_VERSION=first)
    assert changes(stack, second) == added
    assert changes(stack, first) == {}
