"""The resources of the plugin are judged as those of the Python package, by their own names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pinecone_backup_policies.kinds import BACKUP, BACKUP_SCHEDULE, OF_PLUGIN, RESTORED_INDEX
from pulumi_pinecone_backup.lifecycle.property_names import outward
from pulumi_pinecone_backup.plugin.kinds import KINDS
from pulumi_pinecone_backup.plugin.texts import spoken

from . import test_remediation as remediation
from . import test_resource_rules as rules
from .pack_process import Pack, Shown
from .test_stack_rules import backup, drill, index
from .test_stack_rules import judge as judge_stack

TOKENS = {kind.label: kind.token for kind in OF_PLUGIN}
OURS = {BACKUP.token: "Backup", BACKUP_SCHEDULE.token: "BackupSchedule"}
OURS[RESTORED_INDEX.token] = "RestoredIndex"


def of_plugin(shown: Shown, label: str) -> Shown:
    """Return a resource as the plugin has it."""
    return Shown(TOKENS[label], shown.name, outward(shown.properties), shown.protect)


def test_the_pack_knows_every_resource_of_the_plugin() -> None:
    assert {kind.token for kind in OF_PLUGIN} == set(KINDS)


@pytest.mark.parametrize("label", ["Backup", "RestoredIndex", "BackupSchedule"])
def test_a_compliant_resource_is_not_reported(pack: Pack, label: str) -> None:
    assert rules.judge(pack, of_plugin(rules.COMPLIANT[label], label)) == []


@pytest.mark.parametrize(
    ("label", "changes", "rule", "text"), [row for row in rules.VIOLATIONS if row[0] != "Index"]
)
def test_a_violation_is_reported(
    pack: Pack, label: str, changes: Mapping[str, Any], rule: str, text: str
) -> None:
    shown = of_plugin(rules.changed(label, changes), label)
    found = rules.judge(pack, shown)
    assert {report.rule for report in found} == {rule}
    assert any(spoken(text) in report.message for report in found), found


def test_a_remediation_writes_the_names_of_the_plugin(pack: Pack) -> None:
    shown = remediation.restored(allow_empty=True, deletion_protection="disabled")
    result = remediation.corrected(pack, of_plugin(shown, "RestoredIndex"))
    assert result is not None
    assert result["allowEmpty"] is False
    assert result["deletionProtection"] == "enabled"
    assert not {"allow_empty", "deletion_protection"} & result.keys()


def test_a_stack_of_the_plugin_is_covered_by_its_own_backups(pack: Pack) -> None:
    assert [report.rule for report in judge_stack(pack, index())] == ["index-has-backup"]
    covered = [of_plugin(backup(), "Backup"), of_plugin(drill(), "RestoreDrill")]
    assert judge_stack(pack, index(), *covered, drill()) == []
