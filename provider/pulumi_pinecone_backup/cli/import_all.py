"""Many existing objects at once for `pinecone-backup import`, and their program."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_pinecone_backup.cli import adoption
from pulumi_pinecone_backup.cli.adoption import Owner
from pulumi_pinecone_backup.errors import NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, mark_identity
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index.temporary import PURPOSE_TAG, PURPOSES
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexModel

SHOWN_INPUTS: Final[Mapping[str, Sequence[str]]] = {
    "Backup": ("index_name", "description"),
    "RestoredIndex": ("backup_id",),
    "BackupSchedule": ("index_name", "frequency", "retention_days", "name", "enabled"),
}
_DEFAULTS: Final = {"enabled": True}


@dataclass(frozen=True)
class Existing:
    """An object that can be imported."""

    kind: str
    object_id: str
    wish: str


def existing(
    client: Client, indexes: Sequence[str] | None, held: set[str], *, takes_over: bool
) -> tuple[list[Existing], list[str]]:
    """Return what can be imported, and a line for each object that is left out.

    Args:
        client: The service.
        indexes: Only backups and schedules of these, what was restored from those backups, and
            these themselves where they were restored; None takes all.
        held: Ids that the stack holds already.
        takes_over: Whether what carries the mark of another resource is taken too.

    Raises:
        PineconeBackupError: Something could not be listed.
    """
    left: list[str] = []
    backups = [
        backup
        for backup in client.list_project_backups()
        if indexes is None or backup.source_index_name in indexes
    ]
    found = [Existing("Backup", b.backup_id, b.name or "backup") for b in backups if b.is_ready]
    left += [f"backup `{b.backup_id}` is {b.status}" for b in backups if not b.is_ready]
    ids = {backup.backup_id for backup in backups}
    live = client.list_indexes()
    for index in live:
        is_wanted = indexes is None or index.name in indexes or index.source_backup_id in ids
        if not is_wanted or index.tags.get(PURPOSE_TAG) in PURPOSES:
            continue
        if index.source_backup_id is None:
            continue  # not restored from a backup, as far as is told
        if _is_anothers(index) and not takes_over and index.name not in held:
            left.append(f"index `{index.name}` carries another resource's mark: --take-over")
            continue
        found.append(Existing("RestoredIndex", index.name, index.name))
    if client.supports("backup_schedules"):
        names = [index.name for index in live if indexes is None or index.name in indexes]
        found += list(_schedules(client, names))
    return [each for each in found if each.object_id not in held], left


def _is_anothers(index: IndexModel) -> bool:
    return mark_identity(index.tags.get(MARK_TAG), index.name) is not None


def _schedules(client: Client, names: Iterable[str]) -> Iterator[Existing]:
    for name in names:
        try:
            listed = client.list_backup_schedules(name)
        except NotFoundError:
            continue  # the index went meanwhile
        for each in listed:
            yield Existing("BackupSchedule", each.schedule_id, f"{name}-{each.name}")


def entries(
    session: Session,
    objects: Iterable[Existing],
    owner: Callable[[str], Owner],
    taken: set[str],
    *,
    takes_over: bool,
) -> Iterator[dict[str, Any]]:
    """Yield the entry of each object, under a name of its own.

    Args:
        session: Settings and client.
        objects: What to import.
        owner: Makes the resource of a name.
        taken: Names that are in use; those that are given out are added.
        takes_over: Whether an index is taken from another resource.

    Raises:
        PineconeBackupError: An object cannot be imported.
    """
    for each in objects:
        who = owner(_unique(each.wish, taken))
        if each.kind == "Backup":
            yield adoption.backup_entry(session, who, each.object_id)
        elif each.kind == "BackupSchedule":
            yield adoption.backup_schedule_entry(session, who, each.object_id)
        else:
            yield adoption.restored_index_entry(session, who, each.object_id, takes_over=takes_over)


def _unique(wish: str, taken: set[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", wish).strip("-") or "object"
    found, number = name, 1
    while found in taken or keyword.iskeyword(found):
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


def declaration(entry: Mapping[str, Any]) -> str:
    """Return the call that declares an entry, so that a preview shows no change."""
    kind = str(entry["type"]).rpartition(":")[2]
    given = {
        key: entry["inputs"][key]
        for key in SHOWN_INPUTS[kind]
        if entry["inputs"].get(key) is not None and entry["inputs"][key] != _DEFAULTS.get(key)
    }
    arguments = "".join(f", {key}={_literal(value)}" for key, value in given.items())
    return f"{kind}({_literal(entry['name'])}{arguments})"


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)


def program(imported: Iterable[Mapping[str, Any]]) -> str:
    """Return the Python that declares what was imported."""
    lines = [
        '"""What was imported into this stack, declared so that a preview shows no change."""',
        "",
        "import pulumi_pinecone_backup as pinecone_backup",
        "",
        *(f"pinecone_backup.{declaration(entry)}" for entry in imported),
    ]
    return "\n".join(lines) + "\n"


def require_some(objects: Sequence[Existing], left: Sequence[str]) -> None:
    """Return if there is something to import.

    Raises:
        PineconeBackupError: There is nothing; the text says what was left out.
    """
    if not objects:
        more = f" Left out: {'; '.join(left)}." if left else ""
        raise PineconeBackupError(f"there is nothing to import.{more}")
