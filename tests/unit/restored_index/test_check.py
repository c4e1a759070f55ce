"""What a change of a `RestoredIndex` does, as tables. No service is asked here."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown
from pulumi_pinecone_backup import handlers
from pulumi_pinecone_backup.lifecycle.identity import derived_name
from support.handler_process import new_process

UNKNOWN: Any = Unknown()  # type: ignore[no-untyped-call]
IDENTITY = "0123456789ab"
PASSED = [{"name": "record_count", "result": "passed"}]
INPUTS: dict[str, Any] = {
    "identity": IDENTITY,
    "resource_name": "recovered",
    "backup_id": "b1",
    "name": derived_name("recovered", IDENTITY, None),
    "verify": "records",
    "allow_empty": False,
    "on_backup_change": "keep",
    "wait": True,
}
OUTPUTS = {**INPUTS, "status": "Ready", "verification": PASSED}


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process that has a key and asks nothing of the service."""
    config = {"pinecone-backup:apiKey": "key", "pinecone-backup:preflight": "false"}
    new_process(monkeypatch, config)


def program(**given: Any) -> dict[str, Any]:
    """Inputs as a program gives them: nothing is derived yet."""
    without_name = {key: value for key, value in INPUTS.items() if key != "name"}
    return {key: value for key, value in {**without_name, **given}.items() if value is not None}


def check(olds: dict[str, Any] | None, **given: Any) -> Any:
    return handlers.RestoredIndexHandler().check(olds or {}, program(**given))


def texts(result: Any) -> list[str]:
    assert {failure.property for failure in result.failures} <= {""}
    return [failure.reason for failure in result.failures]


UNFINISHED = ("status", "verification")
DIFFS: list[tuple[str, dict[str, Any], dict[str, Any], list[str], bool]] = [
    ("nothing", {}, {}, [], False),
    ("numbers of the engine", {"triggers": [1.0]}, {"triggers": [1]}, [], False),
    ("empty and absent triggers", {"triggers": []}, {}, [], False),
    ("order of tags", {"tags": {"b": "1", "a": "2"}}, {"tags": {"a": "2", "b": "1"}}, [], False),
    ("tags", {"tags": {"a": "1"}}, {"tags": {"a": "2"}}, [], True),
    ("tags given from now on", {}, {"tags": {}}, [], True),
    ("tags no longer given", {"tags": {"a": "1"}}, {}, [], True),
    ("protection", {}, {"deletion_protection": "enabled"}, [], True),
    ("capacity", {}, {"read_capacity": {"mode": "OnDemand"}}, [], True),
    ("verify", {}, {"verify": "none"}, [], True),
    ("allow_empty", {}, {"allow_empty": True}, [], True),
    ("inherit_tags", {}, {"inherit_tags": True}, [], True),
    ("on_backup_change", {}, {"on_backup_change": "replace"}, [], True),
    ("a newer backup alone", {}, {"backup_id": "b2"}, [], False),
    (
        "a newer backup to replace with",
        {"on_backup_change": "replace"},
        {"on_backup_change": "replace", "backup_id": "b2"},
        ["backup_id", "name"],
        True,
    ),
    ("name", {}, {"name": "other"}, ["name"], True),
    ("triggers", {}, {"triggers": ["x"]}, ["name", "triggers"], True),
    ("triggers that are not known yet", {}, {"triggers": UNKNOWN}, [], False),
    ("tags that are not known yet", {}, {"tags": UNKNOWN}, [], False),
    ("an unfinished restore", {"status": "Initializing"}, {}, [], True),
    ("a restore that nobody verified", {"verification": []}, {}, [], True),
    ("a failed verification", {"verification": [{"result": "failed"}]}, {}, [], True),
    ("a skipped verification", {"verification": [{"result": "skipped"}]}, {}, [], False),
]


@pytest.mark.parametrize(
    ("olds", "news", "replaces", "changes"),
    [row[1:] for row in DIFFS],
    ids=[row[0] for row in DIFFS],
)
def test_check_and_diff_tell_what_a_change_does(
    olds: dict[str, Any], news: dict[str, Any], replaces: list[str], changes: bool
) -> None:
    recorded = {key: value for key, value in olds.items() if key not in UNFINISHED}
    checked = check({**INPUTS, **recorded}, **news)
    assert texts(checked) == []
    result = handlers.RestoredIndexHandler().diff("recovered", {**OUTPUTS, **olds}, checked.inputs)
    assert (result.replaces, result.changes) == (replaces, changes)
    assert result.delete_before_replace is False


def test_nothing_is_unfinished_where_nobody_waits() -> None:
    olds = {**OUTPUTS, "wait": False, "status": "Initializing", "verification": []}
    result = handlers.RestoredIndexHandler().diff("recovered", olds, {**INPUTS, "wait": False})
    assert result.changes is False


