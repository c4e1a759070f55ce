"""Tells from a stack's state what was backed up and restored.

From the state, because that holds what happened whatever a user's program exports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BACKUP = "pulumi-python:dynamic/pinecone:Backup"
RESTORED = "pulumi-python:dynamic/pinecone:RestoredIndex"
UNKNOWN = "not known yet"

Row = tuple[str, str]


def summary(deployment: Mapping[str, Any]) -> str:
    """Return the rows of every backup and restored index, under a verdict."""
    resources = deployment.get("resources", ())
    backups = [resource["outputs"] for resource in resources if resource["type"] == BACKUP]
    restored = [resource["outputs"] for resource in resources if resource["type"] == RESTORED]
    rows = [row for outputs in backups for row in backup_rows(outputs)]
    rows += [row for outputs in restored for row in restored_rows(outputs)]
    lines = (f"  {name:<17} {value}" for name, value in rows)
    return "\n".join([f"\n{heading(restored)}\n", *lines])


def heading(restored: Sequence[Mapping[str, Any]]) -> str:
    """Return what can be said of all restored indexes together."""
    if not restored:
        return "The program restores no index."
    results = {check["result"] for outputs in restored for check in checks_of(outputs)}
    verified = results == {"passed"} and all(map(checks_of, restored))
    return "Restored and verified." if verified else "Restored, but not all of it is verified."


def backup_rows(outputs: Mapping[str, Any]) -> list[Row]:
    """Return what there is to know about a backup."""
    return [
        ("backup", f"{outputs['backup_id']} of `{outputs['index_name']}`"),
        ("  holds", held(outputs.get("record_count"), outputs.get("namespace_count"))),
    ]


def restored_rows(outputs: Mapping[str, Any]) -> list[Row]:
    """Return what there is to know about a restored index."""
    checks = {
        check["name"]: check.get("actual", check.get("expected")) for check in checks_of(outputs)
    }
    seconds = outputs.get("rto_seconds")
    took = UNKNOWN if seconds is None else f"{seconds:.1f} s, verification included"
    return [
        ("restored index", outputs["name"]),
        ("  holds", held(checks.get("record_count"), checks.get("namespace_count"))),
        ("  host", outputs.get("host") or UNKNOWN),
        ("  recovery point", outputs.get("recovery_point_at") or UNKNOWN),
        ("  restore took", took),
        ("  verification", verdict(checks_of(outputs))),
    ]


def checks_of(outputs: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the rows of a verification, none where it was not made yet."""
    return outputs.get("verification") or ()


def held(records: float | None, namespaces: float | None) -> str:
    """Return counts for people."""
    if records is None or namespaces is None:
        return UNKNOWN
    return f"{records:.0f} records in {namespaces:.0f} namespaces"


def verdict(checks: Sequence[Mapping[str, Any]]) -> str:
    """Return the results of a verification for people, what passed first."""
    good = ", ".join(check["name"] for check in checks if check["result"] == "passed")
    others = [check for check in checks if check["result"] != "passed"]
    texts = (f"{check['name']} {check['result']}: {check['why']}" for check in others)
    return "; ".join([f"{good or 'nothing'} passed", *texts])
