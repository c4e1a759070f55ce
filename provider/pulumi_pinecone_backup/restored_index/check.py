"""Check of a `RestoredIndex`: which backup stays, which name, and what the service says early.

A restored index is pinned to its backup: a newer backup alone must not throw a recovered index
away. What replaces it anyway takes the backup that the program asks for.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import CheckedInputs
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import ConfigurationError, NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import checks
from pulumi_pinecone_backup.lifecycle.checks import Checked
from pulumi_pinecone_backup.lifecycle.identity import MAX_NAME
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index import ownership, parity
from pulumi_pinecone_backup.restored_index.diff import REPLACES
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.restored_index.protection import LiftedProtection, is_protected
from pulumi_pinecone_backup.service.models import BackupModel
from pulumi_pinecone_backup.service.versions import require_feature

_MOVE_ON = 'change `triggers`, or set `on_backup_change="replace"`, to restore the other one'


class NamesInUse:
    """Which resource of the program has an index name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: dict[str, tuple[str, str]] = {}

    def claim(self, name: str, key: str, resource_name: str) -> tuple[str, str]:
        """Return key and name of the resource that has the name: this one, if none had it."""
        with self._lock:
            return self._holders.setdefault(name, (key, resource_name))


def check(
    session: Session, call: Call, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> CheckedInputs:
    """Check a program's inputs."""
    return checks.check(session, call, RestoredIndexInputs, olds, news, _resolve)


def _resolve(checked: Checked) -> None:
    """Pin the backup, settle the name, lift protection alone, and look at the service early."""
    if checked.olds:
        checks.keep_triggers(checked)
        _rename(checked)
        _pin(checked)
        _lift_protection(checked)
        checks.hold_until_retained(checked, REPLACES)
    elif checked.news.get("backup_id") is None:
        checked.failures.append(
            "`backup_id` is required to create a restored index; with `--target`, also name the "
            "backup that it comes from (`--target <its urn>`)"
        )
    _name(checked)
    _one_resource_a_name(checked)
    _supported(checked)
    if not checked.olds or checked.replaces:
        _preflight(checked)
    if checked.news.get("is_soft"):
        for text in checked.failures:
            checked.warn(text)
        checked.failures.clear()


def _rename(checked: Checked) -> None:
    name = checked.news.get("name")
    if name is None or checked.olds.get("name") is None:
        return
    if has_unknown(name):
        checks.keep_unknown(checked, "name")
    elif name != checked.olds["name"]:
        checked.replaces.append("name")


def _pin(checked: Checked) -> None:
    """Settle which backup the index is restored from."""
    raw, recorded = checked.news.get("backup_id"), checked.olds.get("backup_id")
    mode = checked.news.get("on_backup_change", "keep")
    if raw is None and recorded is not None:
        checked.news["backup_id"] = recorded
        return
    if recorded is None or raw == recorded or "triggers" in checked.replaces:
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
    checked.warn(_pinned_text(checked, mode, recorded, raw))
    checked.pin("backup_id")
    # A fingerprint belongs to its backup: the one of another backup would prove nothing.
    checked.pin("fingerprint")


def _pinned_text(checked: Checked, mode: str, recorded: str, raw: Any) -> str:
    new = "a backup that is not known yet" if has_unknown(raw) else f"`{raw}`"
    if mode == "fail":
        return (
            f"the program asks for {new}: `up` fails if it is not `{recorded}`, because "
            f'`on_backup_change` is "fail"; {_MOVE_ON}'
        )
    if "name" in checked.replaces:
        return (
            f"the index of the new name is restored from {new}, which the program asks for, not "
            f"from `{recorded}`"
        )
    return (
        f"the index stays restored from backup `{recorded}`; the program asks for {new}: {_MOVE_ON}"
    )


def _lift_protection(checked: Checked) -> None:
    """Take back what would replace while protection is being lifted: one step at a time."""
    lifts = checked.news.get("deletion_protection") == "disabled"
    if not (checked.replaces and lifts and is_protected(checked.session, checked.olds)):
        return
    changes = ", ".join(f"`{key}`" for key in checked.replaces)
    checks.restore_recorded(checked, REPLACES)
    checked.session.memory(LiftedProtection).add(checked.key)
    checked.warn(
        f"this `up` only lifts deletion protection; the change of {changes}, which replaces the "
        "index, follows in the next `pulumi up`"
    )


def _name(checked: Checked) -> None:
    if checked.news.get("on_backup_change") != "replace":
        checks.settle_name(checked, limit=MAX_NAME)
        return
    # The name follows from the backup's id: unknown as long as that is.
    checks.settle_name(checked, checked.news.get("backup_id"), limit=MAX_NAME)


def _one_resource_a_name(checked: Checked) -> None:
    name = checked.news.get("name")
    if name is None or has_unknown(name):
        return
    urn = checked.call.urn
    own = urn.rpartition("::")[2] if urn else str(checked.news.get("resource_name", ""))
    holder, other = checked.session.memory(NamesInUse).claim(name, checked.key, own)
    if holder != checked.key:
        checked.failures.append(
            f"index name `{name}` is used by resource `{other}` too: give one of them another "
            "`name`"
        )


def _supported(checked: Checked) -> None:
    if checked.news.get("read_capacity") is None:
        return
    try:
        client = checked.session.client()
    except PineconeBackupError:
        return  # said once by the preflight, or by `up`
    try:
        require_feature(client.api_version, "read_capacity")
    except ConfigurationError as error:
        checked.failures.append(f"`read_capacity`: {error}")


def _preflight(checked: Checked) -> None:
    backup_id, name = checked.replacement_inputs.get("backup_id"), checked.news.get("name")
    if backup_id is not None and not has_unknown(backup_id):
        _preflight_backup(checked, str(backup_id))
    indexes = checked.session.lists.indexes()
    if not checked.olds and indexes and not has_unknown(name) and name in indexes:
        identity = str(checked.news.get("identity", ""))
        checked.warn(ownership.taken_text(indexes[name], identity, backup_id))


def _preflight_backup(checked: Checked, backup_id: str) -> None:
    try:
        backup = _find_backup(checked, backup_id)
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
    elif backup is not None:
        source = (checked.session.lists.indexes() or {}).get(str(backup.source_index_name))
        for text in parity.not_brought_back(source, checked.news) if source else ():
            checked.warn(text)


def _find_backup(checked: Checked, backup_id: str) -> BackupModel | None:
    """Return a backup from the list asked once per process, else from the service; None offline.

    Raises:
        NotFoundError: There is no such backup.
    """
    backups = checked.session.lists.backups()
    if backups is None:
        return None
    return backups.get(backup_id) or checked.session.client().describe_backup(backup_id)
