"""Remediation: what is set, what is left alone, and that what is corrected stays so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf import json_format
from pinecone_backup_policies.kinds import BACKUP_SCHEDULE, INDEX, RESTORED_INDEX
from pulumi_policy import proxy

from .pack_process import Pack, Shown, secret

UNKNOWN = proxy.UNKNOWN_STRING_VALUE
TAGS = {"environment": {"values": ["prod", "test"], "default": "prod"}, "owner": {"default": "me"}}
SETTINGS: dict[str, dict[str, Any]] = {"required-tags": {"tags": TAGS}}
GOOD: dict[str, Any] = {
    "__provider": "handler",
    "name": "orders",
    "deletion_protection": "enabled",
    "tags": {"environment": "test", "owner": "x"},
    "verify": "records",
}


def corrected(
    pack: Pack,
    shown: Shown,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any] | None:
    """Return the properties as the engine would go on with them, None if nothing was corrected."""
    pack.configure({**SETTINGS, **(settings or {})}, level="remediate")
    answer = pack.remediate(shown)
    assert [r.diagnostic for r in answer.remediations if r.diagnostic] == []
    if not answer.remediations:
        return None
    result: dict[str, Any] = json_format.MessageToDict(answer.remediations[-1].properties)
    return result


def restored(**changes: Any) -> Shown:
    properties = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    return Shown(RESTORED_INDEX.token, "orders", properties, True)


CORRECTIONS = [
    ({"deletion_protection": "disabled"}, {"deletion_protection": "enabled"}),
    ({"deletion_protection": None}, {"deletion_protection": "enabled"}),
    ({"tags": None}, {"tags": {"environment": "prod", "owner": "me"}, "inherit_tags": True}),
    ({"tags": {}}, {"tags": {"environment": "prod", "owner": "me"}}),
    ({"tags": {"owner": "x", "a": "b"}},
     {"tags": {"environment": "prod", "owner": "x", "a": "b"}}),
    ({"verify": "none", "allow_empty": True, "wait": False},
     {"verify": "records", "allow_empty": False, "wait": True}),
    ({"verify": "schema"}, {"verify": "records"}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "wanted"), CORRECTIONS)
def test_a_restored_index_is_corrected_and_the_rest_kept(
    pack: Pack, changes: dict[str, Any], wanted: dict[str, Any]
) -> None:
    shown = restored(**changes)
    result = corrected(pack, shown)
    assert result == {**shown.properties, **wanted}
    again = Shown(shown.token, shown.name, result, True)
    assert corrected(pack, again) is None
    assert pack.analyze(again) == []


def test_a_compliant_resource_is_left_alone(pack: Pack) -> None:
    assert corrected(pack, restored()) is None


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"frequency": "monthly"}, {"frequency": "weekly"}),
        ({"retention_days": 3.0}, {"retention_days": 7.0}),
        ({"frequency": "daily", "retention_days": 400.0}, None),
    ],
)
def test_a_schedule_is_raised_and_never_lowered(
    pack: Pack, changes: dict[str, Any], wanted: dict[str, Any] | None
) -> None:
    properties = {"index_name": "shop", "frequency": "weekly", "retention_days": 7.0, **changes}
    shown = Shown(BACKUP_SCHEDULE.token, "s", properties)
    result = corrected(pack, shown, {"backup-schedule-minimum": {"maximum_retention_days": 90}})
    assert result == (wanted and {**properties, **wanted})


def test_the_official_index_is_corrected_in_its_own_spelling(pack: Pack) -> None:
    shown = Shown(INDEX.token, "shop", {"name": "shop", "__defaults": ["metric"]})
    assert corrected(pack, shown) == {
        "name": "shop",
        "__defaults": ["metric"],
        "deletionProtection": "enabled",
        "tags": {"environment": "prod", "owner": "me"},
    }


def test_a_wrong_tag_value_is_reported_and_not_overwritten(pack: Pack) -> None:
    shown = restored(tags={"environment": "qa", "owner": "x"})
    assert corrected(pack, shown) is None
    assert [report.rule for report in pack.analyze(shown)] == ["required-tags"]


def test_an_exempt_resource_is_not_corrected(pack: Pack) -> None:
    settings = {"deletion-protection-enabled": {"except": ["ord*"]}}
    assert corrected(pack, restored(deletion_protection="disabled"), settings) is None


def test_secrets_stay_secret(pack: Pack) -> None:
    shown = restored(
        deletion_protection=secret("disabled"),
        tags={"owner": secret("x")},
        read_capacity=secret({"mode": "OnDemand"}),
    )
    result = corrected(pack, shown)
    assert result is not None
    assert result["deletion_protection"] == secret("enabled")
    assert result["tags"] == {"owner": secret("x"), "environment": "prod"}
    assert result["read_capacity"] == secret({"mode": "OnDemand"})


def test_a_secret_map_of_tags_stays_secret(pack: Pack) -> None:
    result = corrected(pack, restored(tags=secret({"owner": "x"})))
    assert result is not None
    assert result["tags"] == secret({"owner": "x", "environment": "prod"})


def test_unknown_values_and_internal_properties_stay(pack: Pack) -> None:
    shown = restored(
        backup_id=UNKNOWN,
        name=UNKNOWN,
        tags={"owner": UNKNOWN},
        triggers=[UNKNOWN, {"a": UNKNOWN}],
        verify="none",
    )
    result = corrected(pack, shown)
    assert result == {
        **shown.properties,
        "tags": {"owner": UNKNOWN, "environment": "prod"},
        "verify": "records",
    }


@pytest.mark.parametrize("name", ["deletion_protection", "tags", "verify"])
@pytest.mark.parametrize("value", [UNKNOWN, "[secret]", [1.0]])
def test_what_cannot_be_judged_is_not_corrected(pack: Pack, name: str, value: object) -> None:
    assert corrected(pack, restored(**{name: value})) is None


def test_only_rules_of_the_level_remediate_correct(pack: Pack) -> None:
    settings = {
        "deletion-protection-enabled": {"enforcementLevel": "mandatory"},
        "restore-verification-required": {"enforcementLevel": "advisory"},
    }
    shown = restored(deletion_protection="disabled", verify="none", tags={"environment": "prod"})
    result = corrected(pack, shown, settings)
    assert result == {**shown.properties, "tags": {"environment": "prod", "owner": "me"}}


def test_wrong_settings_correct_nothing_and_say_why(pack: Pack) -> None:
    pack.configure(
        {"required-tags": {"tags": {"a": {"values": ["x"], "default": "y"}}}}, "remediate"
    )
    answer = pack.remediate(restored())
    assert [r.policyName for r in answer.remediations] == ["required-tags"]
    assert "the default 'y' is not one of" in answer.remediations[0].diagnostic
    assert not answer.remediations[0].HasField("properties")
