"""Lookups for Pulumi programs: backups and restore jobs, at preview time too.

They read the settings as the resources do, from the stack's configuration and then from the
environment, call the service at once, and return frozen models. Nothing is cached: a program calls
them a few times.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Final, ParamSpec, TypeVar

import pulumi

from pulumi_pinecone_backup.engine import program
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, RestoreJobModel, rfc3339
from pulumi_pinecone_backup.service.settings import (
    NAMESPACE,
    SECRET_KEYS,
    STACK_SETTINGS,
    Settings,
)

_BEFORE_ALL_TIMES: Final = datetime.min.replace(tzinfo=timezone.utc)
_MOST_STATUSES_SHOWN: Final = 3
_DEBUG: Final = "PULUMI_PINECONE_DEBUG"

P = ParamSpec("P")
R = TypeVar("R")


def _in_one_line(function: Callable[P, R]) -> Callable[P, R]:
    """Let Pulumi show a function's errors as one line instead of a traceback.

    Pulumi does so for `RunError`; the error stays what it is for a program that catches it.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except PineconeBackupError as error:
            if not os.environ.get(_DEBUG) and not isinstance(error, pulumi.RunError):
                error.__class__ = _run_error(type(error))
            raise

    return call


def _run_error(error: type[PineconeBackupError]) -> type[PineconeBackupError]:
    return type(error.__name__, (error, pulumi.RunError), {"__doc__": error.__doc__})


@_in_one_line
def get_backup(backup_id: str) -> BackupModel:
    """Return a backup by its id, whether its source index still exists or not.

    Raises:
        NotFoundError: The project of the key has no such backup.
    """
    with _client() as client:
        return client.describe_backup(backup_id)


@_in_one_line
def list_backups(index_name: str | None = None, include_deleted: bool = True) -> list[BackupModel]:
    """Return backups, the one with the newest data first.

    Args:
        index_name: Only those of indexes of this name; None means every index of the project.
        include_deleted: Also those whose source index is gone.

    Raises:
        NotFoundError: `include_deleted` is False, and there is no index of that name.
    """
    with _client() as client:
        if include_deleted:
            backups = client.list_project_backups()
        elif index_name is not None:
            backups = client.list_index_backups(index_name)
        else:
            backups = _of_live_indexes(client)
    if index_name is not None:
        backups = [backup for backup in backups if backup.source_index_name == index_name]
    return sorted(backups, key=_captured, reverse=True)


@_in_one_line
def get_latest_backup(index_name: str, max_age: timedelta | float | None = None) -> BackupModel:
    """Return the ready backup with the newest data of an index, also if the index is gone.

    `RestoredIndex` does not restore again because this finds a newer backup, unless
    `on_backup_change="replace"` says so.

    Args:
        index_name: Name of the source index.
        max_age: How old the data may be (see `captured_at`), as a `timedelta` or in seconds.

    Raises:
        PineconeBackupError: There is no ready backup, or the newest is older than `max_age`.
    """
    backups = list_backups(index_name)
    ready = [backup for backup in backups if backup.is_ready]
    if not ready:
        raise PineconeBackupError(_none_is_ready(index_name, backups))
    latest = ready[0]
    if max_age is not None:
        limit = max_age if isinstance(max_age, timedelta) else timedelta(seconds=max_age)
        _require_age(latest, limit)
    return latest


@_in_one_line
def get_restore_job(restore_job_id: str) -> RestoreJobModel:
    """Return a restore job by its id.

    Raises:
        NotFoundError: The service does not find the job, which says nothing about the index.
    """
    with _client() as client:
        return client.describe_restore_job(restore_job_id)


@_in_one_line
def list_restore_jobs() -> list[RestoreJobModel]:
    """Return the project's restore jobs as far as the service lists them, the newest first."""
    with _client() as client:
        return sorted(client.list_restore_jobs(), key=_created, reverse=True)


def _client() -> Client:
    program.refuse_plain_text(SECRET_KEYS)
    keys = [f"{NAMESPACE}:{name}" for name in STACK_SETTINGS]
    config = {}
    for key in [*keys, "pinecone:apiKey"]:
        namespace, name = key.split(":")
        value = pulumi.Config(namespace).get(name)
        if value is not None:
            config[key] = value
    settings = Settings.resolve(config, os.environ)
    return Client(settings, user_agent_suffix="functions", on_warning=pulumi.log.warn)


def _captured(backup: BackupModel) -> datetime:
    return backup.captured_at or _BEFORE_ALL_TIMES


def _created(job: RestoreJobModel) -> datetime:
    return job.created_at or _BEFORE_ALL_TIMES


def _of_live_indexes(client: Client) -> list[BackupModel]:
    """Return backups whose source index lives; where a version does not tell, by its name."""
    live = {index.name for index in client.list_indexes()}
    return [
        backup
        for backup in client.list_project_backups()
        if backup.source_index_deleted_at is None and backup.source_index_name in live
    ]


def _none_is_ready(index_name: str, backups: Sequence[BackupModel]) -> str:
    if not backups:
        return (
            f"There is no backup of an index named `{index_name}` in the project of the API key: "
            "check the name, or take a backup first."
        )
    shown = ", ".join(
        f"`{backup.backup_id}` is `{backup.status}`" for backup in backups[:_MOST_STATUSES_SHOWN]
    )
    more = len(backups) - _MOST_STATUSES_SHOWN
    rest = f", and {more} more" if more > 0 else ""
    return (
        f"No backup of index `{index_name}` is ready: {shown}{rest}. Wait for one, or take another."
    )


def _require_age(backup: BackupModel, limit: timedelta) -> None:
    subject = f"The newest ready backup of index `{backup.source_index_name}`, `{backup.backup_id}`"
    if backup.captured_at is None:
        raise PineconeBackupError(
            f"{subject}, has no creation time, so `max_age` cannot be checked: leave `max_age` out "
            "to use it."
        )
    if datetime.now(timezone.utc) - backup.captured_at > limit:
        raise PineconeBackupError(
            f"{subject}, was taken at {rfc3339(backup.captured_at)}, which is longer ago than "
            f"`max_age` allows ({limit}): take a backup, or allow more."
        )
