"""Whose an index is: its owner's mark, and what may be continued, adopted or taken over.

An index carries its owner's mark as a tag: identity and a nonce that changes whenever another
state entry takes the index over. It is pending until a state records the index: only such an
index is adopted by a create, and comparisons leave that out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pulumi_pinecone_backup.engine.cancellation import pause
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle.identity import (
    IF_RENAMED,
    MARK_TAG,
    is_pending,
    mark_identity,
    pending,
    without_pending,
)
from pulumi_pinecone_backup.lifecycle.replacement import Declared
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexModel

_JOB_LISTS = 3
_NO_SOURCE = (
    "no restore job tells which backup it was restored from: run `pulumi up` again, or use API "
    "2026-07, where the index itself tells it (`pinecone-backup:apiVersion`)"
)
_WAYS_OUT = (
    f"Ways out: {IF_RENAMED}; to take the index over, `pinecone-backup import`; else choose "
    "another `name`"
)

_KEPT = (
    "a state records it that is not this one, or not any more: a stack that was renamed, another "
    "backend, or this state before `pulumi state delete`. Nothing was changed. Ways out: to take "
    "the index over, `pinecone-backup import`; "
    f"{IF_RENAMED}; after `--replace`, `replacement_trigger` or a taint, take that back "
    "(`pulumi state untaint`) and change `triggers` to restore again; else choose another `name`"
)

Ownership = Literal["ours", "taken over", "renewed", "mark gone", "not marked"]
FOREIGN = frozenset({"taken over", "renewed", "mark gone"})


def ownership_of(index: IndexModel, recorded_mark: str | None) -> Ownership:
    """Return whose a live index is, by the mark that a state entry has recorded."""
    live, recorded = without_pending(index.tags.get(MARK_TAG)), without_pending(recorded_mark)
    if not recorded:
        return "taken over" if mark_identity(live, index.name) else "not marked"
    if live == recorded:
        return "ours"
    if not live:
        return "mark gone"
    is_renewed = mark_identity(live, index.name) == mark_identity(recorded, index.name)
    return "renewed" if is_renewed else "taken over"


def describe(index: IndexModel, how: Ownership) -> str:
    """Return one line that says why an index is not this state entry's, and the ways out."""
    if how == "taken over":
        return (
            f"index `{index.name}` now belongs to another resource or stack (its tag `{MARK_TAG}` "
            "is not the recorded one); this resource leaves it alone: remove it from this state "
            "with `pulumi state delete`, or give it another `name`"
        )
    if how == "renewed":
        return (
            f"index `{index.name}` carries a newer mark of this resource than this state knows "
            f"(tag `{MARK_TAG}`): another state of this stack has gone on with it, or a run of "
            "this one was lost. Remove it from this state with `pulumi state delete`; if no other "
            "state has it, take it over again with `pinecone-backup import`"
        )
    return (
        f"index `{index.name}` has lost its tag `{MARK_TAG}`, so it cannot be told whose it is: "
        "set the tag back to the recorded `owner_mark`, or remove the resource from this state "
        "with `pulumi state delete`"
    )


def protected_leftover_text(index: IndexModel) -> str:
    """Return the way out of a failed restore of a lost run that is protected."""
    return (
        f"index `{index.name}`, left by a failed restore of an earlier run of this resource, has "
        'deletion protection: set `deletion_protection="disabled"` and run `pulumi up`, which '
        "removes it and restores again; then set it back"
    )


def require_own(session: Session, index: IndexModel, identity: str, backup_id: str) -> None:
    """Return if a live index is what an unfinished run of this resource has made from this backup.

    One whose restore has failed holds nothing, so it does not matter whether a state records it.

    Raises:
        ConfigurationError: It is another's, a state records it, or it is of another backup.
    """
    mark = index.tags.get(MARK_TAG)
    live = mark_identity(mark, index.name)
    if live is None:
        raise name_conflict(index, "it carries no mark of this package")
    if live != identity:
        raise name_conflict(index, _owner_text(session, live))
    if not is_pending(mark) and not index.is_failed:
        raise ConfigurationError(f"index `{index.name}` exists already, and {_KEPT}")
    source = index.source_backup_id or _source_by_job(session, index.name)
    if source != backup_id:
        why = _other_backup(source, backup_id) if source else _NO_SOURCE
        raise ConfigurationError(f"index `{index.name}` is this resource's already, but {why}")


