"""A stack's state held against the service: what a lost run left, and what is gone.

It reads and changes nothing. Every finding has the command that mends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pulumi_pinecone_backup.backup_schedule import health
from pulumi_pinecone_backup.errors import NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, is_pending, mark_identity
from pulumi_pinecone_backup.restored_index.temporary import PURPOSE_TAG, PURPOSES
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel
from pulumi_pinecone_backup.status.state_rows import kind_of, recorded, resources_of

Level = Literal["bad", "unknown"]
_CLEAR: Final = "pulumi refresh --yes --clear-pending-creates"


@dataclass(frozen=True)
class Finding:
    """Something to look at.

    Attributes:
        level: `bad` must be mended, `unknown` must be looked at.
        what: The kind of thing, in a word or two.
        text: What is the matter.
        command: What mends it; empty where only people can tell.
    """

    level: Level
    what: str
    text: str
    command: str = ""


@dataclass(frozen=True)
class _Service:
    indexes: Mapping[str, IndexModel]
    backups: Mapping[str, BackupModel]


def check_state(client: Client, state: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong between a state and the service, the most urgent first.

    Args:
        client: The service, with the key of the stack.
        state: What `pulumi stack export` prints.

    Raises:
        PineconeBackupError: Indexes or backups could not be listed.
    """
    resources = resources_of(state)
    service = _Service(
        {index.name: index for index in client.list_indexes()},
        {backup.backup_id: backup for backup in client.list_project_backups()},
    )
    pending = [
        {**operation, "resource": recorded(operation.get("resource") or {})}
        for operation in (state.get("deployment") or {}).get("pending_operations") or ()
    ]
    return [
        *_pending(pending, resources, service),
        *_gone(client, resources, service),
        *_schedules(client, resources),
        *_left(pending, resources, service),
        *_protected(resources, service),
    ]


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("urn", "")).rpartition("::")[2]


