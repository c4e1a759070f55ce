"""The main job on one stack: back up, restore, verify, change in place, repair, remove."""

from __future__ import annotations

from support.live_service import Service
from support.pulumi_stack import Stack

PROGRAM = """
    backup = Backup("nightly", index_name="products")
    restored = RestoredIndex(
        "recovered", backup_id=backup.id, tags={tags}, deletion_protection="{protection}"
    )
    pulumi.export("index", restored.id)
"""


def perform_ritual(stack: Stack, service: Service) -> None:
    """Take a stack from its first `up` to its end, and assert what each step leaves."""
    service.index("products")
    _restore(stack, service)
    _edit_and_repair(stack, service)
    stack.program(PROGRAM.format(tags={"tier": "gold"}, protection="disabled"))
    stack.up()
    stack.destroy()
    assert service.indexes() == {"products"}
    assert service.backups() == set()


def _restore(stack: Stack, service: Service) -> None:
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


def _edit_and_repair(stack: Stack, service: Service) -> None:
    name = stack.outputs("recovered")["name"]
    stack.program(PROGRAM.format(tags={"tier": "gold"}, protection="enabled"))
    stack.up()
    live = service.call("GET", f"/indexes/{name}")
    assert live["deletion_protection"] == "enabled"
    assert {key: live["tags"].get(key) for key in ("team", "tier")} == {
        "team": None,
        "tier": "gold",
    }
    stack.unchanged()

    drift = {"tags": {"tier": "", "rogue": "x"}, "deletion_protection": "disabled"}
    service.call("PATCH", f"/indexes/{name}", drift)
    stack.refresh()
    stack.up()
    live = service.call("GET", f"/indexes/{name}")
    assert live["deletion_protection"] == "enabled"
    assert set(live["tags"]) == {"tier", "pulumi-owner"}
