"""Diff of a `RestoredIndex`: what replaces, what updates in place, and what is refused.

What replaces and what removes protection never happen in one step, and an index is deleted to make
room only after the new backup was seen Ready.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import checks, replacement
from pulumi_pinecone_backup.lifecycle.autonaming import refuse_deletion_first
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index import ownership
from pulumi_pinecone_backup.restored_index.protection import (
    LiftedProtection,
    is_protected,
    protected_text,
)
from pulumi_pinecone_backup.restored_index.settlement import settle_recorded

REPLACES = ("backup_id", "name", "triggers")
UPDATES = ("tags", "deletion_protection", "read_capacity")
RECORDED = (
    "verify",
    "allow_empty",
    "wait",
    "inherit_tags",
    "on_backup_change",
    "fingerprint",
    "sample_tolerance",
    "checks",
)
NEVER_MADE = "NotRestored"
FAILED_STATUSES = frozenset({"Failed", "InitializationFailed", "Cancelled"})


def diff(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Change:
    """Return what a change does.

    Raises:
        ConfigurationError: The replacement would lose something; the text says what to do.
    """
    if was_never_made(olds):
        # Nothing of it exists, whatever has its name: it is restored under the id that it has.
        checks.was_checked(session, call, news)
        return Change(updates=["status"])
    updates = checks.changed(olds, news, UPDATES + RECORDED)
    if is_unfinished(olds):
        updates.append("status")
    # Without a check right before, it is a refresh, or the engine asks for the dependents of
    # something that it deletes first: this index must not go before the new backup exists.
    if not checks.was_checked(session, call, news):
        return Change(_changed_ids(olds, news), updates)
    settle_recorded(session, id_, olds.get("owner_mark"))
    replaces = _replaces(session, olds, news)
    if replaces and _lifts_protection(session, olds, news, call):
        replaces, updates = [], [*updates, "deletion_protection"]
    elif checks.resource_key(call, news) in session.memory(LiftedProtection):
        updates.append("deletion_protection")  # set elsewhere: recorded and wanted are the same
    if not replaces:
        replacement.claim_newest(
            session,
            str(olds.get("identity", "")),
            id_,
            lambda: not is_unfinished(olds) and is_ready(session, id_),
        )
        return Change(updates=updates)
    _refuse_protected(session, olds)
    wanted = checks.replacement_inputs(session, call, news)
    deletes_first = news.get("name") == olds.get("name")
    if deletes_first:
        require_ready_backup(session, wanted, id_)
    else:
        refuse_deletion_first(session, call, f"index `{id_}`")
    _say_new_backup(replaces, olds, wanted, call)
    return Change(replaces, updates, deletes_first)


def _replaces(session: Session, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    keys = _changed_ids(olds, news)
    if has_unknown(news.get("backup_id")):
        keys.append("backup_id")
    if olds.get("status") in FAILED_STATUSES and not _has_become_ready(session, olds):
        keys.append("status")
    return keys


def _has_become_ready(session: Session, olds: Mapping[str, Any]) -> bool:
    """Return whether a restore that is recorded as failed has a Ready index: that is the truth."""
    live = (session.lists.indexes() or {}).get(str(olds.get("name")))
    if live is None or not live.is_ready:
        return False
    return ownership.ownership_of(live, olds.get("owner_mark")) not in ownership.FOREIGN


def _changed_ids(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    return [
        key
        for key in checks.changed(olds, news, REPLACES)
        if (olds.get(key) or news.get(key)) and (key == "triggers" or news.get(key) is not None)
    ]


def _say_new_backup(
    replaces: list[str], olds: Mapping[str, Any], wanted: Mapping[str, Any], call: Call
) -> None:
    """Say which backup a failed restore is repeated from, where the program has moved on."""
    backup_id = wanted.get("backup_id")
    if replaces != ["status"] or backup_id == olds.get("backup_id") or has_unknown(backup_id):
        return
    messages.warn(
        f"the restore from backup `{olds.get('backup_id')}` failed; it is repeated from "
        f"`{backup_id}`, which the program asks for",
        call,
    )


def was_never_made(outputs: Mapping[str, Any]) -> bool:
    """Return whether a restore of a fleet could not even be requested."""
    return bool(outputs.get("is_soft") and outputs.get("status") == NEVER_MADE)


def is_unfinished(outputs: Mapping[str, Any]) -> bool:
    """Return whether a recorded restore still has to be waited for or verified."""
    if not outputs.get("wait", True):
        return False
    rows = outputs.get("verification") or []
    passed = bool(rows) and all(row.get("result") != "failed" for row in rows)
    return outputs.get("status") != "Ready" or not passed


def is_ready(session: Session, name: str) -> bool:
    """Return whether an index is seen Ready now; in doubt it is not."""
    try:
        return session.client().describe_index(name).is_ready
    except PineconeBackupError:
        return False


def _lifts_protection(
    session: Session, olds: Mapping[str, Any], news: Mapping[str, Any], call: Call
) -> bool:
    if news.get("deletion_protection") != "disabled" or not is_protected(session, olds):
        return False
    messages.warn(
        f"this `up` only lifts deletion protection; index `{olds.get('name')}` is replaced in the "
        "next `pulumi up`",
        call,
    )
    return True


def _refuse_protected(session: Session, olds: Mapping[str, Any]) -> None:
    if is_protected(session, olds):
        name = str(olds.get("name"))
        raise ConfigurationError(f"this change replaces the index, but {protected_text(name)}")


def require_ready_backup(session: Session, wanted: Mapping[str, Any], name: str) -> None:
    """Refuse to delete an index to make room unless the backup to restore is seen Ready.

    Args:
        session: The process's session.
        wanted: Inputs of the new index.
        name: Name of the index that would be deleted.

    Raises:
        ConfigurationError: The backup is not known to be Ready; its text says what to do.
    """
    backup_id = wanted.get("backup_id")
    if has_unknown(backup_id):
        return
    why = f"index `{name}` would be deleted to make room for the new one, but"
    step = "Nothing was deleted; run `pulumi up` again with a `backup_id` that is Ready"
    try:
        backup = session.client().describe_backup(str(backup_id))
    except PineconeBackupError as error:
        raise ConfigurationError(f"{why} its backup could not be seen: {error} {step}") from error
    if not backup.is_ready:
        raise ConfigurationError(f"{why} backup `{backup_id}` is {backup.status}. {step}")
