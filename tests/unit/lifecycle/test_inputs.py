from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import Unknown
from pulumi_pinecone_backup.backup.properties import BackupInputs
from pulumi_pinecone_backup.backup_schedule.properties import BackupScheduleInputs
from pulumi_pinecone_backup.engine.comparable import integral
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.lifecycle.inputs import normalised, parse, problems
from pulumi_pinecone_backup.lifecycle.outputs import echo
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs

UNKNOWN: Any = Unknown()  # type: ignore[no-untyped-call]
SECRET = "Sekrit-Value!"
NAME_RULE = "lower-case letters, digits and `-`, with a letter or a digit at both ends"
DEDICATED = {"node_type": "b1", "manual": {"shards": 1.0, "replicas": 2.0}}

BACKUP = {"index_name": "products"}
RESTORED = {"backup_id": "1"}
SCHEDULE = {"index_name": "products", "frequency": "daily", "retention_days": 7.0}

BACKUP_CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("no index", {"index_name": None}, ["`index_name` is required"]),
    ("odd index", {"index_name": SECRET}, [f"`index_name` must be 1 to 45 {NAME_RULE}"]),
    ("empty index", {"index_name": ""}, [f"`index_name` must be 1 to 45 {NAME_RULE}"]),
    ("long name", {"name": "x" * 46}, [f"`name` must be 1 to 45 {NAME_RULE}"]),
    ("edge of a name", {"name": "-x"}, [f"`name` must be 1 to 45 {NAME_RULE}"]),
    ("line end in a name", {"name": "x\n"}, [f"`name` must be 1 to 45 {NAME_RULE}"]),
    ("description", {"description": 5.0}, ["`description` must be a string"]),
    ("triggers", {"triggers": SECRET}, ["`triggers` must be a list"]),
    ("wait", {"wait": "yes"}, ["`wait` must be true or false"]),
    (
        "unknown property",
        {"indexname": SECRET},
        [
            "`indexname` is not a property; known: `index_name`, `name`, `description`, "
            "`triggers`, `wait`, `fingerprint_records`, `keep_until`"
        ],
    ),
    (
        "several at once",
        {"index_name": SECRET, "wait": SECRET, "triggers": 1.0},
        [
            f"`index_name` must be 1 to 45 {NAME_RULE}",
            "`triggers` must be a list",
            "`wait` must be true or false",
        ],
    ),
]
RESTORED_CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("blank backup", {"backup_id": " "}, ["`backup_id` must not be empty"]),
    ("no map", {"tags": [SECRET]}, ["`tags` must be a map"]),
    (
        "every rule of tags",
        {
            "tags": {
                "a b": SECRET,
                "pulumi-owner": SECRET,
                "empty": "",
                "umlaut": "ü",
                "number": 5.0,
                "long": "v" * 121,
                "k" * 81: "v",
            }
        },
        [
            "`tags` must not hold `pulumi-owner`: this package sets it; "
            "has a key that is not 1 to 80 letters, digits, `_` and `-`: `a b`; "
            "has an empty value for `empty`; leave the tag out to remove it; "
            f"has a key that is not 1 to 80 letters, digits, `_` and `-`: `{'k' * 81}`; "
            "has a value for `long` that is not 1 to 120 printable ASCII characters; "
            "has a value for `number` that is not a string; "
            "has a value for `umlaut` that is not 1 to 120 printable ASCII characters"
        ],
    ),
    (
        "too many tags",
        {"tags": {f"k{n}": "v" for n in range(20)}},
        [
            "`tags` has 20 tags; at most 19 are possible, because one of the service's 20 is "
            "`pulumi-owner`, which marks the index as this resource's"
        ],
    ),
    (
        "protection",
        {"deletion_protection": SECRET},
        ["`deletion_protection` must be 'enabled' or 'disabled'"],
    ),
    ("verify", {"verify": SECRET}, ["`verify` must be 'none', 'schema', 'records' or 'sample'"]),
    (
        "backup change",
        {"on_backup_change": SECRET},
        ["`on_backup_change` must be 'keep', 'replace' or 'fail'"],
    ),
    ("inherit", {"inherit_tags": 1.0}, ["`inherit_tags` must be true or false"]),
    ("empty", {"allow_empty": "no"}, ["`allow_empty` must be true or false"]),
    ("capacity", {"read_capacity": SECRET}, ["`read_capacity` must be a map"]),
    (
        "capacity mode",
        {"read_capacity": {"mode": SECRET, "more": SECRET}},
        [
            "`read_capacity.mode` must be 'OnDemand' or 'Dedicated'",
            "`read_capacity.more` is not known",
        ],
    ),
    (
        "dedicated without nodes",
        {"read_capacity": {"mode": "Dedicated"}},
        ["`read_capacity` needs `dedicated` with `mode` Dedicated, and only then"],
    ),
    (
        "on demand with nodes",
        {"read_capacity": {"mode": "OnDemand", "dedicated": DEDICATED}},
        ["`read_capacity` needs `dedicated` with `mode` Dedicated, and only then"],
    ),
    (
        "numbers of nodes",
        {
            "read_capacity": {
                "mode": "Dedicated",
                "dedicated": {
                    "node_type": "",
                    "scaling": SECRET,
                    "manual": {"shards": 1.5, "replicas": -1.0},
                },
            }
        },
        [
            "`read_capacity.dedicated.manual.replicas` must be greater than or equal to 0",
            "`read_capacity.dedicated.manual.shards` must be a whole number",
            "`read_capacity.dedicated.node_type` must not be empty",
            "`read_capacity.dedicated.scaling` must be 'Manual'",
        ],
    ),
]
SCHEDULE_CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("long name", {"name": "x" * 29}, [f"`name` must be 1 to 28 {NAME_RULE}"]),
    (
        "frequency",
        {"frequency": SECRET},
        ["`frequency` must be 'daily', 'weekly' or 'monthly'"],
    ),
    ("no days", {"retention_days": 0.0}, ["`retention_days` must be greater than or equal to 1"]),
    ("half a day", {"retention_days": 1.5}, ["`retention_days` must be a whole number"]),
    ("days as text", {"retention_days": "7"}, ["`retention_days` must be a whole number"]),
    ("days as truth", {"retention_days": True}, ["`retention_days` must be a whole number"]),
    ("enabled", {"enabled": "true"}, ["`enabled` must be true or false"]),
    (
        "everything missing",
        {"index_name": None, "frequency": None, "retention_days": None},
        [
            "`frequency` is required",
            "`index_name` is required",
            "`retention_days` is required",
        ],
    ),
]
CASES = [
    *((BackupInputs, BACKUP, *case) for case in BACKUP_CASES),
    *((RestoredIndexInputs, RESTORED, *case) for case in RESTORED_CASES),
    *((BackupScheduleInputs, SCHEDULE, *case) for case in SCHEDULE_CASES),
]