def _source_by_job(session: Session, index_name: str) -> str | None:
    """Return the backup that a job tells; the list of jobs can miss rows, so it is read again."""
    for looks in range(_JOB_LISTS):
        if looks and not pause(session.pace.retry):
            break
        job = session.jobs().newest(index_name, None)
        if job is not None:
            return job.backup_id
    return None


def name_conflict(index: IndexModel, why: str) -> ConfigurationError:
    """Return the error for a name that is taken by something else."""
    return ConfigurationError(
        f"index `{index.name}` exists already (state {index.status.state}) and is not this "
        f"resource's: {why}. {_WAYS_OUT}"
    )


def taken_text(index: IndexModel, identity: str, backup_id: Any) -> str:
    """Return what a preview says of an index whose name a new resource asks for."""
    text = f"an index named `{index.name}` exists already"
    mark = index.tags.get(MARK_TAG)
    if mark_identity(mark, index.name) != identity:
        return f"{text} and is not this resource's: `up` refuses. {_WAYS_OUT}"
    if not is_pending(mark) and not index.is_failed:
        return f"{text}: `up` refuses, because {_KEPT}"
    if index.source_backup_id not in (None, backup_id) and not has_unknown(backup_id):
        return f"{text}: `up` refuses, because {_other_backup(index.source_backup_id, backup_id)}"
    if index.is_failed and index.deletion_protection == "enabled":
        return protected_leftover_text(index)
    if index.is_failed:
        return (
            f"{text}, left by a failed restore of this resource: `up` removes it and restores again"
        )
    return (
        f"{text}, left by an unfinished run of this resource: `up` continues it and restores "
        "nothing"
    )


def _owner_text(session: Session, identity: str) -> str:
    """Return whose index it is, as far as this program tells."""
    declared = session.memory(Declared).of(identity)
    if declared is None:
        return "it belongs to another resource or stack"
    return (
        f"it belongs to resource `{declared.get('resource_name')}` of this program, which must "
        "give the name up in a `pulumi up` before this resource is declared"
    )


def _other_backup(source: str | None, backup_id: Any) -> str:
    return (
        f"it was restored from backup `{source}`, not from `{backup_id}`. Ways out: take back what "
        "asked for a replacement (`--replace`, `replacement_trigger`; `pulumi state untaint`) and "
        f"change `triggers` instead, or give `backup_id` as `{source}` to keep what is there"
    )


def take_over(client: Client, index: IndexModel, mark: str) -> bool:
    """Give a live index a new mark, pending as yet; return whether the service took it."""
    try:
        client.configure_index(index.name, tags={MARK_TAG: pending(mark)})
    except PineconeBackupError:
        return False
    return True


def refuse_foreign(index: IndexModel, recorded_mark: str | None) -> None:
    """Return if a live index is this state entry's.

    Raises:
        ConfigurationError: Another state entry has taken it over, or its mark is gone.
    """
    how = ownership_of(index, recorded_mark)
    if how in FOREIGN:
        raise ConfigurationError(describe(index, how))


def refuse_other_source(live: IndexModel, props: Mapping[str, Any]) -> None:
    """Return if a live index was restored from the recorded backup, as far as it tells.

    Raises:
        ConfigurationError: It was restored from another backup.
    """
    recorded = props.get("backup_id")
    if live.source_backup_id and recorded and live.source_backup_id != recorded:
        raise ConfigurationError(
            f"index `{live.name}` was restored from backup `{live.source_backup_id}`, not from the "
            f"recorded `{recorded}`: somebody has replaced it. The state is kept; remove the "
            "resource from it with `pulumi state delete`, or delete that index and run `pulumi up`"
        )
