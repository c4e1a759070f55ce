"""The rule about the names that objects have on the service."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pulumi_policy import Severity
from pydantic import Field, field_validator

from .findings import Finding, Unjudged, Violation
from .kinds import KINDS
from .protection import Label
from .reading import NotReadable, Resource
from .rule_settings import RuleSettings
from .rules import ResourceRule, Text
from .tags import compiled


class NamePatternSettings(RuleSettings):
    """Settings of `name-pattern`."""

    pattern: str = Field(
        default="[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?",
        description=(
            "A regular expression that the whole name matches; the rule of the service by default."
        ),
    )
    types: tuple[Label, ...] = Field(
        default=("Backup", "RestoredIndex", "BackupSchedule", "Index"),
        description="Types whose names are judged.",
    )

    @field_validator("pattern")
    @classmethod
    def _is_an_expression(cls, pattern: str) -> str:
        return compiled(pattern)


def check_name_pattern(resource: Resource, settings: NamePatternSettings) -> Iterable[Finding]:
    """Find a name that does not match; one that is derived later is absent, not judged yet."""
    if resource.kind.label not in settings.types:
        return
    name = resource.text("name")
    if isinstance(name, NotReadable):
        yield Unjudged(resource, ("name",), name)
    elif name is not None and not re.fullmatch(settings.pattern, name):
        yield Violation(resource, ("name",), name, f"a name that matches `{settings.pattern}`")


NAME_PATTERN = ResourceRule(
    name="name-pattern",
    text=Text(
        description="Names on the service follow a pattern.",
        remediation_steps=(
            "Give a `name` that matches, or leave it out and choose a resource name from which a "
            "matching one is derived. A new name replaces an index, so nothing is corrected."
        ),
        url="https://docs.pinecone.io/troubleshooting/restrictions-on-index-names",
    ),
    severity=Severity.LOW,
    kinds=KINDS,
    settings=NamePatternSettings,
    check=check_name_pattern,
)