def test_lifting_protection_is_never_a_replacement() -> None:
    olds = {**OUTPUTS, "deletion_protection": "enabled"}
    recorded = {**INPUTS, "deletion_protection": "enabled"}
    news = check(recorded, deletion_protection="disabled", name="other").inputs
    result = handlers.RestoredIndexHandler().diff("recovered", olds, news)
    assert (result.replaces, result.changes) == ([], True)


def test_a_create_needs_a_backup() -> None:
    result = check(None, backup_id=None)
    (text,) = texts(result)
    assert text.startswith("`backup_id` is required to create a restored index; with `--target`")


def test_a_create_gets_an_automatic_name() -> None:
    result = check(None)
    assert texts(result) == []
    assert result.inputs["name"] == INPUTS["name"]


@pytest.mark.parametrize("backup_id", ["b2", None, UNKNOWN])
def test_keep_pins_the_recorded_backup(backup_id: Any, capsys: pytest.CaptureFixture[str]) -> None:
    result = check(INPUTS, backup_id=backup_id)
    assert texts(result) == []
    assert (result.inputs["backup_id"], result.inputs["name"]) == ("b1", INPUTS["name"])
    warned = "the index stays restored from backup `b1`" in capsys.readouterr().err
    assert warned is (backup_id is not None)


def test_replace_takes_the_new_backup_under_a_new_name() -> None:
    result = check(INPUTS, backup_id="b2", on_backup_change="replace")
    assert result.inputs["backup_id"] == "b2"
    assert result.inputs["name"] == derived_name("recovered", IDENTITY, None, "b2")


def test_replace_with_a_backup_that_is_not_known_yet_leaves_the_name_open() -> None:
    result = check(INPUTS, backup_id=UNKNOWN, on_backup_change="replace")
    assert isinstance(result.inputs["name"], Unknown)
    diff = handlers.RestoredIndexHandler().diff("recovered", OUTPUTS, result.inputs)
    assert diff.replaces == ["backup_id"]
    assert diff.delete_before_replace is False


def test_fail_refuses_another_backup_and_says_how_to_move_on() -> None:
    (text,) = texts(check(INPUTS, backup_id="b2", on_backup_change="fail"))
    assert "`backup_id` has changed from `b1` to `b2`" in text
    assert "change `triggers`" in text


def test_fail_lets_a_backup_that_is_not_known_yet_pass_with_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = check(INPUTS, backup_id=UNKNOWN, on_backup_change="fail")
    assert texts(result) == []
    assert result.inputs["backup_id"] == "b1"
    assert "a backup that is not known yet" in capsys.readouterr().err


def test_triggers_take_the_backup_of_the_program_under_a_new_name() -> None:
    result = check(INPUTS, backup_id="b2", triggers=["again"])
    assert result.inputs["backup_id"] == "b2"
    assert result.inputs["name"] == derived_name("recovered", IDENTITY, ["again"])


def test_triggers_that_are_not_known_yet_replace_nothing_in_this_preview() -> None:
    result = check(INPUTS, triggers=[UNKNOWN])
    assert "triggers" not in result.inputs
    assert result.inputs["name"] == INPUTS["name"]


def test_an_alias_keeps_identity_and_name() -> None:
    result = check(INPUTS, identity="ffffffffffff", resource_name="renamed")
    assert (result.inputs["identity"], result.inputs["name"]) == (IDENTITY, INPUTS["name"])


def test_both_checks_of_a_replacement_give_the_same_inputs() -> None:
    first = check(INPUTS, backup_id="b2", triggers=["again"])
    second = check(None, backup_id="b2", triggers=["again"])
    assert second.inputs == first.inputs


def test_a_forced_replacement_is_made_with_the_backup_that_the_program_asks_for() -> None:
    assert check(INPUTS, backup_id="b2").inputs["backup_id"] == "b1"
    assert check(None, backup_id="b2").inputs["backup_id"] == "b2"


def test_protection_is_lifted_first_and_the_replacement_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    olds = {**INPUTS, "deletion_protection": "enabled"}
    result = check(olds, backup_id="b2", triggers=["x"], deletion_protection="disabled")
    assert result.inputs["backup_id"] == "b1"
    assert "triggers" not in result.inputs
    assert result.inputs["deletion_protection"] == "disabled"
    assert "only lifts deletion protection" in capsys.readouterr().err


def test_two_resources_with_one_name_are_refused() -> None:
    check(None, name="same")
    result = check(None, name="same", identity="ffffffffffff", resource_name="other")
    (text,) = texts(result)
    assert text.startswith("index name `same` is used by resource")


def test_every_problem_of_a_resource_comes_in_one_pass() -> None:
    result = check(None, verify="x", wait="x", tags={"": "x"})
    assert len(texts(result)) == 3


def test_read_capacity_needs_a_version_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINECONE_API_VERSION", "2025-04")
    (text,) = texts(check(None, read_capacity={"mode": "OnDemand"}))
    assert "API version `2025-04` has no read capacity" in text
    assert "`2026-07`" in text