def _inputs(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return row.get("inputs") or {}


def _pending(
    operations: Sequence[Mapping[str, Any]],
    resources: Sequence[Mapping[str, Any]],
    service: _Service,
) -> Iterator[Finding]:
    """Yield what an interrupted run was doing, with the object that belongs to it."""
    known = {str(row.get("id")) for row in resources}
    for operation in operations:
        row = operation.get("resource") or {}
        kind, doing = kind_of(row), str(operation.get("type"))
        if not kind:
            continue
        what = f"{kind} `{_name(row)}` was {doing} when a run was lost"
        if doing != "creating":
            yield Finding(
                "bad", "lost run", f"{what}: the state may be old", "pulumi refresh --yes"
            )
        elif kind == "RestoredIndex":
            yield _pending_index(row, what, service)
        elif kind == "Backup":
            yield from _pending_backup(row, what, service, known)
        else:
            yield Finding("bad", "lost run", f"{what}", f"{_CLEAR} && pulumi up")


def _pending_index(row: Mapping[str, Any], what: str, service: _Service) -> Finding:
    inputs = _inputs(row)
    live = service.indexes.get(str(inputs.get("name")))
    if live is None:
        return Finding("bad", "lost run", f"{what}: nothing of it exists at the service", _CLEAR)
    owner = mark_identity(live.tags.get(MARK_TAG), live.name)
    if owner is not None and owner == inputs.get("identity"):
        return Finding(
            "bad",
            "lost run",
            f"{what}: index `{live.name}` ({live.status.state}) is its, and `pulumi up` goes on "
            "with it",
            f"pulumi up --yes && {_CLEAR}",
        )
    return Finding(
        "bad", "lost run", f"{what}: index `{live.name}` exists and is not this resource's", _CLEAR
    )


def _pending_backup(
    row: Mapping[str, Any], what: str, service: _Service, known: set[str]
) -> Iterator[Finding]:
    inputs = _inputs(row)
    candidates = [
        backup
        for backup in service.backups.values()
        if backup.backup_id not in known
        and backup.name == inputs.get("name")
        and backup.source_index_name == inputs.get("index_name")
    ]
    yield Finding("bad", "lost run", f"{what}", _CLEAR)
    for each in candidates:
        yield Finding(
            "bad",
            "lost backup",
            f"backup `{each.backup_id}` ({each.name}, {each.status}) seems to be of that run, and "
            "no state holds it: take it over, or delete it",
            f"pc backup delete --id {each.backup_id}",
        )


def _gone(
    client: Client, resources: Sequence[Mapping[str, Any]], service: _Service
) -> Iterator[Finding]:
    """Yield what the state holds and the service does not have any more."""
    for row in resources:
        kind, object_id = kind_of(row), str(row.get("id") or "")
        if kind == "RestoredIndex" and object_id and object_id not in service.indexes:
            never = (row.get("outputs") or {}).get("status") == "NotRestored"
            if not never:
                yield Finding(
                    "bad", "gone", f"index `{object_id}` of `{_name(row)}` does not exist any more",
                    "pulumi refresh --yes && pulumi up",
                )  # fmt: skip
        elif kind == "Backup" and object_id and object_id not in service.backups:
            if _is_there(client, object_id):
                continue
            yield Finding(
                "bad", "gone", f"backup `{object_id}` of `{_name(row)}` does not exist any more",
                "pulumi refresh --yes && pulumi up",
            )  # fmt: skip
        elif kind == "Backup" and object_id and service.backups[object_id].is_failed:
            yield Finding(
                "bad", "failed", f"backup `{object_id}` of `{_name(row)}` failed: it holds nothing",
                "pulumi up",
            )  # fmt: skip


def _is_there(client: Client, backup_id: str) -> bool:
    """Return whether a backup that was not listed describes itself; in doubt it is there."""
    try:
        client.describe_backup(backup_id)
    except NotFoundError:
        return False
    except PineconeBackupError:
        return True
    return True


def _schedules(client: Client, resources: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield schedules that are gone, or do not do what they are there for."""
    for row in resources:
        if kind_of(row) != "BackupSchedule" or not client.supports("backup_schedules"):
            continue
        schedule_id = str(row.get("id") or "")
        try:
            schedule = client.describe_backup_schedule(schedule_id)
            wrong = health.problem(schedule, health.last_runs(client, schedule_id))
        except NotFoundError:
            yield Finding(
                "bad", "gone",
                f"backup schedule `{schedule_id}` of `{_name(row)}` does not exist any more: the "
                "service drops the schedules of an index that is deleted",
                "pulumi up",
            )  # fmt: skip
        except PineconeBackupError as error:
            yield Finding("unknown", "schedule", f"`{_name(row)}` could not be read: {error}")
        else:
            if wrong is not None:
                yield Finding("bad", "schedule", wrong)


def _left(
    operations: Sequence[Mapping[str, Any]],
    resources: Sequence[Mapping[str, Any]],
    service: _Service,
) -> Iterator[Finding]:
    """Yield indexes with a mark of this package that this state does not hold."""
    held = {str(row.get("id")) for row in resources}
    held |= {str(_inputs(op.get("resource") or {}).get("name")) for op in operations}
    own = {str(_inputs(row).get("identity")) for row in resources}
    for live in service.indexes.values():
        mark = live.tags.get(MARK_TAG)
        owner = mark_identity(mark, live.name)
        if owner is None or live.name in held or live.tags.get(PURPOSE_TAG) in PURPOSES:
            continue
        if owner in own:
            yield Finding(
                "bad", "left over",
                f"index `{live.name}` has the mark of a resource of this stack, which holds "
                "another one: a lost run or a replacement has left it",
                f"pc index delete --name {live.name}",
            )  # fmt: skip
        elif is_pending(mark):
            yield Finding(
                "unknown", "left over",
                f"index `{live.name}` is of a run that no state has recorded: a run of another "
                "stack that is under way, or one that was lost; its stack goes on with it",
            )  # fmt: skip
        else:
            yield Finding(
                "unknown", "other stack",
                f"index `{live.name}` carries the mark of a resource that this state does not hold",
            )  # fmt: skip


def _protected(resources: Sequence[Mapping[str, Any]], service: _Service) -> Iterator[Finding]:
    """Yield what a `pulumi destroy` would stumble over."""
    for row in resources:
        live = service.indexes.get(str(row.get("id")))
        if row.get("protect"):
            yield Finding(
                "unknown", "protected",
                f"`{_name(row)}` has Pulumi's option `protect`: a destroy refuses it",
                f"pulumi state unprotect '{row.get('urn')}' --yes",
            )  # fmt: skip
        if kind_of(row) == "RestoredIndex" and live is not None:
            if live.deletion_protection != "enabled":
                continue
            yield Finding(
                "unknown", "protected",
                f"index `{live.name}` of `{_name(row)}` has deletion protection: a destroy needs "
                '`deletion_protection="disabled"` and a `pulumi up` first',
            )  # fmt: skip
