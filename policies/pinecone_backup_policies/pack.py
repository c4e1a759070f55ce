"""The rules of the pack, in the order in which they run and correct."""

from __future__ import annotations

from pulumi_policy import Policy

from .configuration import known_configuration
from .coverage import INDEX_HAS_BACKUP, NEWEST_BACKUP_MAX_AGE
from .drills import RESTORE_DRILLED
from .names import NAME_PATTERN
from .protection import DELETION_PROTECTION_ENABLED, PROTECT_OPTION
from .restores import RESTORE_OBJECTIVES, RESTORE_VERIFICATION_REQUIRED, RESTORE_VERIFIED
from .rules import ResourceRule, Rule
from .schedules import BACKUP_SCHEDULE_MINIMUM
from .tags import REQUIRED_TAGS, TAG_FORMAT

NAME = "pinecone-backup"
DESCRIPTION = "Protection, tags and recovery rules for Pinecone indexes, backups and restores."

_RULES: tuple[Rule, ...] = (
    DELETION_PROTECTION_ENABLED,
    REQUIRED_TAGS,
    TAG_FORMAT,
    NAME_PATTERN,
    PROTECT_OPTION,
    RESTORE_VERIFICATION_REQUIRED,
    BACKUP_SCHEDULE_MINIMUM,
    INDEX_HAS_BACKUP,
    NEWEST_BACKUP_MAX_AGE,
    RESTORE_OBJECTIVES,
    RESTORE_VERIFIED,
    RESTORE_DRILLED,
)
RULES: tuple[Rule, ...] = (*_RULES, known_configuration(_RULES))


def policies() -> list[Policy]:
    """Return the rules in the form that the SDK serves."""
    return [rule.policy() for rule in RULES]


def correcting_rules() -> list[str]:
    """Return the names of the rules that the level `remediate` can correct."""
    return [rule.name for rule in RULES if isinstance(rule, ResourceRule) and rule.correct]
