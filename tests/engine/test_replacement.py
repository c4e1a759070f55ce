"""Everything that replaces an index or a backup: nothing is lost, and nothing is left over.

The journal of the service is the witness: the last usable index goes only where its name is wanted
for the new one, and there the new backup was seen Ready before.
"""

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

RESTORE = "create_index_from_backup_operation"
KEPT = "index `{0}` exists already, and a state records it that is not this one"


def program(backup: str = "", index: str = "") -> str:
    """Return a program; the texts are further arguments."""
    return f"""
    backup = Backup("nightly", index_name="products", {backup})
    RestoredIndex("recovered", backup_id=backup.id, {index})
    """


def ids(stack: Stack) -> tuple[str, str]:
    """Return the ids of the index and the backup."""
    resources = stack.resources()
    return resources["recovered"]["id"], resources["nightly"]["id"]


def urn(stack: Stack, resource: str) -> str:
    return str(stack.resources()[resource]["urn"])


@pytest.mark.parametrize(
    ("bridge", "name", "version"), [("on", None, "2026-07"), ("off", "fixed", "2025-04")]
)
def test_a_replacement_that_only_the_engine_asks_for_keeps_the_index(
    stack: Stack, service: Service, bridge: str, name: str | None, version: str
) -> None:
    stack.environment |= {"PULUMI_PINECONE_BRIDGE": bridge, "PINECONE_API_VERSION": version}
    named = f"name={name!r}," if name else ""
    option = 'opts=ResourceOptions(replacement_trigger="{0}")'
    service.index()
    journal = Journal(service)
    stack.program(program(index=named + option.format("a")))
    stack.up()
    index, first = ids(stack)

    said = stack.preview("--replace", urn(stack, "recovered")).text
    assert f"an index named `{index}` exists already: `up` refuses, because a state" in said
    said = stack.up("--replace", urn(stack, "recovered"), code=1).text
    assert KEPT.format(index) in said
    assert "(`pulumi state untaint`) and change `triggers` to restore again" in said
    stack.unchanged()
    assert ids(stack) == (index, first)

    stack.up("--target-replace", urn(stack, "nightly"))
    second = ids(stack)[1]
    assert second != first
    stack.unchanged()
    assert stack.outputs("recovered")["backup_id"] == first

    stack.program(program(index=named + option.format("b")))
    assert KEPT.format(index) in stack.up(code=1).text
    stack.program(program(index=named + option.format("a")))
    stack.unchanged()
    assert ids(stack) == (index, second)
    assert journal.gaps() == []
    assert service.emulator.requests()["delete_backup"] == 1
    assert "delete_index" not in service.emulator.requests()
    assert_exactly_declared(stack, service)
    stack.run("destroy", "--yes", "--run-program")
    assert service.indexes() == {"products"}
    assert service.backups() == set()


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_an_automatic_name_lets_the_new_index_be_ready_before_the_old_one_goes(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    service.index()
    journal = Journal(service)
    stack.program(program(index="triggers=[1]"))
    stack.up()
    seen = {ids(stack)[0]}
    for index in ("triggers=[2]", 'triggers=[2], name="chosen"', 'triggers=[2], name="other"'):
        stack.program(program(index=index))
        stack.up()
        seen.add(ids(stack)[0])
    assert len(seen) == 4
    # A name that is left out again stays.
    stack.program(program(index="triggers=[2]"))
    stack.unchanged()
    assert journal.gaps() == []
    assert_exactly_declared(stack, service)


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_an_explicit_name_is_freed_only_after_the_new_backup_was_seen_ready(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    service.index()
    journal = Journal(service)
    stack.program(program(index='name="fixed", triggers=[1]'))
    stack.up()
    first = ids(stack)[1]

    journal.mark()
    stack.program(program(index='name="fixed", triggers=[2]'))
    stack.up(preview=True)
    assert journal.gaps() == [Gap("fixed", first, True)]

    journal.mark()
    mode = 'name="fixed", triggers=[2], on_backup_change="replace"'
    option = "triggers=[2], opts=ResourceOptions(delete_before_replace=True)"
    stack.program(program(option, mode))
    said = stack.preview().text
    assert "+-2 to replace" in said
    stack.up()
    second = ids(stack)[1]
    assert journal.gaps() == [Gap("fixed", second, True)]
    assert_exactly_declared(stack, service)

    # Here the option, not diff, has the index deleted first; diff is not even asked.
    journal.mark()
    option = 'opts=ResourceOptions(delete_before_replace=True, replacement_trigger="{0}")'
    stack.program(program("triggers=[2]", f"{mode}, {option.format('a')}"))
    stack.up()
    stack.program(program("triggers=[2]", f"{mode}, {option.format('b')}"))
    stack.up()
    assert journal.gaps() == [Gap("fixed", second, True)]
    stack.unchanged()
    assert_exactly_declared(stack, service)


def test_an_index_is_not_deleted_to_make_room_while_the_new_backup_is_not_ready(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    index = 'name="fixed", on_backup_change="replace"'
    stack.program(program("wait=False, triggers=[1]", index))
    stack.up()
    first = ids(stack)[1]
    service.emulator.configure(backup_seconds=3600.0)
    stack.program(program("wait=False, triggers=[2]", index))
    said = stack.up(code=1).text
    second = (service.backups() - {first}).pop()
    refused = (
        "index `fixed` would be deleted to make room for the new one, but backup "
        f"`{second}` is Initializing. Nothing was deleted; run `pulumi up` again with a "
        "`backup_id` that is Ready"
    )
    assert refused in said
    assert refused in stack.preview(code=1).text
    assert service.backups() == {first, second}
    assert journal.gaps() == []
    service.emulator.advance(3600.0)
    journal.mark()
    stack.up()
    assert journal.gaps() == [Gap("fixed", second, True)]
    assert_exactly_declared(stack, service)
    stack.unchanged()

    # A backup that is gone by the time of the delete, and a service that cannot be asked.
    journal.mark()
    service.emulator.add_fault("describe_backup", "status", status=500, times=1000)
    stack.program(program("wait=False, triggers=[2]", f"{index}, triggers=[1]"))
    said = stack.up(code=1).text
    assert (
        "index `fixed` would be deleted to make room for the new one, but its backup could not "
        f"be seen: Could not read backup `{second}`" in said
    )
    assert journal.gaps() == []


def test_a_partial_replacement_keeps_the_old_index_although_errors_are_passed_over(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    limits = 'opts=ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="2s", update="2s"))'
    stack.program(program(index=f"triggers=[1], {limits}"))
    stack.up()
    old = ids(stack)[0]
    service.emulator.add_fault(RESTORE, "withhold_records", count=1)
    stack.program(program(index=f"triggers=[2], {limits}"))
    for _ in range(2):
        said = stack.up("--continue-on-error", code=1).text
        new = ids(stack)[0]
        assert f"index `{new}` is not a full copy of backup" in said
        assert (
            f"index `{old}` was not deleted: `{new}`, which replaces it, is not Ready and verified "
            "yet. The next `pulumi up` removes it once the new one is" in said
        )
    assert service.indexes() == {"products", old, new}

    # With the bridge off, the engine takes a failed restore for a finished one.
    service.emulator.add_fault(RESTORE, "fail_job")
    stack.program(program(index=f"triggers=[3], {limits}"))
    said = stack.up(code=1, PULUMI_PINECONE_BRIDGE="off").text
    newest = ids(stack)[0]
    assert f"index `{old}` was not deleted: `{newest}`, which replaces it, is not Ready" in said
    assert service.indexes() == {"products", old, new, newest}

    stack.program(program(index=f"triggers=[4], {limits}"))
    stack.up()
    assert journal.gaps() == []
    assert_exactly_declared(stack, service)
    stack.unchanged()


def test_an_index_that_is_not_waited_for_replaces_the_old_one_once_it_is_ready(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    stack.program(program("wait=False, triggers=[1]", "wait=False, triggers=[1]"))
    stack.up()
    service.emulator.advance(1.0)
    old = ids(stack)[0]
    service.emulator.configure(restore_seconds=3600.0)
    stack.program(program("wait=False, triggers=[1]", "wait=False, triggers=[2]"))
    for _ in range(2):
        said = stack.up(code=1).text
        new = ids(stack)[0]
        assert f"index `{old}` was not deleted: `{new}`, which replaces it, is not Ready" in said
    service.emulator.advance(3600.0)
    stack.up()
    assert journal.gaps() == []
    assert_exactly_declared(stack, service)


def test_a_backup_that_is_not_waited_for_replaces_the_old_one_once_it_is_ready(
    stack: Stack, service: Service
) -> None:
    service.index()
    text = 'Backup("nightly", index_name="products", wait=False, triggers=[{0}])'
    stack.program(text.format(1))
    stack.up()
    old = stack.resources()["nightly"]["id"]
    service.emulator.configure(backup_seconds=3600.0)
    stack.program(text.format(2))
    for _ in range(2):
        said = stack.up(code=1).text
        new = stack.resources()["nightly"]["id"]
        assert (
            f"backup `{old}` was not deleted: `{new}`, which replaces it, is not Ready yet. The "
            "next `pulumi up` removes it once the new one is" in said
        )
        assert service.backups() == {old, new}
    service.emulator.advance(3600.0)
    stack.up()
    assert_exactly_declared(stack, service)


def test_delete_before_replace_neither_loses_nor_doubles_an_unfinished_index(
    stack: Stack, service: Service
) -> None:
    option = "delete_before_replace=True"
    service.index()
    limits = 'custom_timeouts=pulumi.CustomTimeouts(create="2s", update="2s")'
    service.emulator.add_fault(RESTORE, "withhold_records", count=1)
    stack.program(program(index=f"opts=ResourceOptions({limits})"))
    stack.up(code=1)
    index = ids(stack)[0]
    stack.program(program(index=f'tags={{"a": "b"}}, opts=ResourceOptions({limits}, {option})'))
    said = stack.up(code=1).text
    assert f"index `{index}` is not a full copy of backup" in said
    assert service.emulator.requests()[RESTORE] == 1
    assert "delete_index" not in service.emulator.requests()
    stack.program(program(index=f"triggers=[2], opts=ResourceOptions({option})"))
    stack.up()
    stack.unchanged()
    assert_exactly_declared(stack, service)


def test_a_failed_restore_is_repeated_from_the_backup_that_the_program_asks_for_by_then(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    service.emulator.add_fault(RESTORE, "fail_job")
    stack.program(program("triggers=[1]"))
    stack.up(code=1)
    index, first = ids(stack)
    stack.program(program("triggers=[2]"))
    said = stack.up().text
    second = ids(stack)[1]
    assert (
        f"warning: the restore from backup `{first}` failed; it is repeated from `{second}`, which "
        "the program asks for" in said
    )
    assert stack.outputs("recovered")["backup_id"] == second
    effects = journal.effects("backup ready", "index deleted", "index ready recovered")
    assert effects[1:] == [
        f"backup ready {second}",
        f"index deleted {index}",
        f"index ready {index}",
    ]
    stack.unchanged()
    assert_exactly_declared(stack, service)


def test_a_tainted_index_is_not_deleted_for_a_newer_backup_until_it_is_untainted(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    index = 'name="fixed", on_backup_change="replace"'
    stack.program(program("triggers=[1]", index))
    stack.up()
    first = ids(stack)[1]
    stack.run("state", "taint", urn(stack, "recovered"), "--yes")
    stack.program(program("triggers=[2]", index))
    said = stack.up(code=1).text
    second = ids(stack)[1]
    assert KEPT.format("fixed") in said
    assert service.backups() == {first, second}
    assert journal.gaps() == []
    stack.run("state", "untaint", urn(stack, "recovered"), "--yes")
    journal.mark()
    stack.up()
    assert journal.gaps() == [Gap("fixed", second, True)]
    stack.unchanged()
    assert_exactly_declared(stack, service)


@pytest.mark.parametrize("asked", ["--replace", "taint"])
def test_a_failed_restore_that_is_replaced_by_hand_is_restored_once(
    stack: Stack, service: Service, asked: str
) -> None:
    service.index()
    service.emulator.add_fault(RESTORE, "fail_job")
    stack.program(program())
    stack.up(code=1)
    failed = urn(stack, "recovered")
    if asked == "taint":
        stack.run("state", "taint", failed, "--yes")
    said = stack.up(*(("--replace", failed) if asked == "--replace" else ())).text
    assert "`up` removes it and restores again" in said
    assert service.emulator.requests()[RESTORE] == 2
    stack.unchanged()
    assert_exactly_declared(stack, service)


def test_a_backup_is_not_deleted_first_where_no_new_one_could_be_taken(
    stack: Stack, service: Service
) -> None:
    service.index()
    option = "opts=ResourceOptions(delete_before_replace=True)"
    text = 'Backup("nightly", index_name="products", triggers=[{0}], {1})'
    stack.program(text.format(1, option))
    stack.up()
    backup = stack.resources()["nightly"]["id"]
    service.call("DELETE", "/indexes/products")
    service.emulator.advance(60.0)
    stack.program(text.format(2, option))
    said = stack.up(code=1).text
    assert (
        f"backup `{backup}` was not deleted before the new one exists, because index `products` "
        "could not be seen: Could not read index `products`" in said
    )
    stack.program(text.format(2, ""))
    stack.up(code=1)
    assert service.backups() == {backup}
    stack.program(text.format(1, option))
    stack.unchanged()
