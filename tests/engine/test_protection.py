"""Deletion protection: nothing protected is replaced or deleted, and two steps always work."""

from __future__ import annotations

import pytest
from support.live_service import Service
from support.pulumi_stack import Stack
from support.service_journal import Gap, Journal, assert_exactly_declared

pytestmark = [
    pytest.mark.engine,
    pytest.mark.parametrize(
        "emulator", [{"backup_seconds": 0.2, "restore_seconds": 0.2}], indirect=True
    ),
]

TWO_STEPS = (
    'index `fixed` has deletion protection: 1. set `deletion_protection="disabled"` and run '
    "`pulumi up`; 2. then replace or destroy it"
)
REFUSED = f"this change replaces the index, but {TWO_STEPS}"


def program(protection: str | None = "enabled", triggers: int = 1) -> str:
    """Return a program; None leaves protection unmanaged."""
    managed = f'deletion_protection="{protection}",' if protection else ""
    return f"""
    backup = Backup("nightly", index_name="products")
    RestoredIndex(
        "recovered", backup_id=backup.id, name="fixed", {managed} triggers=[{triggers}]
    )
    """


def protect(service: Service, value: str = "enabled") -> None:
    """Change protection behind Pulumi's back."""
    service.call("PATCH", "/indexes/fixed", {"deletion_protection": value})


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_a_protected_index_is_neither_replaced_nor_deleted_until_protection_is_lifted(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    service.index()
    journal = Journal(service)
    stack.program(program())
    stack.up()
    backup = stack.resources()["nightly"]["id"]
    journal.mark()
    stack.program(program(triggers=2))
    assert f"pinecone-backup: {REFUSED}" in stack.preview(code=1).text
    assert REFUSED in stack.up(code=1).text
    assert f"pinecone-backup: not deleted: {TWO_STEPS}" in stack.destroy(code=1).text
    stack.program('Backup("nightly", index_name="products")')
    assert TWO_STEPS in stack.up(code=1).text
    assert journal.effects() == []

    # Both in one change: only protection is lifted.
    stack.program(program("disabled", triggers=2))
    said = stack.up(preview=True).text
    assert (
        "warning: this `up` only lifts deletion protection; the change of `triggers`, which "
        "replaces the index, follows in the next `pulumi up`" in said
    )
    assert journal.effects() == ["index configured fixed"]
    stack.up()
    assert journal.gaps() == [Gap("fixed", backup, True)]
    stack.unchanged()
    assert_exactly_declared(stack, service)


def test_protection_that_was_set_elsewhere_is_respected_and_can_be_lifted(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    stack.program(program(None))
    stack.up()
    backup = stack.resources()["nightly"]["id"]
    protect(service)
    stack.program(program(None, triggers=2))
    assert REFUSED in stack.preview(code=1).text
    # Step 1, with the change that replaces still in the program.
    stack.program(program("disabled", triggers=2))
    assert "warning: this `up` only lifts deletion protection" in stack.up().text
    protect(service)
    # Now it is drift, of which the state knows nothing.
    assert "warning: this `up` only lifts deletion protection" in stack.up().text
    assert journal.gaps() == []
    stack.up()
    assert journal.gaps() == [Gap("fixed", backup, True)]
    stack.unchanged()
    assert_exactly_declared(stack, service)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_failed_restore_that_is_protected_is_replaced_by_the_same_two_steps(
    stack: Stack, service: Service, recorded: bool
) -> None:
    service.index()
    journal = Journal(service)
    protection = "enabled" if recorded else None
    service.emulator.add_fault("create_index_from_backup_operation", "fail_job")
    stack.program(program(protection))
    said = stack.up(code=1).text
    assert "removes the failed index and restores again" in said
    if not recorded:
        protect(service)
    stack.refresh()
    assert REFUSED in stack.preview(code=1).text
    assert REFUSED in stack.up(code=1).text
    stack.program(program("disabled"))
    said = stack.up(code=None).text
    assert (
        "warning: this `up` only lifts deletion protection; index `fixed` is replaced in the next "
        "`pulumi up`" in said
    )
    assert journal.effects("index terminating") == []
    journal.mark()
    stack.up()
    assert journal.effects("index deleted", "index ready") == [
        "index deleted fixed",
        "index ready fixed",
    ]
    stack.unchanged()
    assert_exactly_declared(stack, service)
