"""The configuration of the pack: schemas, defaults, examples, and the rule that knows them all."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from pinecone_backup_policies.pack import RULES, correcting_rules
from pulumi.runtime import proto

from .pack_process import PACK, Pack, Shown

CONFIGS = sorted((PACK / "configs").glob("*.json"))
LEVELS = {"advisory", "mandatory", "remediate", "disabled"}
NAMES = [
    "deletion-protection-enabled",
    "required-tags",
    "tag-format",
    "name-pattern",
    "protect-option",
    "restore-verification-required",
    "backup-schedule-minimum",
    "index-has-backup",
    "newest-backup-max-age",
    "restore-objectives",
    "restore-verified",
    "restore-drilled",
    "known-configuration",
]


def told(pack: Pack, configuration: dict[str, Any]) -> list[str]:
    pack.configure(configuration)
    found = pack.analyze_stack(Shown("pulumi:pulumi:Stack", "shop-prod", {}))
    assert {report.rule for report in found} <= {"known-configuration"}
    return [report.message.split("\n", 1)[1] for report in found]


def test_the_pack_serves_these_rules_and_no_others(pack: Pack) -> None:
    assert [policy.name for policy in pack.info.policies] == NAMES


def test_every_rule_explains_itself(pack: Pack) -> None:
    for policy in pack.info.policies:
        assert policy.description.endswith((".", ")."))
        assert policy.remediation_steps.endswith(".")
        assert policy.url.startswith("https://")
        assert policy.severity != proto.POLICY_SEVERITY_UNSPECIFIED
        assert policy.enforcementLevel == proto.ADVISORY


def test_every_setting_has_a_type_a_default_and_a_description(pack: Pack) -> None:
    for policy in pack.info.policies:
        schema = json_format.MessageToDict(policy.configSchema.properties)
        assert "except" in schema, policy.name
        for name, setting in schema.items():
            assert "description" in setting, f"{policy.name}.{name}"
            assert "default" in setting, f"{policy.name}.{name}"
            assert {"type", "anyOf"} & setting.keys(), f"{policy.name}.{name}"
            assert "$ref" not in json.dumps(setting), f"{policy.name}.{name}"


def test_the_defaults_of_the_schemas_are_those_of_the_models(pack: Pack) -> None:
    models = {rule.name: rule.settings for rule in RULES}
    for policy in pack.info.policies:
        schema = json_format.MessageToDict(policy.configSchema.properties)
        defaults = {name: setting["default"] for name, setting in schema.items()}
        assert models[policy.name].model_validate(defaults) == models[policy.name]()


def test_the_rules_that_correct_are_those_of_the_documented_table() -> None:
    assert correcting_rules() == [
        "deletion-protection-enabled",
        "required-tags",
        "restore-verification-required",
        "backup-schedule-minimum",
    ]


def test_the_defaults_are_a_known_configuration(pack: Pack) -> None:
    assert told(pack, {}) == []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_an_example_configuration_is_valid(pack: Pack, path: Path) -> None:
    configuration = json.loads(path.read_text())
    models = {rule.name: rule.settings for rule in RULES}
    settings: dict[str, Any] = {}
    for name, given in configuration.items():
        assert name in {*NAMES, "all"}
        level = given if isinstance(given, str) else given.get("enforcementLevel", "advisory")
        assert level in LEVELS
        assert level != "remediate" or name in correcting_rules()
        if isinstance(given, dict):
            settings[name] = {k: v for k, v in given.items() if k != "enforcementLevel"}
            models[name].model_validate(settings[name])
    assert told(pack, settings) == []


def test_there_are_example_configurations() -> None:
    assert {path.stem for path in CONFIGS} >= {"strict", "remediate", "audit"}


def test_the_examples_in_the_documentation_are_valid(pack: Pack) -> None:
    text = (PACK.parent / "docs" / "policies.md").read_text()
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    examples = [block for block in blocks if "violations" not in block]  # what an audit prints
    assert examples
    for configuration in examples:
        given = {n: s for n, s in configuration.items() if isinstance(s, dict)}
        assert set(configuration) <= {*NAMES, "all"}
        assert told(pack, given) == []


def test_the_documentation_lists_every_rule_and_setting(pack: Pack) -> None:
    text = (PACK.parent / "docs" / "policies.md").read_text()
    for policy in pack.info.policies:
        assert f"`{policy.name}`" in text
        for setting in policy.configSchema.properties.fields:
            assert f"`{setting}`" in text, f"{policy.name}.{setting}"


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        (
            {"deletion-protection-enable": {"except": ["a"]}},
            "there is no rule `deletion-protection-enable`; did you mean "
            "`deletion-protection-enabled`?; its configuration has no effect",
        ),
        (
            {"required-tags": {"tag": {"owner": {}}}},
            "there is no setting `required-tags.tag`; did you mean `tags`?; it has no effect",
        ),
        (
            {"required-tags": {"tags": {"owner": {"defualt": "x"}}}},
            "there is no setting `required-tags.tags.owner.defualt`; did you mean `default`?; "
            "it has no effect",
        ),
        (
            {"restore-objectives": {"max_rpo_hours": 24}},
            "there is no setting `restore-objectives.max_rpo_hours`; "
            "did you mean `max_rpo_seconds`?; it has no effect",
        ),
        (
            {"zzz": {}},
            "there is no rule `zzz`; there are `backup-schedule-minimum`, ",
        ),
        ({"all": {"except": ["a"]}}, "`all` takes a level only; `except` has no effect"),
        ({"known-configuration": {"exept": []}}, "did you mean `except`?"),
    ],
)
def test_a_misspelt_name_is_reported_with_the_nearest_right_one(
    pack: Pack, configuration: dict[str, Any], message: str
) -> None:
    found = told(pack, configuration)
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    ("configuration", "text"),
    [
        ({"name-pattern": {"pattern": "("}}, "is not a regular expression"),
        (
            {"backup-schedule-minimum": {"maximum_retention_days": 3}},
            "`maximum_retention_days` is less than `minimum_retention_days`",
        ),
        ({"newest-backup-max-age": {"as_of": "yesterday"}}, "`as_of`"),
        ({"required-tags": {"tags": {"a": {"pattern": "["}}}}, "is not a regular expression"),
    ],
)
def test_settings_that_no_schema_can_refuse_are_reported(
    pack: Pack, configuration: dict[str, Any], text: str
) -> None:
    pack.configure(configuration)
    found = pack.analyze_stack()
    rule = next(iter(configuration))
    messages = [r.message for r in found if r.rule == "known-configuration"]
    assert len(messages) == 1
    assert f"the settings of `{rule}` are wrong" in messages[0]
    assert text in messages[0]
