"""Rules about the tags of indexes.

Backups take their tags from the index, so that only indexes are judged. A rule sees the tags that
the program gives: tags that a restored index inherits from its backup are not known to any policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pulumi_policy import Severity
from pydantic import Field, field_validator, model_validator
from typing_extensions import Self

from .findings import Complaint, Finding, Unjudged, Violation
from .kinds import INDEX, RESTORED_INDEX
from .reading import NotReadable, Resource
from .rule_settings import Part, RuleSettings
from .rules import ResourceRule, Text

MOST_TAGS = 20
LONGEST_KEY = 80
LONGEST_VALUE = 120
KEY = re.compile(r"[A-Za-z0-9_-]+")
VALUES = {
    # 2026-07 takes more than the versions before it.
    "latest": (re.compile(r"[ -~]*"), "printable ASCII characters"),
    "every-version": (re.compile(r"[A-Za-z0-9;@_.+ -]*"), "letters, digits, spaces and `;@_-.+`"),
}


class TagRequirement(Part):
    """What is asked of one tag.

    The default must itself satisfy the rule, else a remediation would leave a violation behind.
    """

    values: tuple[str, ...] = Field(default=(), description="Values allowed; any if empty.")
    pattern: str = Field(
        default="", description="A regular expression that the whole value matches."
    )
    default: str | None = Field(default=None, description="The value that a remediation adds.")

    @field_validator("pattern")
    @classmethod
    def _is_an_expression(cls, pattern: str) -> str:
        return compiled(pattern)

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Self:
        if self.default is not None and not self.accepts(self.default):
            raise ValueError(f"the default {self.default!r} is not {self.wanted()}")
        return self

    def accepts(self, value: object) -> bool:
        """Tell whether a value satisfies this."""
        if not isinstance(value, str) or not value:
            return False
        if self.values and value not in self.values:
            return False
        return not self.pattern or re.fullmatch(self.pattern, value) is not None

    def wanted(self) -> str:
        """Return the value wanted, in words."""
        clauses = []
        if self.values:
            clauses.append("one of " + ", ".join(f'"{value}"' for value in self.values))
        if self.pattern:
            clauses.append(f"a value that matches `{self.pattern}`")
        return " and ".join(clauses) or "a value"


def compiled(pattern: str) -> str:
    """Return a regular expression unchanged.

    Raises:
        ValueError: If it is none.
    """
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return pattern


class RequiredTagsSettings(RuleSettings):
    """Settings of `required-tags`."""

    tags: dict[str, TagRequirement] = Field(
        default={},
        description="The tags that every index carries, by key; none by default.",
    )


def check_required_tags(resource: Resource, settings: RequiredTagsSettings) -> Iterable[Finding]:
    """Find tags that are missing or have a value that is not allowed."""
    if not settings.tags:
        return
    tags = resource.mapping("tags")
    if isinstance(tags, NotReadable):
        yield Unjudged(resource, ("tags",), tags)
        return
    for key, requirement in settings.tags.items():
        value = (tags or {}).get(key)
        if isinstance(value, NotReadable):
            if requirement.values or requirement.pattern:
                yield Unjudged(resource, ("tags", key), value)
        elif not requirement.accepts(value):
            yield Violation(resource, ("tags", key), value, requirement.wanted())


def correct_required_tags(resource: Resource, settings: RequiredTagsSettings) -> Mapping[str, Any]:
    """Add the defaults of missing tags; a value that is there stays, allowed or not."""
    tags = resource.mapping("tags")
    if isinstance(tags, NotReadable):
        return {}
    missing = {
        key: requirement.default
        for key, requirement in settings.tags.items()
        if requirement.default is not None and (tags or {}).get(key) is None
    }
    if not missing:
        return {}
    if tags is None and resource.kind == RESTORED_INDEX:
        # Without this the added tags would replace those of the backup.
        return {"tags": missing, "inherit_tags": True}
    return {"tags": missing}


class TagFormatSettings(RuleSettings):
    """Settings of `tag-format`."""

    values: Literal["latest", "every-version"] = Field(
        default="latest",
        description=(
            "Characters of values: what the newest API version takes, or what every version takes."
        ),
    )
    reserved: int = Field(
        default=1,
        ge=0,
        le=MOST_TAGS,
        description=(
            "Tags of a RestoredIndex that its resource needs for its own mark of ownership."
        ),
    )


def check_tag_format(resource: Resource, settings: TagFormatSettings) -> Iterable[Finding]:
    """Find tags that the service would refuse."""
    tags = resource.mapping("tags")
    if isinstance(tags, NotReadable):
        yield Unjudged(resource, ("tags",), tags)
        return
    room = MOST_TAGS - (settings.reserved if resource.kind == RESTORED_INDEX else 0)
    if tags and len(tags) > room:
        yield Complaint(resource, f"it has {len(tags)} tags", f"at most {room}")
    for key, value in (tags or {}).items():
        yield from _check_key(resource, key)
        yield from _check_value(resource, key, value, settings)


def _check_key(resource: Resource, key: str) -> Iterable[Finding]:
    if len(key) > LONGEST_KEY or not KEY.fullmatch(key):
        wanted = f"a key of 1 to {LONGEST_KEY} letters, digits, `_` and `-`"
        if resource.is_secret(("tags",)):
            yield Complaint(resource, "a key of `tags` (a secret) is not allowed", wanted)
        else:
            shown = key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}…"
            yield Complaint(resource, f'the tag key "{shown}" is not allowed', wanted)


def _check_value(
    resource: Resource, key: str, value: object, settings: TagFormatSettings
) -> Iterable[Finding]:
    allowed, words = VALUES[settings.values]
    path = ("tags", key)
    if isinstance(value, NotReadable):
        yield Unjudged(resource, path, value)
    elif not isinstance(value, str):
        yield Violation(resource, path, value, "a string")
    elif len(value) > LONGEST_VALUE:
        yield Violation(resource, path, value, f"at most {LONGEST_VALUE} characters")
    elif not allowed.fullmatch(value):
        yield Violation(resource, path, value, words)
    elif not value and resource.kind == RESTORED_INDEX:
        yield Violation(
            resource, path, value, "a value", "the service takes an empty one as a removal"
        )


REQUIRED_TAGS = ResourceRule(
    name="required-tags",
    text=Text(
        description="Indexes carry the tags that the organisation asks for.",
        remediation_steps=(
            "Give the tags in the program. With the level `remediate`, missing tags that have a "
            "default are added; where `tags` was omitted, `inherit_tags` is set as well, so that "
            "the tags of the backup stay."
        ),
        url="https://docs.pinecone.io/guides/manage-data/manage-indexes",
    ),
    severity=Severity.MEDIUM,
    kinds=(RESTORED_INDEX, INDEX),
    settings=RequiredTagsSettings,
    check=check_required_tags,
    correct=correct_required_tags,
)

TAG_FORMAT = ResourceRule(
    name="tag-format",
    text=Text(
        description="Tags keep to the limits of the service.",
        remediation_steps="Shorten or rename the tag, or remove tags.",
        url="https://docs.pinecone.io/guides/manage-data/manage-indexes",
    ),
    severity=Severity.LOW,
    kinds=(RESTORED_INDEX, INDEX),
    settings=TagFormatSettings,
    check=check_tag_format,
)
