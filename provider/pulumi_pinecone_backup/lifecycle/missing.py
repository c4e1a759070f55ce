"""Whether a 404 means that an object is gone: no state is dropped on doubt.

A key of another project sees a 404 for everything, so a 404 counts only where the key is known to
read the recorded project.
"""

from __future__ import annotations

import os
import threading

from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.client import Client

ACCEPT_GONE = "PINECONE_BACKUP_ACCEPT_GONE"


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
