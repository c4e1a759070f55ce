"""Whatever a resource looks like, no rule raises, and no secret is told."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pinecone_backup_policies.kinds import BACKUP, BACKUP_SCHEDULE, INDEX, RESTORED_INDEX, Kind
from pinecone_backup_policies.reading import UNKNOWN_MARKERS
from pinecone_backup_policies.rules import RULE_ERROR

from .pack_process import Pack, Shown, secret, struct

HUSH = "Hush hush é"  # wrong wherever a rule reads it, so that a rule has a reason to tell it
HUSH_NUMBER = 987654321.25
READ = {
    BACKUP: ["name", "index_name", "source_index_name", "status", "created_at", "captured_at"],
    RESTORED_INDEX: ["name", "deletion_protection", "tags", "inherit_tags", "verify", "wait",
                     "allow_empty", "status", "verification", "rpo_seconds", "rto_seconds",
                     "__provider"],
    BACKUP_SCHEDULE: ["name", "index_name", "frequency", "retention_days", "enabled"],
    INDEX: ["name", "deletionProtection", "tags"],
}  # fmt: skip
WORDS = ["enabled", "disabled", "none", "records", "daily", "monthly", "Ready", "Failed", "shop",
         "", "[secret]", "2026-01-01T00:00:00Z", "UPPER", "a" * 200, "é"]  # fmt: skip

text = st.sampled_from([*WORDS, *sorted(UNKNOWN_MARKERS)]) | st.text(max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**53), 2**53)
    | text
)
hidden = st.sampled_from(
    [
        HUSH,
        HUSH_NUMBER,
        [HUSH],
        HUSH * 20,
        {"environment": HUSH, HUSH: HUSH},
        [{"name": HUSH, "result": HUSH}],
        {},
        None,
    ]
).map(secret)
keys = st.sampled_from(["environment", "owner", "name", "result", "a b"]) | st.text(max_size=10)
trees = st.recursive(
    scalars | hidden,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
tags = st.dictionaries(keys, hidden | scalars, max_size=4)


def resource_of(kind: Kind, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Shown]:
    return st.builds(
        Shown,
        token=st.just(kind.token),
        name=st.sampled_from(["shop", "orders", "nightly"]),
        properties=st.fixed_dictionaries({}, optional=dict.fromkeys(READ[kind], values)),
        protect=st.booleans(),
    )


def urn_of(shown: Shown) -> str:
    return shown.urn


@st.composite
def anything(draw: st.DrawFn) -> Any:
    """Stand for all values; a composite is written out by its name, not in full."""
    return draw(hidden | tags | scalars | trees)


@st.composite
def only_secrets(draw: st.DrawFn) -> Any:
    return draw(hidden)


resources = st.one_of(*(resource_of(kind, anything()) for kind in READ))
secretive = st.one_of(*(resource_of(kind, only_secrets()) for kind in READ))
SETTINGS: dict[str, dict[str, Any]] = {
    "required-tags": {
        "tags": {"environment": {"values": ["prod"], "default": "prod"}, "owner": {"pattern": "x"}}
    },
    "protect-option": {"types": ["Backup", "RestoredIndex", "BackupSchedule", "Index"]},
    "backup-schedule-minimum": {"maximum_retention_days": 90},
    "index-has-backup": {"restored_indexes": True},
    "restore-verified": {"required_checks": ["record_count", "dimension"]},
}
no_limits = settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def assert_quiet(messages: list[str]) -> None:
    for message in messages:
        assert HUSH[:9] not in message, message
        assert "987654321" not in message, message
        assert RULE_ERROR not in message, message


@no_limits
@given(shown=resources | secretive)
def test_a_resource_rule_never_raises_and_never_tells_a_secret(pack: Pack, shown: Shown) -> None:
    pack.configure(SETTINGS)
    assert_quiet([report.message for report in pack.analyze(shown)])


@no_limits
@given(
    stack=st.lists(resources, max_size=4, unique_by=urn_of)
    | st.lists(secretive, min_size=1, max_size=4, unique_by=urn_of)
)
def test_a_stack_rule_never_raises_and_never_tells_a_secret(pack: Pack, stack: list[Shown]) -> None:
    pack.configure(SETTINGS)
    assert_quiet([report.message for report in pack.analyze_stack(*stack)])


@no_limits
@given(shown=resources | secretive)
def test_a_remediation_never_raises_and_keeps_everything_else(pack: Pack, shown: Shown) -> None:
    pack.configure(SETTINGS, level="remediate")
    answer = pack.remediate(shown)
    assert_quiet([remediation.diagnostic for remediation in answer.remediations])
    settable = {"deletion_protection", "deletionProtection", "tags", "inherit_tags", "verify",
                "allow_empty", "wait", "frequency", "retention_days"}  # fmt: skip
    before = json_format.MessageToDict(struct(shown.properties))
    for remediation in answer.remediations:
        after = json_format.MessageToDict(remediation.properties)
        assert after.keys() - before.keys() <= settable
        for name, value in before.items():
            if name not in settable:
                assert after[name] == value


@no_limits
@given(shown=resources)
def test_a_corrected_resource_is_not_corrected_again(pack: Pack, shown: Shown) -> None:
    pack.configure(SETTINGS, level="remediate")
    answer = pack.remediate(shown)
    if answer.remediations:
        after = json_format.MessageToDict(answer.remediations[-1].properties)
        again = Shown(shown.token, shown.name, after, shown.protect)
        assert list(pack.remediate(again).remediations) == []
