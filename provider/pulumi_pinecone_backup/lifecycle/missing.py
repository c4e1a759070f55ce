"""Whether a 404 means that an object is gone: no state is dropped on doubt.

Gone means that an object's own answer and the list agree: one of them alone may be wrong. A key of
another project sees a 404 for everything, so it counts only where the key is known to read the
recorded project.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TypeVar

from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ForbiddenError,
    NotFoundError,
    TransportError,
)
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, BackupScheduleModel, IndexModel

Row = TypeVar("Row")

ACCEPT_GONE = "PINECONE_BACKUP_ACCEPT_GONE"


def find_index(client: Client, name: str) -> IndexModel | None:
    """Return an index as it describes itself, else as the list shows it; None if it is gone."""
    try:
        return client.describe_index(name)
    except NotFoundError:
        return _listed(client.list_indexes, lambda index: index.name == name)


def find_backup(client: Client, backup_id: str) -> BackupModel | None:
    """Return a backup as it describes itself, else as the list shows it; None if it is gone."""
    try:
        return client.describe_backup(backup_id)
    except NotFoundError:
        return _listed(client.list_project_backups, lambda row: row.backup_id == backup_id)


def find_backup_schedule(
    client: Client, schedule_id: str, index_name: str | None
) -> BackupScheduleModel | None:
    """Return a schedule as it describes itself, else as its index lists it; None if it is gone."""
    try:
        return client.describe_backup_schedule(schedule_id)
    except NotFoundError:
        if index_name is None:
            return None
        return _listed(
            lambda: client.list_backup_schedules(index_name),
            lambda row: row.schedule_id == schedule_id,
        )


def _listed(list_rows: Callable[[], list[Row]], is_wanted: Callable[[Row], bool]) -> Row | None:
    """Return the row of a list; without permission to list, an object's own answer counts."""
    try:
        rows = list_rows()
    except (ForbiddenError, NotFoundError):
        return None
    return next((row for row in rows if is_wanted(row)), None)


def in_doubt(error: Exception, failed: Exception | None, what: str, step: str) -> TransportError:
    """Return the error for a lost answer whose effect could not be looked up.

    Args:
        error: What became of the request.
        failed: Why the look-up failed; None where it was not made to its end.
        what: The object that may exist, with the name to look for.
        step: What the next run does, and what to do about the object.
    """
    why = "" if failed is None else f" It could not be looked up: {failed}"
    return TransportError(f"{error} {what} may exist.{why} {step}", may_have_happened=True)


class ReadableProjects:
    """The projects that the key of this process has shown objects of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._projects: set[str] = set()

    def add(self, project: str) -> None:
        """Remember that the key reads a project."""
        with self._lock:
            self._projects.add(project)

    def __contains__(self, project: str) -> bool:
        with self._lock:
            return project in self._projects


def note_readable_project(session: Session, project: str | None) -> None:
    """Remember that the key reads this project."""
    if project:
        session.memory(ReadableProjects).add(project)


def never_seen(what: str) -> ConfigurationError:
    """Return the error for an object that is to be read and does not exist."""
    return ConfigurationError(
        f"{what} was not found: it was deleted, or it belongs to another project than the API key"
    )


def vanished(session: Session, recorded_project: str | None, what: str) -> ConfigurationError:
    """Return the error for a change of something that does not exist any more.

    Raises:
        ConfigurationError: The key reads another project.
    """
    refuse_other_project(session, recorded_project, what)
    return ConfigurationError(
        f"{what} does not exist any more: it was deleted outside of this program. `pulumi up "
        "--refresh` takes it out of the state and makes it again"
    )


def confirm_gone(session: Session, recorded_project: str | None, what: str) -> None:
    """Return if a 404 means that the object is gone.

    Raises:
        ConfigurationError: The key reads another project, or it cannot be told which one.
    """
    visible = _visible_projects(session.client())
    if recorded_project and (
        recorded_project in visible or recorded_project in session.memory(ReadableProjects)
    ):
        return
    if recorded_project and visible:
        raise _other_project(what, recorded_project, visible)
    if os.environ.get(ACCEPT_GONE) == "1":
        return
    raise ConfigurationError(
        f"{what} was not found, and this key shows nothing that tells which project it reads: the "
        "state is kept. If the object is really gone, accept that with "
        f"`{ACCEPT_GONE}=1`; if the key is of another project, set the right one"
    )


def only_project(client: Client) -> str | None:
    """Return the project that the key reads, as far as an index tells it."""
    projects = _visible_projects(client)
    return projects.pop() if len(projects) == 1 else None


def refuse_other_project(session: Session, recorded_project: str | None, what: str) -> None:
    """Return unless the key is known to read another project than the recorded one.

    Raises:
        ConfigurationError: The key reads another project.
    """
    if not recorded_project:
        return
    visible = _visible_projects(session.client())
    if visible and recorded_project not in visible:
        raise _other_project(what, recorded_project, visible)


def _visible_projects(client: Client) -> set[str]:
    return {index.project for index in client.list_indexes() if index.project}


def _other_project(what: str, recorded: str, visible: set[str]) -> ConfigurationError:
    seen = ", ".join(f"`{project}`" for project in sorted(visible))
    return ConfigurationError(
        f"{what} was not found because the API key reads another project ({seen}) than the one it "
        f"was made in (`{recorded}`): the state is kept. Set the key of project `{recorded}` in "
        "`pinecone-backup:apiKey` or `PINECONE_API_KEY`"
    )
