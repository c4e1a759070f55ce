"""The main job on the real engine: back up, restore, verify, change in place, repair, remove."""

from __future__ import annotations

import pytest
from support.doors import through_both
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = [pytest.mark.engine, through_both]

PROGRAM = """
    backup = Backup("nightly", index_name="products")
    restored = RestoredIndex(
        "recovered", backup_id=backup.id, tags={tags}, deletion_protection="{protection}"
    )
    pulumi.export("index", restored.id)
"""


def test_the_ritual_from_up_to_destroy(stack: Stack, service: Service) -> None:
    service.index("products")
    before = service.records("products")
    stack.program(PROGRAM.format(tags={"team": "search"}, protection="disabled"))
    stack.up(preview=True)
    stack.unchanged()
    stack.refresh("--expect-no-changes")
    outputs = stack.outputs("recovered")
    assert {row["result"] for row in outputs["verification"]} == {"passed"}
    assert outputs["rpo_seconds"] >= 0
    assert outputs["rto_seconds"] >= 0
    assert service.records(outputs["name"]) == before

    stack.program(PROGRAM.format(tags={"tier": "gold"}, protection="enabled"))
    stack.up()
    live = service.call("GET", f"/indexes/{outputs['name']}")
    assert live["deletion_protection"] == "enabled"
    assert {key: live["tags"].get(key) for key in ("team", "tier")} == {
        "team": None,
        "tier": "gold",
    }
    stack.unchanged()

    drift = {"tags": {"tier": "", "rogue": "x"}, "deletion_protection": "disabled"}
    service.call("PATCH", f"/indexes/{outputs['name']}", drift)
    stack.refresh()
    stack.up()
    live = service.call("GET", f"/indexes/{outputs['name']}")
    assert live["deletion_protection"] == "enabled"
    assert set(live["tags"]) == {"tier", "pulumi-owner"}

    stack.program(PROGRAM.format(tags={"tier": "gold"}, protection="disabled"))
    stack.up()
    stack.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set()


def test_records_are_those_of_the_backup_although_the_source_is_gone(
    stack: Stack, service: Service
) -> None:
    service.index("products")
    before = service.records("products")
    stack.program('Backup("nightly", index_name="products")')
    stack.up()
    host = service.call("GET", "/indexes/products")["host"]
    service.call("POST", f"{host}/vectors/delete", {"deleteAll": True, "namespace": "archive"})
    vectors = [{"id": "0", "values": [9.0, 9.0]}, {"id": "new", "values": [1.0, 1.0]}]
    service.call("POST", f"{host}/vectors/upsert", {"vectors": vectors, "namespace": ""})
    service.call("DELETE", "/indexes/products")
    stack.program(
        """
        backup = Backup("nightly", index_name="products")
        RestoredIndex("recovered", backup_id=backup.id)
        """
    )
    stack.up()
    assert service.records(stack.outputs("recovered")["name"]) == before
