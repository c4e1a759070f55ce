"""Which backup an index stays restored from, and that a backup is never lost to an edit."""

from __future__ import annotations

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

PROGRAM = """
    backup = Backup("nightly", index_name="products", triggers=[{taken}])
    RestoredIndex("recovered", {backup_id} on_backup_change="{mode}", triggers=[{restored}])
"""
MOVE_ON = 'change `triggers`, or set `on_backup_change="replace"`, to restore the other one'


def program(
    taken: int = 1, mode: str = "keep", restored: int = 1, backup_id: str = "backup_id=backup.id,"
) -> str:
    """Return a program: the numbers are triggers of the backup and of the index."""
    return PROGRAM.format(taken=taken, mode=mode, restored=restored, backup_id=backup_id)


def test_a_newer_backup_leaves_the_index_alone_until_triggers_change(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    stack.program(program())
    stack.up()
    index, first = stack.resources()["recovered"]["id"], stack.resources()["nightly"]["id"]

    stack.program(program(taken=2))
    pinned = f"warning: the index stays restored from backup `{first}`; the program asks for"
    assert f"{pinned} a backup that is not known yet: {MOVE_ON}" in stack.preview().text
    said = stack.up().text
    second = stack.resources()["nightly"]["id"]
    assert f"{pinned} `{second}`: {MOVE_ON}" in said
    assert stack.resources()["recovered"]["id"] == index
    assert_exactly_declared(stack, service)
    stack.refresh("--expect-no-changes")
    stack.unchanged()
    assert stack.outputs("recovered")["backup_id"] == first

    stack.program(program(taken=2, backup_id=""))
    assert "the index stays" not in stack.up("--expect-no-changes").text
    assert stack.resources()["recovered"]["inputs"]["backup_id"] == first

    journal.mark()
    stack.program(program(taken=3, restored=2))
    stack.up(preview=True)
    assert stack.outputs("recovered")["backup_id"] == stack.resources()["nightly"]["id"] != second
    assert stack.resources()["recovered"]["id"] != index
    assert journal.gaps() == []
    assert "the index stays" not in stack.up("--expect-no-changes").text
    assert_exactly_declared(stack, service)


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_a_newer_backup_replaces_the_index_where_the_program_says_so(
    stack: Stack, service: Service, bridge: str
) -> None:
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    service.index()
    journal = Journal(service)
    stack.program(program(mode="replace"))
    stack.up()
    index = stack.resources()["recovered"]["id"]
    stack.program(program(taken=2, mode="replace"))
    assert "+-2 to replace" in stack.preview().text
    assert_exactly_declared(stack, service)
    stack.up()
    assert stack.outputs("recovered")["backup_id"] == stack.resources()["nightly"]["id"]
    assert stack.resources()["recovered"]["id"] != index
    assert journal.gaps() == []
    assert_exactly_declared(stack, service)
    stack.unchanged()


def test_a_newer_backup_fails_where_the_program_says_so_and_nothing_is_deleted(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    stack.program(program(mode="fail"))
    stack.up()
    first = stack.resources()["nightly"]["id"]
    stack.program(program(taken=2, mode="fail"))
    assert (
        f"warning: the program asks for a backup that is not known yet: `up` fails if it is not "
        f'`{first}`, because `on_backup_change` is "fail"; {MOVE_ON}' in stack.preview().text
    )
    said = stack.up(code=1).text
    second = (service.backups() - {first}).pop()
    refused = (
        f"`backup_id` has changed from `{first}` to `{second}`, and `on_backup_change` is "
        f'"fail": {MOVE_ON}'
    )
    assert refused in said
    assert refused in stack.preview(code=1).text
    assert service.backups() == {first, second}
    assert journal.effects("index terminating", "backup deleting") == []

    stack.program(program(taken=2, mode="keep"))
    stack.up()
    assert service.backups() == {second}
    assert journal.gaps() == []
    assert_exactly_declared(stack, service)
    stack.unchanged()


def test_a_name_or_description_edit_of_a_backup_destroys_nothing_and_warns(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    made = 'Backup("nightly", index_name="products", name="before", description="first")'
    stack.program(made)
    stack.up()
    backup = stack.resources()["nightly"]["id"]
    journal.mark()

    stack.program('Backup("nightly", index_name="products", name="after")')
    said = stack.preview("--expect-no-changes").text
    for key in ("name", "description"):
        assert (
            f"warning: backups are immutable: the recorded `{key}` is kept. Change `triggers` to "
            "take a new backup with the new one" in said
        )
    stack.unchanged()
    stack.program(made)
    assert "immutable" not in stack.up("--expect-no-changes").text
    assert journal.effects() == []
    assert stack.outputs("nightly")["name"] == "before"

    stack.program('Backup("nightly", index_name="products", name="after", triggers=[2])')
    assert "immutable" not in stack.up().text
    outputs = stack.outputs("nightly")
    assert (outputs["name"], outputs.get("description")) == ("after", None)
    assert service.backups() == {outputs["backup_id"]} != {backup}
    stack.unchanged()


def test_an_unknown_source_or_trigger_replaces_nothing_in_a_preview(
    stack: Stack, service: Service
) -> None:
    service.index()
    journal = Journal(service)
    text = """
        first = Backup("first", index_name="products", triggers=[{taken}])
        second = Backup("second", index_name="products", triggers=[first.created_at])
        restored = RestoredIndex("recovered", backup_id=first.id, tags={{"run": "{taken}"}})
        Backup("third", index_name=restored.host.apply(lambda _: "products"))
        named = restored.host.apply(lambda _: "fixed")
        RestoredIndex("named", backup_id=first.id, name=named)
    """
    stack.program(text.format(taken=1))
    stack.up()
    before = {name: row["id"] for name, row in stack.resources().items()}
    journal.mark()
    stack.program(text.format(taken=2))
    said = stack.preview().text
    for key in ("triggers", "index_name", "name"):
        assert (
            f"warning: `{key}` is not known yet: this preview shows no replacement, but `up` will "
            "replace this resource if it has changed" in said
        )
    assert "+-1 to replace" in said
    stack.up()
    after = {name: row["id"] for name, row in stack.resources().items()}
    assert {name for name in after if after[name] != before[name]} == {"first", "second"}
    assert journal.gaps() == []
    assert_exactly_declared(stack, service)
    stack.unchanged()
