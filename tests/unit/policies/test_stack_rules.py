"""Stack rules: a compliant stack, then one change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pinecone_backup_policies.kinds import (
    BACKUP,
    BACKUP_SCHEDULE,
    INDEX,
    RESTORE_DRILL,
    RESTORED_INDEX,
)
from pulumi_policy import proxy

from .pack_process import Pack, Report, Shown, secret

UNKNOWN = proxy.UNKNOWN_STRING_VALUE
AS_OF = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
SETTINGS: dict[str, dict[str, Any]] = {
    "newest-backup-max-age": {"as_of": AS_OF.isoformat()},
    "restore-drilled": {"as_of": AS_OF.isoformat()},
}
FRESH = (AS_OF - timedelta(hours=20)).isoformat()
OLD = (AS_OF - timedelta(hours=200)).isoformat()
DIMENSION = {"name": "dimension", "expected": 8.0, "actual": 8.0, "result": "passed"}
RECORDS = {"name": "record_count", "expected": 5.0, "actual": 5.0, "result": "passed"}
SKIPPED = {"name": "record_count", "expected": 5.0, "result": "skipped", "why": "forbidden"}


def backup(resource_name: str = "nightly", /, **changes: Any) -> Shown:
    outputs = {
        "index_name": "shop",
        "source_index_name": "shop",
        "status": "Ready",
        "created_at": FRESH,
    }
    return Shown(BACKUP.token, resource_name, {**outputs, **changes})


def schedule(**changes: Any) -> Shown:
    outputs = {"index_name": "shop", "frequency": "daily", "retention_days": 7.0, "enabled": True}
    return Shown(BACKUP_SCHEDULE.token, "daily", {**outputs, **changes})


def index(resource_name: str = "shop", /, **changes: Any) -> Shown:
    return Shown(INDEX.token, resource_name, {"name": resource_name, **changes})


def restored(**changes: Any) -> Shown:
    outputs = {
        "name": "orders",
        "status": "Ready",
        "rpo_seconds": 3600.0,
        "rto_seconds": 600.0,
        "verification": [DIMENSION, RECORDS],
    }
    return Shown(RESTORED_INDEX.token, "orders", {**outputs, **changes})


def drill(index_name: str = "shop", /, **changes: Any) -> Shown:
    outputs = {"index_name": index_name, "result": "passed", "finished_at": FRESH}
    return Shown(RESTORE_DRILL.token, f"weekly-{index_name}", {**outputs, **changes})


def drilled(*stack: Shown) -> list[Shown]:
    """Return a stack in which the restore of every index was rehearsed."""
    names = {
        str(shown.properties["index_name"]) for shown in stack if "index_name" in shown.properties
    }
    return [*stack, *map(drill, sorted(names))]


def judge(
    pack: Pack, *stack: Shown, settings: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Report]:
    pack.configure({**SETTINGS, **(settings or {})})
    has_drills = any(shown.token == RESTORE_DRILL.token for shown in stack)
    return pack.analyze_stack(*(stack if has_drills else drilled(*stack)))


def test_a_compliant_stack_is_not_reported(pack: Pack) -> None:
    assert judge(pack, index(), backup(), schedule(), restored()) == []


def test_an_empty_stack_is_not_reported(pack: Pack) -> None:
    assert judge(pack) == []


VIOLATIONS = [
    ([index("lonely"), index(), backup()], "index-has-backup",
     'Index "lonely": no Backup and no enabled BackupSchedule of this stack is of this index'),
    ([index(), backup(status="Failed")], "index-has-backup", 'Index "shop"'),
    ([index(), backup(status="InitializationFailed")], "index-has-backup", 'Index "shop"'),
    ([index(), schedule(enabled=False)], "index-has-backup", 'Index "shop"'),
    ([backup(created_at=FRESH, captured_at=OLD)], "newest-backup-max-age",
     "hours old"),
    ([backup(created_at=OLD)], "newest-backup-max-age",
     'Backup "nightly": it is the newest backup of its index in this stack and 200 hours old; '
     "want at most 168; change `triggers` to take a new one"),
    ([backup(created_at=OLD), backup("b", created_at=FRESH, status="Failed")],
     "newest-backup-max-age", 'Backup "nightly"'),
    ([backup(created_at=OLD), schedule(frequency="monthly")], "newest-backup-max-age",
     "200 hours old"),
    ([backup(created_at="2026-02-01T00:00:00Z")], "newest-backup-max-age", "684 hours old"),
    ([restored(rpo_seconds=86401.0)], "restore-objectives",
     'RestoredIndex "orders": `rpo_seconds` is 86401; want at most 86400'),
    ([restored(rto_seconds=14400.5)], "restore-objectives",
     "`rto_seconds` is 14400.5; want at most 14400"),
    ([restored(verification=[])], "restore-verified", "no verification is recorded"),
    ([restored(verification=None)], "restore-verified", "no verification is recorded"),
    ([restored(verification=[{**DIMENSION, "result": "failed"}, RECORDS])], "restore-verified",
     "`dimension` of its verification failed; want every check passed"),
    ([restored(verification=[DIMENSION, {**RECORDS, "result": "failed"}])], "restore-verified",
     "`record_count` of its verification failed"),
    ([restored(verification=[DIMENSION, SKIPPED])], "restore-verified",
     "`record_count` of its verification did not pass: skipped or not asked for"),
    ([restored(verification=[DIMENSION])], "restore-verified", "want `record_count` passed"),
    ([restored(verification=[{"name": "x"}, 7.0])], "restore-verified", "`record_count`"),
]  # fmt: skip


@pytest.mark.parametrize(("stack", "rule", "text"), VIOLATIONS)
def test_one_change_is_reported_by_its_rule(
    pack: Pack, stack: list[Shown], rule: str, text: str
) -> None:
    found = judge(pack, *stack)
    assert [report.rule for report in found] == [rule], [str(report) for report in found]
    assert text in found[0].message
    assert found[0].level == "mandatory"
    assert found[0].urn in {shown.urn for shown in stack}


TOLERATED = [
    ([index(), backup(source_index_name="other")], {}),
    ([index("web", name=UNKNOWN), backup(index_name=UNKNOWN, source_index_name=UNKNOWN)], {}),
    ([index(), schedule()], {}),
    ([index()], {"index-has-backup": {"except": ["sh*"]}}),
    ([restored(name="lonely")], {}),
    ([backup(created_at=OLD, captured_at=FRESH)], {}),  # a run planned long before
    ([backup(created_at=OLD), backup("second")], {}),
    ([backup(created_at=OLD), schedule(frequency="weekly")], {}),
    ([backup(created_at=OLD)], {"newest-backup-max-age": {**SETTINGS["newest-backup-max-age"],
                                                          "max_age_hours": 201}}),
    ([backup(created_at=OLD)], {"newest-backup-max-age": {**SETTINGS["newest-backup-max-age"],
                                                          "except": ["nightly"]}}),
    ([restored(rpo_seconds=1e6, rto_seconds=1e6)], {"restore-objectives": {"except": ["orders"]}}),
    ([restored(rpo_seconds=1e6)], {"restore-objectives": {"max_rpo_seconds": 1e6}}),
    ([restored(verification=[])], {"restore-verified": {"except": ["orders"]}}),
    ([restored(verification=[{**DIMENSION, "result": "skipped"}, RECORDS])], {}),
    ([restored(verification=[DIMENSION])], {"restore-verified": {"required_checks": []}}),
]  # fmt: skip


@pytest.mark.parametrize(("stack", "settings"), TOLERATED)
def test_what_the_settings_allow_is_not_reported(
    pack: Pack, stack: list[Shown], settings: dict[str, Any]
) -> None:
    linked = [
        Shown(s.token, s.name, s.properties, s.protect, {"index_name": (index("web").urn,)})
        if s.token == BACKUP.token
        else s
        for s in stack
    ]
    assert [str(report) for report in judge(pack, *linked, settings=settings)] == []


def test_a_restored_index_needs_a_backup_only_if_asked(pack: Pack) -> None:
    settings = {"index-has-backup": {"restored_indexes": True}}
    found = judge(pack, restored(), settings=settings)
    assert [report.rule for report in found] == ["index-has-backup"]
    assert judge(pack, restored(), backup(index_name="orders"), settings=settings) == []


@pytest.mark.parametrize(
    ("stack", "rule", "text"),
    [
        ([backup(created_at=UNKNOWN)], "newest-backup-max-age", "`captured_at` is not known"),
        ([backup(created_at=None)], "newest-backup-max-age", "is not told by the service"),
        (
            [backup(created_at=None, status=None)],
            "newest-backup-max-age",
            "`captured_at` is not known before `pulumi up`",
        ),
        ([backup(created_at="soon")], "newest-backup-max-age", "is not a time"),
        ([restored(rpo_seconds=UNKNOWN)], "restore-objectives", "`rpo_seconds` is not known"),
        ([restored(rto_seconds=None)], "restore-objectives", "was not measured"),
        ([restored(rto_seconds="long")], "restore-objectives", "has an unexpected shape"),
        ([restored(verification=UNKNOWN)], "restore-verified", "`verification` is not known"),
        ([restored(verification=[UNKNOWN])], "restore-verified", "`verification` is not known"),
        (
            [Shown(RESTORED_INDEX.token, "new", {"rpo_seconds": 1.0, "rto_seconds": 1.0})],
            "restore-verified",
            "`verification` is not known before `pulumi up`",
        ),
        ([restored(verification="fine")], "restore-verified", "has an unexpected shape"),
        ([index("web", name=UNKNOWN)], "index-has-backup", "`name` is not known"),
    ],
)
def test_what_cannot_be_judged_is_an_advisory_note_even_if_mandatory(
    pack: Pack, stack: list[Shown], rule: str, text: str
) -> None:
    found = judge(pack, *stack)
    assert [(report.rule, report.level) for report in found] == [(rule, "advisory")]
    assert text in found[0].message


def test_many_unknown_values_are_one_note(pack: Pack) -> None:
    many = [backup(f"b{n}", index_name=f"i{n}", created_at=UNKNOWN) for n in range(1, 9)]
    stack = [Shown(s.token, s.name, {**s.properties, "source_index_name": None}) for s in many]
    found = judge(pack, *stack)
    assert [report.rule for report in found] == ["newest-backup-max-age"]
    assert found[0].message.count("`captured_at`") == 5
    assert "(and 3 more)" in found[0].message


def test_a_secret_number_is_judged_but_not_shown(pack: Pack) -> None:
    found = judge(pack, restored(rpo_seconds=secret(987654321.0)))
    assert [report.rule for report in found] == ["restore-objectives"]
    assert "`rpo_seconds` is a secret" in found[0].message
    assert "987654321" not in found[0].message


def test_without_a_time_to_judge_at_it_is_now(pack: Pack) -> None:
    pack.configure({})
    now = datetime.now(timezone.utc)
    rehearsed = drill(finished_at=now.isoformat())
    assert pack.analyze_stack(backup(created_at=now.isoformat()), rehearsed) == []
    aged = backup(created_at=(now - timedelta(hours=169)).isoformat())
    assert [report.rule for report in pack.analyze_stack(aged, rehearsed)] == [
        "newest-backup-max-age"
    ]


@pytest.mark.parametrize(
    ("stack", "text"),
    [
        (
            [backup(), drill("other")],
            "no RestoreDrill of this stack rehearses the restore of index",
        ),
        ([schedule(), drill("other")], 'BackupSchedule "daily"'),
        ([backup(), drill(result="failed")], "its last drill ended as `failed`"),
        ([backup(), drill(result="unproven")], "its last drill ended as `unproven`"),
        ([backup(), drill(finished_at="2026-01-01T00:00:00Z")], "passed 60 days ago"),
    ],
)
def test_an_index_that_was_not_rehearsed_lately_is_reported(
    pack: Pack, stack: list[Shown], text: str
) -> None:
    (found,) = judge(pack, *stack)
    assert (found.rule, found.level) == ("restore-drilled", "mandatory")
    assert text in found.message


@pytest.mark.parametrize("drills", [[drill(result="failed"), drill()], [drill()]])
def test_one_passed_drill_is_enough(pack: Pack, drills: list[Shown]) -> None:
    assert judge(pack, backup(), *drills) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"result": None}, "`result` is not"),
        ({"finished_at": "soon"}, "`finished_at` is not a time"),
    ],
)
def test_a_drill_that_cannot_be_judged_is_a_note(
    pack: Pack, changes: dict[str, Any], text: str
) -> None:
    (found,) = judge(pack, backup(), drill(**changes))
    assert (found.rule, found.level) == ("restore-drilled", "advisory")
    assert text in found.message


def test_a_secret_index_is_not_named(pack: Pack) -> None:
    (found,) = judge(pack, backup(index_name=secret("hush")), drill("other"))
    assert "the restore of its index" in found.message
    assert "hush" not in found.message
