"""Resource rules: start from a compliant resource, change one field, read what the pack says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pinecone_backup_policies.kinds import BACKUP, BACKUP_SCHEDULE, INDEX, RESTORED_INDEX
from pulumi_policy import proxy

from .pack_process import Pack, Report, Shown, secret

UNKNOWN = proxy.UNKNOWN_STRING_VALUE
ABSENT = object()

SETTINGS: dict[str, dict[str, Any]] = {
    "required-tags": {
        "tags": {
            "environment": {"values": ["prod", "test"], "default": "prod"},
            "owner": {"pattern": "[a-z]+@example[.]com"},
        }
    },
    "protect-option": {"types": ["Backup", "RestoredIndex", "BackupSchedule", "Index"]},
    "backup-schedule-minimum": {"maximum_retention_days": 90},
}
TAGS = {"environment": "prod", "owner": "search@example.com"}
COMPLIANT: dict[str, Shown] = {
    "Backup": Shown(BACKUP.token, "nightly", {"index_name": "shop", "name": "nightly-1"}, True),
    "RestoredIndex": Shown(
        RESTORED_INDEX.token,
        "orders",
        {
            "backup_id": "b-1",
            "name": "orders-1",
            "deletion_protection": "enabled",
            "tags": TAGS,
            "verify": "records",
            "allow_empty": False,
            "wait": True,
        },
        True,
    ),
    "BackupSchedule": Shown(
        BACKUP_SCHEDULE.token,
        "weekly",
        {"index_name": "shop", "name": "w", "frequency": "weekly", "retention_days": 30.0},
        True,
    ),
    "Index": Shown(
        INDEX.token, "shop", {"name": "shop", "deletionProtection": "enabled", "tags": TAGS}, True
    ),
}


def changed(label: str, changes: Mapping[str, Any], *, protect: bool = True) -> Shown:
    compliant = COMPLIANT[label]
    properties = {k: v for k, v in {**compliant.properties, **changes}.items() if v is not ABSENT}
    return Shown(compliant.token, compliant.name, properties, protect)


def judge(pack: Pack, shown: Shown, settings: Mapping[str, Any] | None = None) -> list[Report]:
    pack.configure({**SETTINGS, **(settings or {})})
    return pack.analyze(shown)


def test_an_unprotected_index_of_a_program_from_a_template_is_reported(pack: Pack) -> None:
    properties = {"name": "shop", "deletionProtection": "disabled", "tags": TAGS}
    found = judge(pack, Shown("pinecone:index:PineconeIndex", "shop", properties, True))
    assert [report.rule for report in found] == ["deletion-protection-enabled"]


@pytest.mark.parametrize("label", COMPLIANT)
def test_a_compliant_resource_is_not_reported(pack: Pack, label: str) -> None:
    assert judge(pack, COMPLIANT[label]) == []


VIOLATIONS = [
    # deletion-protection-enabled
    ("RestoredIndex", {"deletion_protection": "disabled"}, "deletion-protection-enabled",
     'RestoredIndex "orders": `deletion_protection` is "disabled"; want "enabled"'),
    ("RestoredIndex", {"deletion_protection": ABSENT}, "deletion-protection-enabled",
     '`deletion_protection` is not set; want "enabled"'),
    ("Index", {"deletionProtection": "disabled"}, "deletion-protection-enabled",
     'Index "shop": `deletionProtection` is "disabled"; want "enabled"'),
    # required-tags
    ("RestoredIndex", {"tags": ABSENT}, "required-tags",
     '`tags["environment"]` is not set; want one of "prod", "test"'),
    ("RestoredIndex", {"tags": {**TAGS, "environment": "qa"}}, "required-tags",
     '`tags["environment"]` is "qa"; want one of "prod", "test"'),
    ("Index", {"tags": {**TAGS, "owner": ""}}, "required-tags",
     '`tags["owner"]` is ""; want a value that matches `[a-z]+@example[.]com`'),
    ("Index", {"tags": {**TAGS, "owner": "nobody"}}, "required-tags",
     '`tags["owner"]` is "nobody"; want a value that matches `[a-z]+@example[.]com`'),
    # tag-format
    ("RestoredIndex", {"tags": {**TAGS, "a b": "x"}}, "tag-format",
     'the tag key "a b" is not allowed; want a key of 1 to 80 letters, digits, `_` and `-`'),
    ("RestoredIndex", {"tags": {**TAGS, "a" * 81: "x"}}, "tag-format", "is not allowed"),
    ("RestoredIndex", {"tags": {**TAGS, "a": "x" * 121}}, "tag-format",
     "want at most 120 characters"),
    ("RestoredIndex", {"tags": {**TAGS, "a": "é"}}, "tag-format",
     '`tags["a"]` is "é"; want printable ASCII characters'),
    ("RestoredIndex", {"tags": {**TAGS, "a": 7.0}}, "tag-format",
     '`tags["a"]` is 7; want a string'),
    ("RestoredIndex", {"tags": {**TAGS, "a": ""}}, "tag-format",
     "want a value; the service takes an empty one as a removal"),
    ("RestoredIndex", {"tags": {**TAGS, **{f"t{n}": "x" for n in range(18)}}}, "tag-format",
     "it has 20 tags; want at most 19"),
    ("Index", {"tags": {**TAGS, **{f"t{n}": "x" for n in range(19)}}}, "tag-format",
     "it has 21 tags; want at most 20"),
    # name-pattern
    ("RestoredIndex", {"name": "Orders"}, "name-pattern",
     '`name` is "Orders"; want a name that matches'),
    ("Backup", {"name": "nightly-"}, "name-pattern", '`name` is "nightly-"'),
    ("BackupSchedule", {"name": "x" * 46}, "name-pattern", "want a name that matches"),
    ("Index", {"name": "shop_1"}, "name-pattern", '`name` is "shop_1"'),
    # restore-verification-required
    ("RestoredIndex", {"verify": "schema"}, "restore-verification-required",
     '`verify` is "schema"; want "records" or more'),
    ("RestoredIndex", {"verify": "nonsense"}, "restore-verification-required",
     '`verify` is "nonsense"; want "records" or more'),
    ("RestoredIndex", {"allow_empty": True}, "restore-verification-required",
     "`allow_empty` is true; want false"),
    ("RestoredIndex", {"wait": False}, "restore-verification-required",
     "`wait` is false; want true"),
    # backup-schedule-minimum
    ("BackupSchedule", {"frequency": "monthly"}, "backup-schedule-minimum",
     '`frequency` is "monthly"; want "weekly" or more often'),
    ("BackupSchedule", {"retention_days": 6.0}, "backup-schedule-minimum",
     "`retention_days` is 6; want at least 7"),
    ("BackupSchedule", {"retention_days": ABSENT}, "backup-schedule-minimum",
     "`retention_days` is not set; want at least 7"),
    ("BackupSchedule", {"retention_days": 91.0}, "backup-schedule-minimum",
     "`retention_days` is 91; want at most 90; lower it yourself"),
    ("BackupSchedule", {"enabled": False}, "backup-schedule-minimum",
     "`enabled` is false; want true"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "changes", "rule", "text"), VIOLATIONS)
def test_one_changed_field_is_reported_by_its_rule(
    pack: Pack, label: str, changes: dict[str, Any], rule: str, text: str
) -> None:
    found = judge(pack, changed(label, changes))
    assert {report.rule for report in found} == {rule}
    assert any(text in report.message for report in found), [str(report) for report in found]
    assert all(report.level == "mandatory" for report in found)


@pytest.mark.parametrize("label", COMPLIANT)
def test_a_resource_without_protect_is_reported(pack: Pack, label: str) -> None:
    found = judge(pack, changed(label, {}, protect=False))
    assert [report.rule for report in found] == ["protect-option"]
    assert "`protect` is not set" in found[0].message


TOLERATED = [
    ("RestoredIndex", {"verify": ABSENT, "allow_empty": ABSENT, "wait": ABSENT}, {}),
    ("RestoredIndex", {"verify": "schema"},
     {"restore-verification-required": {"minimum": "schema"}}),
    ("RestoredIndex", {"allow_empty": True},
     {"restore-verification-required": {"allow_empty": True}}),
    ("RestoredIndex", {"wait": False},
     {"restore-verification-required": {"allow_without_wait": True}}),
    ("RestoredIndex", {"tags": {**TAGS, "note": "a/b"}}, {}),
    ("RestoredIndex", {"name": ABSENT}, {}),
    ("Index", {"tags": {**TAGS, "gone": ""}}, {}),
    ("BackupSchedule", {"frequency": "daily", "retention_days": 7.0}, {}),
    ("BackupSchedule", {"frequency": "hourly"}, {}),
    ("BackupSchedule", {"enabled": False}, {"backup-schedule-minimum": {"allow_disabled": True}}),
    ("Backup", {"name": "Nightly"}, {"name-pattern": {"types": ["Index"]}}),
]  # fmt: skip


@pytest.mark.parametrize(("label", "changes", "settings"), TOLERATED)
def test_what_the_settings_allow_is_not_reported(
    pack: Pack, label: str, changes: dict[str, Any], settings: dict[str, Any]
) -> None:
    assert judge(pack, changed(label, changes), settings) == []


def test_older_api_versions_take_fewer_characters_in_tags(pack: Pack) -> None:
    shown = changed("RestoredIndex", {"tags": {**TAGS, "note": "a/b"}})
    found = judge(pack, shown, {"tag-format": {"values": "every-version"}})
    assert [report.rule for report in found] == ["tag-format"]
    assert "want letters, digits, spaces and `;@_-.+`" in found[0].message


EVERYTHING_WRONG: dict[str, dict[str, Any]] = {
    "RestoredIndex": {
        "deletion_protection": "disabled",
        "tags": {"a b": "x"},
        "name": "NO",
        "verify": "none",
    },
    "BackupSchedule": {"frequency": "monthly", "name": "NO"},
}


@pytest.mark.parametrize("label", EVERYTHING_WRONG)
def test_except_exempts_matching_names_from_every_rule(pack: Pack, label: str) -> None:
    shown = changed(label, EVERYTHING_WRONG[label], protect=False)
    named = COMPLIANT[label].name
    rules = {report.rule for report in judge(pack, shown)}
    assert len(rules) >= 3
    for rule in rules:
        kept = {**SETTINGS.get(rule, {}), "except": ["other-*", f"{named[:2]}*"]}
        left = {report.rule for report in judge(pack, shown, {rule: kept})}
        assert left == rules - {rule}


@pytest.mark.parametrize(
    ("label", "name", "rules"),
    [
        ("RestoredIndex", "deletion_protection", {"deletion-protection-enabled"}),
        ("RestoredIndex", "tags", {"required-tags", "tag-format"}),
        ("RestoredIndex", "name", {"name-pattern"}),
        ("RestoredIndex", "verify", {"restore-verification-required"}),
        ("BackupSchedule", "frequency", {"backup-schedule-minimum"}),
        ("BackupSchedule", "retention_days", {"backup-schedule-minimum"}),
    ],
)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (UNKNOWN, "is not known before `pulumi up`"),
        ("[secret]", "is a secret that could not be decrypted here"),
        ([1.0], "has an unexpected shape"),
    ],
)
def test_what_cannot_be_judged_is_an_advisory_note_even_if_mandatory(
    pack: Pack, label: str, name: str, rules: set[str], value: object, reason: str
) -> None:
    found = judge(pack, changed(label, {name: value}))
    assert {report.rule for report in found} == rules
    for report in found:
        assert report.level == "advisory"
        assert f"`{name}` {reason}" in report.message


def test_an_unknown_tag_value_satisfies_a_rule_that_takes_any_value(pack: Pack) -> None:
    shown = changed("RestoredIndex", {"tags": {"environment": "prod", "team": UNKNOWN}})
    tags = {"environment": {"values": ["prod"]}, "team": {}}
    found = judge(pack, shown, {"required-tags": {"tags": tags}})
    assert [(report.rule, report.level) for report in found] == [("tag-format", "advisory")]


def test_a_known_violation_is_reported_beside_an_unknown_value(pack: Pack) -> None:
    shown = changed("RestoredIndex", {"verify": UNKNOWN, "wait": False})
    found = judge(pack, shown)
    assert [(report.rule, report.level) for report in found] == [
        ("restore-verification-required", "mandatory"),
        ("restore-verification-required", "advisory"),
    ]


@pytest.mark.parametrize(
    ("label", "changes"),
    [
        ("RestoredIndex", {"deletion_protection": secret("hush-hush")}),
        ("RestoredIndex", {"tags": secret({"environment": "hush-hush", "hush-hush key": "x"})}),
        ("RestoredIndex", {"tags": {**TAGS, "environment": secret("hush-hush")}}),
        ("RestoredIndex", {"tags": {**TAGS, "a": secret("hush-hush" * 20)}}),
        ("RestoredIndex", {"name": secret("HUSH-hush-hush-")}),
        ("RestoredIndex", {"verify": secret("hush-hush")}),
        ("BackupSchedule", {"name": secret("hush-hush-")}),
        ("Index", {"deletionProtection": secret("hush-hush")}),
    ],
)
def test_a_secret_is_judged_but_not_shown(pack: Pack, label: str, changes: dict[str, Any]) -> None:
    found = judge(pack, changed(label, changes))
    assert found
    assert not [str(report) for report in found if "hush-hush" in report.message]
    assert any("a secret" in report.message for report in found)


def test_wrong_settings_of_a_rule_are_a_note_and_do_not_end_the_run(pack: Pack) -> None:
    found = judge(
        pack,
        changed("RestoredIndex", {"name": "x"}),
        {"name-pattern": {"pattern": "["}},
    )
    assert [(report.rule, report.level) for report in found] == [("name-pattern", "advisory")]
    assert "its settings are wrong: `pattern`: is not a regular expression" in found[0].message


def test_other_types_are_left_alone(pack: Pack) -> None:
    assert judge(pack, Shown("aws:s3/bucket:Bucket", "b", {"tags": "x", "name": "NO"})) == []
