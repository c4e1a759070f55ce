"""The guard: what happens when a rule has a bug, and when the SDK moves its private parts."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from pinecone_backup_policies.kinds import RESTORED_INDEX
from pulumi_policy import proxy

from .pack_process import PACK, Shown, running

SHOWN = Shown(RESTORED_INDEX.token, "orders", {"name": "hush-hush", "verify": "none"}, True)

BROKEN = """
from pinecone_backup_policies.protection import PROTECT_OPTION
from pinecone_backup_policies.restores import RESTORE_VERIFICATION_REQUIRED, RESTORE_VERIFIED
from dataclasses import replace
from pulumi_policy import EnforcementLevel, PolicyPack

def broken(shown, settings):
    raise KeyError("hush-hush")

def broken_late(shown, settings):
    yield from PROTECT_OPTION.check(replace(shown, protect=False), settings)
    raise RecursionError("hush-hush")

rules = [
    replace(RESTORE_VERIFICATION_REQUIRED, name="broken", check=broken, correct=broken),
    replace(PROTECT_OPTION, name="broken-late", check=broken_late),
    replace(RESTORE_VERIFIED, name="broken-stack", check=broken),
    RESTORE_VERIFICATION_REQUIRED,
]
PolicyPack("broken", [rule.policy() for rule in rules], EnforcementLevel.MANDATORY)
"""

MOVED = """
from pinecone_backup_policies.pack import policies
from pulumi_policy import EnforcementLevel, PolicyPack, policy

policy._PolicyAnalyzerServicer.__name__ = "SomethingElse"
PolicyPack("moved", policies(), EnforcementLevel.MANDATORY)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a pack with rules of this one."""
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (tmp_path / "pinecone_backup_policies").symlink_to(PACK / "pinecone_backup_policies")
    return tmp_path


def test_a_bug_in_a_rule_is_a_note_and_the_other_rules_run(folder: Path) -> None:
    (folder / "__main__.py").write_text(textwrap.dedent(BROKEN))
    with running(folder) as pack:
        pack.configure({})
        found = [(report.rule, report.level) for report in pack.analyze(SHOWN)]
        assert found == [
            ("broken", "advisory"),
            ("broken-late", "mandatory"),
            ("broken-late", "advisory"),
            ("restore-verification-required", "mandatory"),
        ]
        texts = [report.message for report in pack.analyze(SHOWN)]
        assert "could not run: it stopped with KeyError at line" in texts[0]
        assert "could not run: it stopped with RecursionError" in texts[2]
        assert not [text for text in texts if "hush-hush" in text]
        stack = pack.analyze_stack(SHOWN)
        assert [(report.rule, report.level) for report in stack] == [("broken-stack", "advisory")]


def test_a_bug_in_a_correction_is_a_note_and_the_other_corrections_are_made(folder: Path) -> None:
    (folder / "__main__.py").write_text(textwrap.dedent(BROKEN))
    with running(folder) as pack:
        pack.configure({}, level="remediate")
        made = pack.remediate(SHOWN).remediations
        assert [row.policyName for row in made] == ["broken", "restore-verification-required"]
        assert "stopped with KeyError" in made[0].diagnostic
        assert "hush-hush" not in made[0].diagnostic
        assert made[1].properties["verify"] == "records"


def test_with_another_sdk_rules_still_judge_and_tell_no_values(folder: Path) -> None:
    (folder / "__main__.py").write_text(textwrap.dedent(MOVED))
    with running(folder) as pack:
        pack.configure({"name-pattern": {"pattern": "[0-9]+"}})
        texts = {report.rule: report for report in pack.analyze(SHOWN)}
        assert texts["name-pattern"].level == "mandatory"
        assert "`name` is a secret; want" in texts["name-pattern"].message
        assert texts["restore-verification-required"].level == "mandatory"


def test_with_another_sdk_what_cannot_be_judged_is_still_only_advice(folder: Path) -> None:
    (folder / "__main__.py").write_text(textwrap.dedent(MOVED))
    unknown = Shown(
        RESTORED_INDEX.token,
        "orders",
        {"deletion_protection": proxy.UNKNOWN_STRING_VALUE, "verify": "records"},
        True,
    )
    with running(folder) as pack:
        pack.configure({})
        found = [report for report in pack.analyze(unknown) if report.level != "mandatory"]
        assert [report.rule for report in found] == ["deletion-protection-enabled"]
        assert "`deletion_protection` is not known before `pulumi up`" in found[0].message
        found = pack.analyze_stack()
        assert [(report.rule, report.level) for report in found] == [
            ("known-configuration", "advisory")
        ]
        assert "does not show the configuration" in found[0].message
