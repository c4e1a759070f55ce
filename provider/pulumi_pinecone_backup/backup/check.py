"""Check and diff of a `Backup`: what stays, and what makes a new one.

Backups are immutable: only `index_name` and `triggers` make a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.backup import keeping
from pulumi_pinecone_backup.backup.properties import BackupInputs
from pulumi_pinecone_backup.backup.rotation import recorded
from pulumi_pinecone_backup.backup.start import RecordedBackups
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change, CheckedInputs
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle import checks, replacement, source_index
from pulumi_pinecone_backup.lifecycle.autonaming import refuse_deletion_first
from pulumi_pinecone_backup.lifecycle.checks import Checked
from pulumi_pinecone_backup.lifecycle.identity import MAX_NAME
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.models import FAILED_BACKUP_STATUSES

_REPLACES = ("index_name", "triggers")
_RECORDED = ("wait", "name", "description", "fingerprint_records", "keep_until")


def check(
    session: Session, call: Call, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> CheckedInputs:
    """Check a program's inputs."""
    return checks.check(session, call, BackupInputs, olds, news, _resolve)


def _resolve(checked: Checked) -> None:
    """Pin what is immutable, name the backup, and look at the service early."""
    if checked.olds:
        _pin(checked)
        checks.hold_until_retained(checked, _REPLACES)
    if not checked.olds or checked.replaces or checked.olds.get("name") is not None:
        checks.settle_name(checked, limit=MAX_NAME)  # an imported backup may have no name
    if not checked.olds or checked.replaces:
        source_index.preflight(checked)


def _pin(checked: Checked) -> None:
    olds, news = checked.olds, checked.news
    if has_unknown(news.get("index_name")):
        checks.keep_unknown(checked, "index_name")
    elif olds.get("index_name") not in (None, news.get("index_name")):
        checked.replaces.append("index_name")
    checks.keep_triggers(checked)
    if checked.replaces:
        return
    for key in ("name", "description"):
        given = news.get(key)
        if given != olds.get(key) and not (key == "name" and given is None):
            checked.warn(
                f"backups are immutable: the recorded `{key}` is kept. Change `triggers` to take "
                "a new backup with the new one"
            )
            checked.pin(key)


def diff(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Change:
    """Return what a change does."""
    session.memory(RecordedBackups).add(id_)
    was_checked = checks.was_checked(session, call, news)
    replaces = [
        key
        for key in checks.changed(olds, news, _REPLACES)
        if (olds.get(key) or None) != news.get(key)
    ]
    if was_checked and olds.get("status") in FAILED_BACKUP_STATUSES:
        replaces.append("status")
    updates = checks.changed(olds, news, _RECORDED)
    if is_unfinished(olds):
        updates.append("status")
    if recorded(olds.get("rotation")) != recorded(news.get("rotation")):
        updates.append("rotation")
    if was_checked and replaces:
        keeping.refuse_replacement(id_, olds, replaces)
        refuse_deletion_first(session, call, f"backup `{id_}`")
    elif was_checked:
        identity = str(olds.get("identity", ""))
        replacement.claim_newest(session, identity, id_, lambda: is_ready(session, id_))
    return Change(replaces, updates)


def is_ready(session: Session, backup_id: str) -> bool:
    """Return whether a backup is seen Ready now; in doubt it is not."""
    try:
        return session.client().describe_backup(backup_id).is_ready
    except PineconeBackupError:
        return False


def is_unfinished(outputs: Mapping[str, Any]) -> bool:
    """Return whether the recorded backup was still being made, and the program waits for it."""
    return bool(outputs.get("wait", True)) and outputs.get("status") != "Ready"
