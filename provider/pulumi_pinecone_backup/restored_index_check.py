"""Check and diff of a `RestoredIndex`: which backup stays, which name, what replaces, what refuses.

A restored index is pinned to its backup: a newer backup alone must not throw a recovered index
away. What replaces and what removes protection never happen in one step, and an index is deleted
to make room only after the new backup was seen Ready.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import session
from .checking import (
    Checked,
    changed,
    keep_triggers,
    resource_key,
    restore_recorded,
    settle_name,
    was_checked,
)
from .engine_bridge import Call
from .errors import ConfigurationError, NotFoundError, PineconeBackupError
from .inputs import MAX_NAME, has_unknown
from .models import BackupModel
from .versions import require_feature

REPLACES = ("backup_id", "name", "triggers")
UPDATES = ("tags", "deletion_protection", "read_capacity")
RECORDED = ("verify", "allow_empty", "wait", "inherit_tags", "on_backup_change")
FAILED_STATUSES = frozenset({"Failed", "InitializationFailed", "Cancelled"})

_MOVE_ON = 'change `triggers`, or set `on_backup_change="replace"`, to restore the other one'


def resolve(checked: Checked) -> None:
    """Pin the backup, settle the name, lift protection alone, and look at the service early."""
    raw = checked.news.get("backup_id")
    if checked.olds:
        keep_triggers(checked)
        _pin(checked, raw)
        if checked.news.get("name") not in (None, checked.olds.get("name")):
            checked.replaces.append("name")
        _lift_protection(checked)
    elif raw is None:
        checked.failures.append("`backup_id` is required to create a restored index")
    _name(checked)
    _one_resource_a_name(checked)
    _supported(checked)
    if not checked.olds or checked.replaces:
        _preflight(checked)


def _pin(checked: Checked, raw: Any) -> None:
    """Settle which backup the index is restored from."""
    recorded = checked.olds.get("backup_id")
    mode = checked.news.get("on_backup_change", "keep")
    if raw is None or recorded is None:
        if recorded is not None:
            checked.news["backup_id"] = recorded
        return
    if raw == recorded or "triggers" in checked.replaces:
        return
    if mode == "replace":
        checked.replaces.append("backup_id")
        return
    if mode == "fail" and not has_unknown(raw):
        checked.failures.append(
            f"`backup_id` has changed from `{recorded}` to `{raw}`, and `on_backup_change` is "
            f'"fail": {_MOVE_ON}'
        )
        return
    new = "a backup that is not known yet" if has_unknown(raw) else f"`{raw}`"
    checked.warn(
        f"the index stays restored from backup `{recorded}`; the program asks for {new}: {_MOVE_ON}"
    )
    checked.news["backup_id"] = recorded


def _lift_protection(checked: Checked) -> None:
    """Take back what would replace while protection is being lifted: first the one, then the other."""  # noqa: E501
    lifts = (
        checked.olds.get("deletion_protection") == "enabled"
        and checked.news.get("deletion_protection") == "disabled"
    )
    if not (lifts and checked.replaces):
        return
    changes = ", ".join(f"`{key}`" for key in checked.replaces)
    restore_recorded(checked, REPLACES)
    checked.warn(
        f"this `up` only lifts deletion protection; the change of {changes}, which replaces the "
        "index, follows in the next `pulumi up`"
    )


def _name(checked: Checked) -> None:
    if checked.news.get("on_backup_change") != "replace":
        settle_name(checked, limit=MAX_NAME)
        return
    backup_id = checked.news.get("backup_id")
    if has_unknown(backup_id):
        return  # the name follows from the backup's id: unknown until `up`
    settle_name(checked, str(backup_id), limit=MAX_NAME)


def _one_resource_a_name(checked: Checked) -> None:
    name = checked.news.get("name")
    if name is None or has_unknown(name):
        return
    key = resource_key(checked.call, checked.news)
    with session.current.lock:
        holder = session.current.names.setdefault(name, key)
    if holder != key:
        other = holder.rpartition("::")[2]
        checked.failures.append(
            f"index name `{name}` is used by resource `{other}` too: give one of them another "
            "`name`"
        )


def _supported(checked: Checked) -> None:
    if checked.news.get("read_capacity") is None:
        return
    try:
        client = session.current.client()
    except PineconeBackupError:
        return  # said once by the preflight, or by `up`
    try:
        require_feature(client.api_version, "read_capacity")
    except ConfigurationError as error:
        checked.failures.append(f"`read_capacity`: {error}")


def _preflight(checked: Checked) -> None:
    backup_id, name = checked.news.get("backup_id"), checked.news.get("name")
    if backup_id is not None and not has_unknown(backup_id):
        _preflight_backup(checked, str(backup_id))
    indexes = session.current.indexes()
    if not checked.olds and indexes and not has_unknown(name) and name in indexes:
        checked.warn(
            f"an index named `{name}` exists already: it is continued if a lost run of this "
            "resource made it, else `up` refuses"
        )


def _preflight_backup(checked: Checked, backup_id: str) -> None:
    try:
        backup = find_backup(backup_id)
    except NotFoundError:
        checked.failures.append(
            f"backup `{backup_id}` does not exist in this project: "
            "`pulumi_pinecone_backup.list_backups()` lists those that do"
        )
        return
    except PineconeBackupError:
        return  # best effort: `up` says it
    if backup is not None and backup.is_failed:
        checked.failures.append(
            f"backup `{backup_id}` ended as {backup.status} and cannot be restored"
        )


def find_backup(backup_id: str) -> BackupModel | None:
    """Return a backup from the list asked once per process, else from the service; None offline.

    Raises:
        NotFoundError: There is no such backup.
    """
    backups = session.current.backups()
    if backups is None:
        return None
    return backups.get(backup_id) or session.current.client().describe_backup(backup_id)


def diff(
    olds: Mapping[str, Any], news: Mapping[str, Any], call: Call
) -> tuple[list[str], list[str], bool]:
    """Return what replaces, what updates in place, and whether the old index goes first.

    Raises:
        ConfigurationError: The replacement would lose something; the text says what to do.
    """
    checked = was_checked(call, news)
    replaces = _replaces(olds, news, checked=checked)
    updates = changed(olds, news, UPDATES + RECORDED)
    if is_unfinished(olds):
        updates.append("status")
    if olds.get("deletion_protection") == "enabled" and (
        news.get("deletion_protection") == "disabled"
    ):
        return [], [*updates, "deletion_protection"], False
    deletes_first = bool(replaces) and news.get("name") == olds.get("name")
    if replaces and checked:
        _refuse_protected(olds)
    if deletes_first and checked:
        _require_ready_backup(news, str(olds.get("name")))
    return replaces, updates, deletes_first


def _replaces(olds: Mapping[str, Any], news: Mapping[str, Any], *, checked: bool) -> list[str]:
    keys = [key for key in changed(olds, news, REPLACES) if olds.get(key) or news.get(key)]
    if news.get("name") is None:
        keys = [key for key in keys if key != "name"]
    if news.get("backup_id") is None:
        keys = [key for key in keys if key != "backup_id"]
    # Without a check right before, the engine asks for the dependents of something that it deletes
    # first: an unknown id must not delete this index before the new backup exists.
    if checked and has_unknown(news.get("backup_id")):
        keys.append("backup_id")
    if olds.get("status") in FAILED_STATUSES:
        keys.append("status")
    return keys


def is_unfinished(outputs: Mapping[str, Any]) -> bool:
    """Return whether a recorded restore still has to be waited for or verified."""
    if not outputs.get("wait", True):
        return False
    rows = outputs.get("verification") or []
    passed = bool(rows) and all(row.get("result") != "failed" for row in rows)
    return outputs.get("status") != "Ready" or not passed


def protected_text(name: str) -> str:
    """Return the two steps that delete or replace a protected index."""
    return (
        f'index `{name}` has deletion protection: 1. set `deletion_protection="disabled"` and '
        "run `pulumi up`; 2. then replace or destroy it"
    )


def _refuse_protected(olds: Mapping[str, Any]) -> None:
    name = str(olds.get("name"))
    indexes = session.current.indexes()
    if indexes is None:
        protected = olds.get("deletion_protection") == "enabled"
    else:
        live = indexes.get(name)
        protected = live is not None and live.deletion_protection == "enabled"
    if protected:
        raise ConfigurationError(f"this change replaces the index, but {protected_text(name)}")


def _require_ready_backup(news: Mapping[str, Any], name: str) -> None:
    """Refuse to delete an index to make room unless the backup to restore is seen Ready."""
    backup_id = news.get("backup_id")
    if has_unknown(backup_id):
        return
    why = f"index `{name}` would be deleted to make room for the new one of the same name, but"
    try:
        backup = session.current.client().describe_backup(str(backup_id))
    except PineconeBackupError as error:
        raise ConfigurationError(
            f"{why} its backup could not be seen: {error}. Nothing was deleted; leave `name` out "
            "to restore beside the old index"
        ) from error
    if not backup.is_ready:
        raise ConfigurationError(
            f"{why} backup `{backup_id}` is {backup.status}. Nothing was deleted; run `pulumi up` "
            "again when it is Ready"
        )
