"""Existing objects as entries of a state: what `pulumi import --file` needs to take them over.

Pulumi cannot read an object of a resource written in Python by its id alone, so the entry brings
inputs and outputs along, as the handlers would have stored them. An index gets this resource's
mark, so that the entry owns it; nothing else changes at the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_pinecone_backup import handlers
from pulumi_pinecone_backup.backup.operations import BACKUP
from pulumi_pinecone_backup.backup_schedule.operations import BACKUP_SCHEDULE, index_of_schedule
from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Result
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.identity import (
    MARK_TAG,
    identity_of,
    mark_identity,
    new_mark,
)
from pulumi_pinecone_backup.lifecycle.property_names import PROVIDER
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restored_index import ownership
from pulumi_pinecone_backup.restored_index.operations import RESTORED_INDEX
from pulumi_pinecone_backup.restored_index.verification import skipped
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexModel

_RESTORED_DEFAULTS: Final = {
    "verify": "records",
    "allow_empty": False,
    "on_backup_change": "keep",
    "wait": True,
}
_IMPORTED: Final = [
    row.model_dump(exclude_none=True)
    for row in skipped("the index was imported, not restored by this resource")
]


@dataclass(frozen=True)
class Owner:
    """The resource that an object becomes.

    Attributes:
        project: Pulumi project.
        stack: Name of the stack, without organization.
        resource_name: Pulumi name of the resource.
        parents: Types of the components that it is in, each with a `$`, as in its URN.
    """

    project: str
    stack: str
    resource_name: str
    parents: str = ""

    def fields(self, kind: str) -> dict[str, str]:
        """Return the stored fields that say who the resource is."""
        types = f"{self.parents}{token(kind)}"
        identity = identity_of(self.project, self.stack, types, self.resource_name)
        return {"identity": identity, "resource_name": self.resource_name}


def token(kind: str) -> str:
    """Return the type token of `Backup`, `RestoredIndex` or `BackupSchedule`."""
    return f"pulumi-python:dynamic/pinecone:{kind}"


def backup_entry(session: Session, owner: Owner, backup_id: str) -> dict[str, Any]:
    """Return the entry of an existing backup.

    Raises:
        PineconeBackupError: There is no such backup.
    """
    props = {**owner.fields("Backup"), "wait": True}
    first = BACKUP.read(session, Call(), backup_id, props)
    again = BACKUP.read(session, Call(), backup_id, {**first.outputs, **props})
    return _entry("Backup", handlers.BackupHandler(), owner, again)


def backup_schedule_entry(session: Session, owner: Owner, schedule_id: str) -> dict[str, Any]:
    """Return the entry of an existing schedule.

    Raises:
        PineconeBackupError: There is no such schedule.
    """
    client = session.client()
    client.describe_backup_schedule(schedule_id)
    index = index_of_schedule(client, schedule_id)
    if index is None:
        raise ConfigurationError(
            f"no index of the project lists backup schedule `{schedule_id}`: run the command "
            "again, the schedule may just have been made or deleted"
        )
    props = {
        **owner.fields("BackupSchedule"),
        "schedule_id": schedule_id,
        "index_name": index.name,
        "project": index.project,
    }
    found = BACKUP_SCHEDULE.read(session, Call(), schedule_id, props)
    return _entry("BackupSchedule", handlers.BackupScheduleHandler(), owner, found)


def restored_index_entry(
    session: Session,
    owner: Owner,
    name: str,
    *,
    backup_id: str | None = None,
    takes_over: bool = False,
) -> dict[str, Any]:
    """Mark an existing index as the resource's and return its entry.

    Args:
        session: Settings and client.
        owner: The resource.
        name: Name of the index.
        backup_id: The backup that it was restored from; needed where the service does not tell.
        takes_over: Whether it may be taken from another resource or stack.

    Raises:
        PineconeBackupError: There is no such index, it is another resource's, or it cannot
            be told which backup it was restored from.
    """
    client = session.client()
    live = client.describe_index(name)
    who = owner.fields("RestoredIndex")
    _refuse_taken(live, who["identity"], takes_over=takes_over)
    source = _source(session, live, backup_id)
    mark = _mark(client, live, who["identity"])
    props = {**_RESTORED_DEFAULTS, **who, "backup_id": source}
    first = RESTORED_INDEX.read(session, Call(), name, props)
    stored = {**props, **first.outputs, "verification": _IMPORTED, "owner_mark": mark}
    again = RESTORED_INDEX.read(session, Call(), name, stored)
    return _entry("RestoredIndex", handlers.RestoredIndexHandler(), owner, again)


def _entry(kind: str, handler: ResourceProvider, owner: Owner, found: Result) -> dict[str, Any]:
    if found.problem is not None:
        messages.warn(found.problem)
    provider = {PROVIDER: serialize_provider(handler)}
    return {
        "type": token(kind),
        "name": owner.resource_name,
        "id": found.object_id,
        "inputs": {**(found.inputs or {}), **provider},
        "outputs": {**found.outputs, **provider},
    }


def _refuse_taken(live: IndexModel, identity: str, *, takes_over: bool) -> None:
    holder = mark_identity(live.tags.get(MARK_TAG), live.name)
    if holder in (None, identity) or takes_over:
        return
    raise ConfigurationError(
        f"index `{live.name}` belongs to another resource or stack (identity `{holder}` in its tag "
        f"`{MARK_TAG}`): with `--take-over` it becomes this one's, and the other one will neither "
        "change nor delete it any more"
    )


def _source(session: Session, live: IndexModel, given: str | None) -> str:
    """Return the backup that an index was restored from."""
    job = None if live.source_backup_id else session.jobs().newest(live.name, None)
    told = live.source_backup_id or (job.backup_id if job else None)
    if told and given and told != given:
        raise ConfigurationError(
            f"index `{live.name}` was restored from backup `{told}`, not from `{given}`: leave "
            "`--backup-id` out"
        )
    if told or given:
        return str(told or session.client().describe_backup(str(given)).backup_id)
    raise ConfigurationError(
        f"the service does not tell which backup index `{live.name}` was restored from: give it "
        "with `--backup-id`. An index that was not restored from a backup is no RestoredIndex"
    )


def _mark(client: Client, live: IndexModel, identity: str) -> str | None:
    mark = new_mark(identity, live.name)
    if ownership.take_over(client, live, mark):
        return mark
    messages.warn(
        f"the tag `{MARK_TAG}` could not be set on index `{live.name}`, so nothing there says "
        "whose it is: another stack may import it too. An index takes 20 tags: free one and "
        "import again"
    )
    return None
