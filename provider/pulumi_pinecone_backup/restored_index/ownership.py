"""Whose an index is, and whether a 404 means that it is gone: nothing is dropped on doubt.

An index carries its owner's mark as a tag: identity and a nonce that changes whenever another
state entry takes the index over. A key of another project sees a 404 for everything, so a 404
counts only where the key is known to read the recorded project.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.errors import ConfigurationError, ConflictError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.identity import mark_identity
from pulumi_pinecone_backup.lifecycle.inputs import MARK_TAG, has_unknown
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexModel
from pulumi_pinecone_backup.waiting import watchers as waiting

ACCEPT_GONE = "PINECONE_BACKUP_ACCEPT_GONE"

_JOB_LISTS = 3
_NO_SOURCE = (
    "no restore job tells which backup it was restored from: run `pulumi up` again, or use API "
    "2026-07, where the index itself tells it (`pinecone-backup:apiVersion`)"
)

IF_RENAMED = (
    "if the resource was renamed, add "
    '`opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<old name>")])`'
)
_WAYS_OUT = (
    f"Ways out: {IF_RENAMED}; to take the index over, `pinecone-backup import`; else choose "
    "another `name`"
)

Standing = Literal["ours", "taken over", "renewed", "mark gone", "not marked"]
FOREIGN = frozenset({"taken over", "renewed", "mark gone"})


def standing(index: IndexModel, recorded_mark: str | None) -> Standing:
    """Return how a live index stands to a state entry's recorded mark."""
    live = index.tags.get(MARK_TAG)
    if not recorded_mark:
        return "taken over" if mark_identity(live) else "not marked"
    if live == recorded_mark:
        return "ours"
    if not live:
        return "mark gone"
    return "renewed" if mark_identity(live) == mark_identity(recorded_mark) else "taken over"


def describe_standing(index: IndexModel, how: Standing) -> str:
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
            "this one was lost. If another state has it, remove it from this one with `pulumi "
            "state delete`; else `pulumi up --replace <urn>` goes on with it and restores nothing"
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


def require_own(index: IndexModel, identity: str, backup_id: str) -> None:
    """Return if a live index is what this resource has made from this backup.

    Raises:
        ConfigurationError: It is another's, or restored from another backup.
    """
    live = mark_identity(index.tags.get(MARK_TAG))
    if live is None:
        raise name_conflict(index, "it carries no mark of this package")
    if live != identity:
        raise name_conflict(index, _owner_text(live))
    source = index.source_backup_id or _source_by_job(index.name)
    if source != backup_id:
        why = _other_backup(source, backup_id) if source else _NO_SOURCE
        raise ConfigurationError(f"index `{index.name}` is this resource's already, but {why}")


def _source_by_job(index_name: str) -> str | None:
    """Return the backup that a job tells; the list of jobs can miss rows, so it is read again."""
    for looks in range(_JOB_LISTS):
        if looks and not waiting.pause(waiting.RETRY_SECONDS):
            break
        job = session.current.jobs().newest(index_name, None)
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
    if mark_identity(index.tags.get(MARK_TAG)) != identity:
        return f"{text} and is not this resource's: `up` refuses. {_WAYS_OUT}"
    if index.source_backup_id not in (None, backup_id) and not has_unknown(backup_id):
        return f"{text}: `up` refuses, because {_other_backup(index.source_backup_id, backup_id)}"
    if index.is_failed and index.deletion_protection == "enabled":
        return protected_leftover_text(index)
    if index.is_failed:
        return (
            f"{text}, left by a failed restore of this resource: `up` removes it and restores again"
        )
    return (
        f"{text} and is this resource's: `up` continues it and restores nothing; change `triggers` "
        "to restore it again"
    )


def _owner_text(identity: str) -> str:
    """Return whose index it is, as far as this program tells."""
    declared = session.current.answers.get(identity)
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


def vanished(client: Client, recorded_project: str | None, what: str) -> ConfigurationError:
    """Return the error for a change of something that is not there any more.

    Raises:
        ConfigurationError: The key reads another project.
    """
    refuse_other_project(client, recorded_project, what)
    return ConfigurationError(
        f"{what} is not there any more: somebody has deleted it. `pulumi up --refresh` takes it "
        "out of the state and makes it anew"
    )


def confirm_gone(client: Client, recorded_project: str | None, what: str) -> None:
    """Return if a 404 means that the object is gone.

    Raises:
        ConfigurationError: The key reads another project, or it cannot be told which one.
    """
    visible = {index.project for index in client.list_indexes() if index.project}
    if recorded_project and recorded_project in visible | session.current.proven_projects:
        return
    if recorded_project and visible:
        raise other_project(what, recorded_project, visible)
    if os.environ.get(ACCEPT_GONE) == "1":
        return
    raise ConfigurationError(
        f"{what} was not found, and this key shows nothing that tells which project it reads: the "
        "state is kept. If the object is really gone, accept that with "
        f"`{ACCEPT_GONE}=1`; if the key is of another project, set the right one"
    )


def refuse_other_project(client: Client, recorded_project: str | None, what: str) -> None:
    """Return unless the key is known to read another project than the recorded one.

    Raises:
        ConfigurationError: The key reads another project.
    """
    if not recorded_project:
        return
    visible = {index.project for index in client.list_indexes() if index.project}
    if visible and recorded_project not in visible:
        raise other_project(what, recorded_project, visible)


def other_project(what: str, recorded: str, visible: set[str]) -> ConfigurationError:
    """Return the error for a key of another project."""
    seen = ", ".join(f"`{project}`" for project in sorted(visible))
    return ConfigurationError(
        f"{what} was not found because the API key reads another project ({seen}) than the one it "
        f"was made in (`{recorded}`): the state is kept. Set the key of project `{recorded}` in "
        "`pinecone-backup:apiKey` or `PINECONE_API_KEY`"
    )


def claim_newest(identity: str, object_id: str, is_ready: Callable[[], bool]) -> None:
    """Remember the newest object of a resource, so that the old one is not deleted too early."""
    if not identity:
        return
    with session.current.lock:
        session.current.newest[identity] = session.Newer(object_id, is_ready)


def refuse_gap(props: Mapping[str, Any], object_id: str, what: str, done: str = "Ready") -> None:
    """Return unless deleting this object would leave the resource without a usable one.

    Raises:
        ConfigurationError: This process knows a newer object, and that is not Ready.
    """
    newer = session.current.newest.get(str(props.get("identity", "")))
    if newer is None or newer.object_id == object_id or newer.is_ready():
        return
    raise ConfigurationError(
        f"{what} was not deleted: `{newer.object_id}`, which replaces it, is not {done} yet. "
        "The next `pulumi up` removes it once the new one is"
    )


def is_in_use(props: Mapping[str, Any], object_id: str) -> bool:
    """Return whether this process knows the object as one that its resource goes on with."""
    newer = session.current.newest.get(str(props.get("identity", "")))
    return newer is not None and newer.object_id == object_id


def makes_room(props: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the inputs of the object that is going to be made once this one is deleted, or None.

    So it is where the program declares the resource and nothing stands in its place yet.
    """
    identity = str(props.get("identity", ""))
    if identity in session.current.newest:
        return None
    return session.current.answers.get(identity)


def take_over(client: Client, index: IndexModel, mark: str) -> bool:
    """Give a live index a new mark; return whether the service took it."""
    try:
        client.configure_index(index.name, tags={MARK_TAG: mark})
    except ConflictError:
        return False
    except PineconeBackupError as error:
        engine_bridge.progress(f"not marked yet: {error}", engine_bridge.Call())
        return False
    return True
