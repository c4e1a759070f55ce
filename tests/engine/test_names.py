"""Names, aliases and second owners: what belongs to whom, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.live_service import Service
from support.pulumi_stack import Stack
from support.service_journal import Journal, assert_exactly_declared

pytestmark = [
    pytest.mark.engine,
    pytest.mark.parametrize(
        "emulator", [{"backup_seconds": 0.2, "restore_seconds": 0.2}], indirect=True
    ),
]

WAYS_OUT = (
    "Ways out: if the resource was renamed, add "
    '`opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<old name>")])`; to take the index '
    "over, `pinecone-backup import`; else choose another `name`"
)
FOREIGN = (
    "index `fixed` exists already (state Ready) and is not this resource's: it belongs to another "
    f"resource or stack. {WAYS_OUT}"
)
FORETOLD = (
    f"an index named `fixed` exists already and is not this resource's: `up` refuses. {WAYS_OUT}"
)


def program(resource: str = "recovered", index: str = "", backup: str = "nightly") -> str:
    """Return a program with one index under a Pulumi name; the text is further arguments."""
    return f"""
    backup = Backup("{backup}", index_name="products")
    RestoredIndex("{resource}", backup_id=backup.id, {index})
    """


def alias(name: str) -> str:
    return f'opts=ResourceOptions(aliases=[pulumi.Alias(name="{name}")])'


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_an_alias_changes_nothing_and_a_later_replacement_neither(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    service.index()
    journal = Journal(service)
    stack.program(program())
    stack.up()
    index = stack.resources()["recovered"]["id"]
    identity = stack.outputs("recovered")["identity"]

    stack.program(
        f"""
        backup = Backup("weekly", index_name="products", {alias("nightly")})
        RestoredIndex("saved", backup_id=backup.id, {alias("recovered")})
        """
    )
    stack.unchanged()
    assert stack.resources()["saved"]["id"] == index
    assert stack.resources()["saved"]["inputs"]["identity"] == identity
    # Once the state has the new name, the alias may go.
    stack.program(program("saved", backup="weekly"))
    stack.unchanged()
    assert journal.requests("create_backup") == 1
    assert journal.requests("configure_index") == 1  # the mark, which is kept from then on

    # An alias and a replacement in one.
    stack.program(program("third", f"triggers=[1], {alias('saved')}", backup="weekly"))
    stack.up()
    renamed = stack.resources()["third"]["id"]
    assert renamed != index
    assert renamed.startswith("recovered-"), "the recorded resource name is kept as well"
    assert journal.gaps() == []
    stack.unchanged()
    assert_exactly_declared(stack, service)


def test_a_renamed_resource_without_an_alias_gets_a_new_index_before_the_old_one_goes(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    stack.program(program())
    stack.up()
    stack.program(program("saved", backup="weekly"))
    stack.up("--refresh")
    assert journal.gaps() == []
    assert set(stack.resources()) == {"saved", "weekly"}
    stack.unchanged()
    assert_exactly_declared(stack, service)


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_a_renamed_resource_of_an_explicit_name_is_refused_and_told_of_the_alias(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    service.index()
    journal = Journal(service)
    stack.program(program(index='name="fixed"'))
    stack.up()
    journal.mark()
    stack.program(program("saved", 'name="fixed"'))
    said = stack.up(code=1, preview=True).text
    assert f"warning: {FORETOLD}" in said
    assert f"pinecone-backup: {FOREIGN}" in said
    assert journal.effects() == []
    assert service.indexes() == {"products", "fixed"}

    stack.program(program("saved", f'name="fixed", {alias("recovered")}'))
    stack.up()
    assert journal.effects() == []
    stack.unchanged()
    assert_exactly_declared(stack, service)


def test_a_name_passes_from_one_resource_to_another_in_two_steps(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    stack.program(program(index='name="fixed"'))
    stack.up()
    both = """
        backup = Backup("nightly", index_name="products")
        first = RestoredIndex("recovered", backup_id=backup.id, name="moved")
        after = ResourceOptions(depends_on=[first])
        RestoredIndex("second", backup_id=backup.id, name="fixed", opts=after)
    """
    stack.program(both)
    said = stack.up(code=1).text
    assert (
        "index `fixed` exists already (state Ready) and is not this resource's: it belongs to "
        "resource `recovered` of this program, which must give the name up in a `pulumi up` before "
        "this resource is declared" in said
    )
    stack.program(program(index='name="moved"'))
    stack.up()
    assert journal.gaps() == []
    assert_exactly_declared(stack, service)
    stack.program(both)
    stack.up()
    assert service.indexes() == {"products", "fixed", "moved"}
    assert_exactly_declared(stack, service)


def test_a_second_stack_cannot_take_an_explicit_name_and_its_destroy_leaves_the_index_alone(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    service.index()
    first, second = new_stack("first"), new_stack("second")
    first.program(program(index='name="fixed"'))
    first.up()
    journal = Journal(service)
    journal.mark()
    second.program(program(index='name="fixed"'))
    said = second.up(code=1, preview=True).text
    assert f"warning: {FORETOLD}" in said
    assert f"error: pinecone-backup: {FOREIGN}" in said
    second.destroy()
    assert journal.effects("index") == []
    assert second.resources() == {}
    first.unchanged()
    first.refresh("--expect-no-changes")
    assert_exactly_declared(first, service)


def test_an_index_that_another_stack_has_taken_over_is_left_alone(
    stack: Stack, service: Service
) -> None:
    service.index()
    stack.program(program(index='name="fixed"'))
    stack.up()
    service.call("PATCH", "/indexes/fixed", {"tags": {"pulumi-owner": "0123456789ab-01234567"}})
    journal = Journal(service)
    journal.mark()
    foreign = (
        "index `fixed` now belongs to another resource or stack (its tag `pulumi-owner` is not the "
        "recorded one); this resource leaves it alone: remove it from this state with `pulumi "
        "state delete`, or give it another `name`"
    )
    assert foreign in stack.refresh().text
    assert foreign in stack.up(code=1).text
    assert (
        "index `fixed` was not deleted: its tag `pulumi-owner` shows that another resource or "
        "stack has taken it over" in stack.destroy().text
    )
    assert journal.effects("index") == []
    assert service.indexes() == {"products", "fixed"}


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_two_resources_of_one_name_are_refused_at_preview(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    service.index()
    stack.program(program())
    stack.up()
    derived = stack.resources()["recovered"]["id"]
    for names in (('name="fixed"', 'name="fixed"'), ("", f'name="{derived}"')):
        stack.program(
            f"""
            backup = Backup("nightly", index_name="products")
            one = RestoredIndex("recovered", backup_id=backup.id, {names[0]})
            RestoredIndex(
                "another", backup_id=backup.id, {names[1]}, opts=ResourceOptions(depends_on=[one])
            )
            """
        )
        said = stack.preview(code=1).text
        name = "fixed" if names[0] else derived
        assert (
            f"index name `{name}` is used by resource `recovered` too: give one of them another "
            "`name`" in said
        )
    assert service.indexes() == {"products", derived}
