"""What `make up` ends with, for every state that a user's program can end in."""

from __future__ import annotations

from typing import Any

from summary import BACKUP, RESTORED, summary

CHECKS: list[dict[str, Any]] = [
    {"name": "record_count", "expected": 1000.0, "actual": 1000.0, "result": "passed", "why": ""},
    {"name": "namespace_count", "expected": 3.0, "actual": 3.0, "result": "passed", "why": ""},
]


def resource(kind: str, **outputs: Any) -> dict[str, Any]:
    return {"type": kind, "urn": f"urn::{kind}", "outputs": outputs}


def backup(**more: Any) -> dict[str, Any]:
    known = {"backup_id": "b-1", "index_name": "products", "record_count": 1000.0}
    return resource(BACKUP, **known | {"namespace_count": 3.0} | more)


def restored(**more: Any) -> dict[str, Any]:
    known = {"name": "copy", "host": "copy.example", "recovery_point_at": "2026-01-01T00:00:00Z"}
    return resource(RESTORED, **known | {"rto_seconds": 4.04, "verification": CHECKS} | more)


def of(*resources: dict[str, Any]) -> list[str]:
    return summary({"resources": [{"type": "pulumi:pulumi:Stack"}, *resources]}).splitlines()


def test_everything_that_is_known_is_told() -> None:
    assert of(backup(), restored()) == [
        "",
        "Restored and verified.",
        "",
        "  backup            b-1 of `products`",
        "    holds           1000 records in 3 namespaces",
        "  restored index    copy",
        "    holds           1000 records in 3 namespaces",
        "    host            copy.example",
        "    recovery point  2026-01-01T00:00:00Z",
        "    restore took    4.0 s, verification included",
        "    verification    record_count, namespace_count passed",
    ]


def test_a_check_that_did_not_pass_is_named_with_its_reason() -> None:
    skipped = {"name": "region", "result": "skipped", "why": "the backup does not report it"}
    lines = of(backup(), restored(verification=[*CHECKS, skipped]))
    assert lines[1] == "Restored, but not all of it is verified."
    expected = "record_count, namespace_count passed; region skipped: the backup does not report it"
    assert lines[-1] == f"    verification    {expected}"


def test_a_restore_that_is_not_waited_for_is_not_called_verified() -> None:
    unknown = {"host": None, "rto_seconds": None, "recovery_point_at": None, "verification": None}
    lines = of(backup(record_count=None), restored(**unknown))
    assert lines[1] == "Restored, but not all of it is verified."
    assert "    restore took    not known yet" in lines
    assert lines[4] == "    holds           not known yet"
    assert lines[-1] == "    verification    nothing passed"


def test_a_program_without_a_restored_index_says_so() -> None:
    assert of(backup())[1] == "The program restores no index."
    assert of()[1] == "The program restores no index."
