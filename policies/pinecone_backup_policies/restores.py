"""Rules about restored indexes: verified as asked, proven, and within the objectives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pulumi_policy import Severity
from pydantic import Field

from .findings import Complaint, Finding, Unjudged, Violation
from .kinds import RESTORED_INDEX
from .reading import UNKNOWN, NotReadable, Resource
from .rule_settings import RuleSettings
from .rules import ResourceRule, StackRule, Text

RESTORE_GUIDE = "https://docs.pinecone.io/guides/manage-data/restore-an-index"
READ_THE_REASONS = "read the output `verification` for the reasons"
STRENGTH = {"none": 0, "schema": 1, "records": 2, "sample": 3}
DEFAULT_VERIFY = "records"


class VerificationRequiredSettings(RuleSettings):
    """Settings of `restore-verification-required`."""

    minimum: Literal["schema", "records", "sample"] = Field(
        default="records", description="The least that `verify` may be."
    )
    allow_empty: bool = Field(
        default=False, description="Whether a restore of no records may count as verified."
    )
    allow_without_wait: bool = Field(
        default=False, description="Whether `wait=False`, which never verifies, is tolerated."
    )


def check_verification_required(
    resource: Resource, settings: VerificationRequiredSettings
) -> Iterable[Finding]:
    """Find a restore that would count as good without the proof that is asked for."""
    verify = resource.text("verify")
    if isinstance(verify, NotReadable):
        yield Unjudged(resource, ("verify",), verify)
    elif _strength(verify) < STRENGTH[settings.minimum]:
        yield Violation(resource, ("verify",), verify, f'"{settings.minimum}" or more')
    for name, tolerated, bad in (
        ("allow_empty", settings.allow_empty, True),
        ("wait", settings.allow_without_wait, False),
    ):
        value = resource.flag(name)
        if isinstance(value, NotReadable):
            yield Unjudged(resource, (name,), value)
        elif value is bad and not tolerated:
            yield Violation(resource, (name,), value, str(not bad).lower())


def correct_verification_required(
    resource: Resource, settings: VerificationRequiredSettings
) -> Mapping[str, Any]:
    """Raise `verify`, and take back what would let a restore pass unproven."""
    changes: dict[str, Any] = {}
    verify = resource.text("verify")
    if not isinstance(verify, NotReadable) and _strength(verify) < STRENGTH[settings.minimum]:
        changes["verify"] = settings.minimum
    if resource.flag("allow_empty") is True and not settings.allow_empty:
        changes["allow_empty"] = False
    if resource.flag("wait") is False and not settings.allow_without_wait:
        changes["wait"] = True
    return changes


def _strength(verify: str | None) -> int:
    return STRENGTH.get(DEFAULT_VERIFY if verify is None else verify, -1)


class RestoreVerifiedSettings(RuleSettings):
    """Settings of `restore-verified`."""

    required_checks: tuple[str, ...] = Field(
        default=("record_count",),
        description=(
            "Checks that must have passed. A check is skipped where a side does not tell a value, "
            "or where the records could not be reached; that proves nothing."
        ),
    )


def check_restore_verified(
    resources: Sequence[Resource], settings: RestoreVerifiedSettings
) -> Iterable[Finding]:
    """Find restored indexes of which nothing proves that they are good."""
    for resource in _restored(resources, settings):
        rows = resource.rows("verification")
        if isinstance(rows, NotReadable):
            yield Unjudged(resource, ("verification",), rows)
        elif rows is None and resource.is_planned:
            yield Unjudged(resource, ("verification",), UNKNOWN)
        elif not rows:
            yield Complaint(
                resource,
                "no verification is recorded",
                "a verified restore",
                'give `verify="records"` and `wait=True`, and change `triggers` to restore again',
            )
        else:
            yield from _unproven(resource, rows, settings)


def _unproven(
    resource: Resource, rows: Sequence[Any], settings: RestoreVerifiedSettings
) -> Iterable[Finding]:
    results: dict[str, str] = {}
    for row in rows:
        if isinstance(row, NotReadable):
            yield Unjudged(resource, ("verification",), row)
            return
        name, result = (
            (row.get("name"), row.get("result")) if isinstance(row, dict) else (None,) * 2
        )
        if isinstance(name, str) and isinstance(result, str):
            results[name] = result
    failed = sorted(name for name, result in results.items() if result == "failed")
    if failed:
        seen = f"{_listed(failed)} of its verification failed"
        yield Complaint(resource, seen, "every check passed", READ_THE_REASONS)
    missing = [name for name in settings.required_checks if results.get(name) != "passed"]
    unproven = [name for name in missing if name not in failed]
    if unproven:
        seen = f"{_listed(unproven)} of its verification did not pass: skipped or not asked for"
        yield Complaint(resource, seen, f"{_listed(unproven)} passed", READ_THE_REASONS)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


class RestoreObjectivesSettings(RuleSettings):
    """Settings of `restore-objectives`."""

    max_rpo_seconds: float = Field(
        default=24 * 3600,
        gt=0,
        description="The oldest that a backup may be when it is restored.",
    )
    max_rto_seconds: float = Field(
        default=4 * 3600, gt=0, description="The longest that a restore may take until verified."
    )


def check_restore_objectives(
    resources: Sequence[Resource], settings: RestoreObjectivesSettings
) -> Iterable[Finding]:
    """Find restores that lost more time, or took more, than the objectives allow."""
    for resource in _restored(resources, settings):
        for name, limit in (
            ("rpo_seconds", settings.max_rpo_seconds),
            ("rto_seconds", settings.max_rto_seconds),
        ):
            value = resource.number(name)
            if isinstance(value, NotReadable):
                yield Unjudged(resource, (name,), value)
            elif value is None:
                why = UNKNOWN if resource.is_planned else NotReadable("was not measured")
                yield Unjudged(resource, (name,), why)
            elif value > limit:
                yield Violation(resource, (name,), value, f"at most {limit:.0f}")


def _restored(resources: Sequence[Resource], settings: RuleSettings) -> Iterable[Resource]:
    for resource in resources:
        if resource.kind == RESTORED_INDEX and settings.exempting_pattern(resource.name) is None:
            yield resource


RESTORE_VERIFICATION_REQUIRED = ResourceRule(
    name="restore-verification-required",
    text=Text(
        description="Restores are verified at least as far as asked.",
        remediation_steps=(
            'Give `verify="records"`, leave out `allow_empty`, and wait. The level `remediate` '
            "does this."
        ),
        url=RESTORE_GUIDE,
    ),
    severity=Severity.HIGH,
    kinds=(RESTORED_INDEX,),
    settings=VerificationRequiredSettings,
    check=check_verification_required,
    correct=correct_verification_required,
)

RESTORE_VERIFIED = StackRule(
    name="restore-verified",
    text=Text(
        description="Every restored index has passed its verification (told after the fact).",
        remediation_steps=(
            "Read the output `verification`. Where a check failed, restore another backup; where "
            "it was skipped, let the key read the records."
        ),
        url=RESTORE_GUIDE,
    ),
    severity=Severity.HIGH,
    settings=RestoreVerifiedSettings,
    check=check_restore_verified,
)

RESTORE_OBJECTIVES = StackRule(
    name="restore-objectives",
    text=Text(
        description=(
            "Restores kept the recovery point and recovery time objectives when they were made."
        ),
        remediation_steps=(
            "Take backups more often (recovery point), or restore smaller indexes or use dedicated "
            "capacity (recovery time)."
        ),
        url=RESTORE_GUIDE,
    ),
    severity=Severity.MEDIUM,
    settings=RestoreObjectivesSettings,
    check=check_restore_objectives,
)