@pytest.mark.parametrize(
    ("model", "good", "change", "texts"),
    [(model, good, change, texts) for model, good, _, change, texts in CASES],
    ids=[f"{case[0].__name__}: {case[2]}" for case in CASES],
)
def test_each_broken_rule_is_told_with_its_property_and_without_the_value(
    model: Any, good: dict[str, Any], change: dict[str, Any], texts: list[str]
) -> None:
    found = problems(model, {**good, **change})
    assert found == texts
    assert SECRET not in " ".join(found)


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (BackupInputs, BACKUP),
        (BackupInputs, {**BACKUP, "name": "x" * 45, "description": "", "triggers": []}),
        (RestoredIndexInputs, RESTORED),
        (RestoredIndexInputs, {}),
        (RestoredIndexInputs, {**RESTORED, "tags": {}}),
        (RestoredIndexInputs, {**RESTORED, "tags": {f"k{n}": "v" * 120 for n in range(19)}}),
        (RestoredIndexInputs, {**RESTORED, "tags": {"k" * 80: "a value, ~ with blanks"}}),
        (RestoredIndexInputs, {"read_capacity": {"mode": "Dedicated", "dedicated": DEDICATED}}),
        (RestoredIndexInputs, {"read_capacity": {"mode": "OnDemand"}, "name": "7"}),
        (BackupScheduleInputs, SCHEDULE),
        (BackupScheduleInputs, {**SCHEDULE, "name": "x" * 28, "enabled": False}),
    ],
)
def test_what_keeps_the_rules_has_no_problem_and_comes_back_as_it_was_given(
    model: Any, inputs: dict[str, Any]
) -> None:
    assert problems(model, {**inputs, "__provider": "stored"}) == []
    assert echo(parse(model, inputs)) == inputs


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (BackupInputs, {"index_name": UNKNOWN}),
        (BackupInputs, {**BACKUP, "triggers": ["x", {"y": [UNKNOWN]}]}),
        (RestoredIndexInputs, {"backup_id": UNKNOWN, "tags": UNKNOWN}),
        (RestoredIndexInputs, {"tags": {"team": UNKNOWN, "tier": "gold"}}),
        (RestoredIndexInputs, {"read_capacity": {"mode": UNKNOWN}}),
        (BackupScheduleInputs, dict.fromkeys(SCHEDULE, UNKNOWN)),
    ],
)
def test_what_is_not_known_yet_is_no_problem(model: Any, inputs: dict[str, Any]) -> None:
    assert problems(model, inputs) == []


