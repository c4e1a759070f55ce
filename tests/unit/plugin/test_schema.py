"""The schema says what the resources take and give."""

from __future__ import annotations

import pytest
from pulumi_pinecone_backup.lifecycle.property_names import to_camel, to_snake
from pulumi_pinecone_backup.plugin import invokes
from pulumi_pinecone_backup.plugin.kinds import KINDS
from pulumi_pinecone_backup.plugin.texts import plugin_version, schema, spoken
from pulumi_pinecone_backup.service.setting_names import STACK_SETTINGS


def test_every_resource_function_and_setting_is_in_it() -> None:
    assert set(schema()["resources"]) == set(KINDS)
    assert set(schema()["functions"]) == set(invokes.NAMES)
    assert set(schema()["config"]["variables"]) == set(STACK_SETTINGS)
    assert schema()["config"]["variables"]["apiKey"]["secret"] is True
    assert schema()["version"] == plugin_version()


@pytest.mark.parametrize("token", sorted(KINDS))
def test_every_property_has_a_description_and_one_name_at_each_door(token: str) -> None:
    kind, made = KINDS[token], schema()["resources"][token]
    for place in ("inputProperties", "properties"):
        for name, property_ in made[place].items():
            assert property_["description"].strip(), name
            assert to_camel(to_snake(name)) == name
    inputs = set(map(to_snake, made["inputProperties"]))
    hidden = {"identity", "resource_name", "retain_on_delete", "rotation", "is_soft"}
    assert inputs == set(kind.inputs.model_fields) - hidden
    assert set(map(to_snake, made["properties"])) == inputs | set(kind.inputs.outputs)
    defaults = {
        to_snake(name): property_["default"]
        for name, property_ in made["inputProperties"].items()
        if "default" in property_
    }
    assert defaults == kind.defaults


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("`backup_id` is required", "`backupId` is required"),
        ('set `deletion_protection="disabled"`', 'set `deletionProtection: "disabled"`'),
        ("(`allow_empty=True` accepts it)", "(`allowEmpty: true` accepts it)"),
        ("`custom_timeouts` allows more time", "`customTimeouts` allows more time"),
        ("record_count: expected 6, found 4", "record_count: expected 6, found 4"),
        ("index `my_odd_name`", "index `my_odd_name`"),
    ],
)
def test_texts_name_properties_as_programs_of_other_languages_do(inside: str, outside: str) -> None:
    assert spoken(inside) == outside
