"""Rules about what keeps an index or a backup from being deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pulumi_policy import Severity
from pydantic import Field

from .findings import Complaint, Finding, Unjudged, Violation
from .kinds import INDEX, KINDS, RESTORED_INDEX
from .reading import NotReadable, Resource
from .rule_settings import RuleSettings
from .rules import ResourceRule, Text

Label = Literal["Backup", "RestoredIndex", "BackupSchedule", "Index"]


def check_deletion_protection(resource: Resource, _settings: RuleSettings) -> Iterable[Finding]:
    """Find an index that the service would let anyone delete."""
    protection = resource.text("deletion_protection")
    path = ("deletion_protection",)
    if isinstance(protection, NotReadable):
        yield Unjudged(resource, path, protection)
    elif protection != "enabled":
        yield Violation(resource, path, protection, '"enabled"')


def correct_deletion_protection(resource: Resource, _settings: RuleSettings) -> Mapping[str, Any]:
    """Enable the protection."""
    if isinstance(resource.text("deletion_protection"), NotReadable):
        return {}
    return {"deletion_protection": "enabled"}


class ProtectOptionSettings(RuleSettings):
    """Settings of `protect-option`."""

    types: tuple[Label, ...] = Field(
        default=("Index", "RestoredIndex"),
        description=(
            "Types that need the option. `Backup` is not among the defaults: `protect` also stops "
            "the replacement that a trigger asks for."
        ),
    )


def check_protect_option(resource: Resource, settings: ProtectOptionSettings) -> Iterable[Finding]:
    """Find a resource that `pulumi destroy` and a removal from the program would delete."""
    if resource.kind.label in settings.types and not resource.protect:
        yield Complaint(resource, "`protect` is not set", "`opts=ResourceOptions(protect=True)`")


DELETION_PROTECTION_ENABLED = ResourceRule(
    name="deletion-protection-enabled",
    text=Text(
        description="Indexes have deletion protection on the service.",
        remediation_steps=(
            'Set `deletion_protection="enabled"`. To delete or replace such an index, exempt it '
            "here (`except`), set the protection to `disabled`, run `pulumi up`, and only then "
            "change or remove it."
        ),
        url=("https://docs.pinecone.io/guides/manage-data/manage-indexes"),
    ),
    severity=Severity.HIGH,
    kinds=(RESTORED_INDEX, INDEX),
    settings=RuleSettings,
    check=check_deletion_protection,
    correct=correct_deletion_protection,
)

PROTECT_OPTION = ResourceRule(
    name="protect-option",
    text=Text(
        description="Chosen types have the resource option `protect`.",
        remediation_steps=(
            "Add `opts=pulumi.ResourceOptions(protect=True)`. A policy cannot set an option, so "
            "nothing is corrected."
        ),
        url="https://www.pulumi.com/docs/iac/concepts/options/protect/",
    ),
    severity=Severity.MEDIUM,
    kinds=KINDS,
    settings=ProtectOptionSettings,
    check=check_protect_option,
)