def test_what_is_known_beside_something_unknown_is_still_checked() -> None:
    assert problems(BackupInputs, {"index_name": UNKNOWN, "wait": "x"}) == [
        "`wait` must be true or false"
    ]


def test_known_tags_beside_an_unknown_one_are_still_checked() -> None:
    (text,) = problems(RestoredIndexInputs, {"tags": {"a b": UNKNOWN, "c": "", "d": UNKNOWN}})
    assert "`a b`" in text
    assert "`c`" in text
    assert "`d`" not in text


def test_the_number_of_tags_is_known_before_their_values() -> None:
    (text,) = problems(RestoredIndexInputs, {"tags": {f"k{n}": UNKNOWN for n in range(20)}})
    assert text.startswith("`tags` has 20 tags")


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("model", [BackupInputs, RestoredIndexInputs, BackupScheduleInputs])
@given(data=st.data())
def test_any_value_of_any_property_is_judged_without_an_exception(
    model: Any, data: st.DataObject
) -> None:
    inputs = data.draw(
        st.fixed_dictionaries({}, optional=dict.fromkeys(model.model_fields, VALUES))
    )
    if problems(model, inputs) == []:
        again = echo(parse(model, inputs))
        assert echo(parse(model, again)) == again


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (1.0, 1),
        (1.5, 1.5),
        (True, True),
        ("1.0", "1.0"),
        ([1.0, {"a": 2.0}], [1, {"a": 2}]),
        (float("inf"), float("inf")),
    ],
)
def test_whole_numbers_are_whole_again_at_any_depth(value: object, whole: object) -> None:
    result = integral(value)
    assert (result, type(result)) == (whole, type(whole))


def test_inputs_are_brought_into_the_form_in_which_outputs_echo_them() -> None:
    news = {"tags": {"b": "2", "a": "1"}, "triggers": [2.0], "name": None, "wait": True}
    result = normalised(news)
    assert result == {"tags": {"a": "1", "b": "2"}, "triggers": [2], "wait": True}
    assert list(result["tags"]) == ["a", "b"]
    assert normalised(result) == result


@pytest.mark.parametrize(
    ("value", "expected"),
    [(UNKNOWN, True), ({"a": [UNKNOWN]}, True), ("text", False), ({"a": [1]}, False)],
)
def test_something_unknown_is_found_at_any_depth(value: object, expected: bool) -> None:
    assert has_unknown(value) is expected
