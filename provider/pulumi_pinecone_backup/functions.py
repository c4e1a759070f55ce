"""Lookups for Pulumi programs: backups and restore jobs, at preview time too.

They read the settings as the resources do, from the stack's configuration and then from the
environment, and call the service at once. What they return can be exported. Nothing is cached: a
program calls them a few times.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, ParamSpec, TypeVar

import pulumi
from pulumi import Input, Output

from pulumi_pinecone_backup.engine import program
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.provider import Provider
from pulumi_pinecone_backup.service import lookups
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import to_properties
from pulumi_pinecone_backup.service.setting_names import CONFIG_KEYS, SECRET_KEYS
from pulumi_pinecone_backup.service.settings import Settings

_DEBUG: Final = "PULUMI_PINECONE_DEBUG"

P = ParamSpec("P")
R = TypeVar("R")


def _in_one_line(function: Callable[P, R]) -> Callable[P, R]:
    """Let Pulumi show a function's errors as one line instead of a traceback.

    Pulumi does so for `RunError`; the error stays what it is for a program that catches it.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for value in (*args, *kwargs.values()):
            if isinstance(value, Output):
                raise program.ProgramError(
                    f"`{function.__name__}` takes plain values and is given an Output: use "
                    f"`{function.__name__}_output`"
                )
        try:
            return function(*args, **kwargs)
        except PineconeBackupError as error:
            if not os.environ.get(_DEBUG) and not isinstance(error, pulumi.RunError):
                error.__class__ = _run_error(type(error))
            raise

    return call


def _run_error(error: type[PineconeBackupError]) -> type[PineconeBackupError]:
    return type(error.__name__, (error, pulumi.RunError), {"__doc__": error.__doc__})


class _Result(dict[str, Any]):
    """A frozen answer with attributes, of values that `pulumi.export` takes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a lookup's result cannot be changed: `{name}`")


class GetBackupResult(_Result):
    """A backup, as `Backup` tells it: times are RFC 3339 text in UTC."""

    backup_id: str
    name: str | None
    description: str | None
    status: str
    source_index_name: str
    source_index_id: str | None
    source_index_deleted_at: str | None
    cloud: str | None
    region: str | None
    dimension: int | None
    metric: str | None
    vector_type: str | None
    schema: dict[str, Any] | None
    record_count: int | None
    namespace_count: int | None
    size_bytes: int | None
    tags: dict[str, str]
    created_at: str | None
    captured_at: str | None

    @property
    def is_ready(self) -> bool:
        """Whether the backup can be restored."""
        return bool(self["status"] == "Ready")


class GetRestoreJobResult(_Result):
    """A restore job: times are RFC 3339 text in UTC."""

    restore_job_id: str
    backup_id: str
    target_index_name: str
    target_index_id: str | None
    status: str
    created_at: str | None
    completed_at: str | None
    percent_complete: float | None


@_in_one_line
def get_backup(backup_id: str, *, provider: Provider | None = None) -> GetBackupResult:
    """Return a backup by its id, whether its source index still exists or not.

    Args:
        backup_id: The backup.
        provider: Whose settings count; None takes the stack's.

    Raises:
        NotFoundError: The project of the key has no such backup.
    """
    with open_client(provider) as client:
        return GetBackupResult(to_properties(client.describe_backup(backup_id)))


@_in_one_line
def list_backups(
    index_name: str | None = None,
    include_deleted: bool = True,
    *,
    provider: Provider | None = None,
) -> list[GetBackupResult]:
    """Return backups, the one with the newest data first.

    Args:
        index_name: Only those of indexes of this name; None means every index of the project.
        include_deleted: Also those whose source index is gone.
        provider: Whose settings count; None takes the stack's.

    Raises:
        NotFoundError: `include_deleted` is False, and there is no index of that name.
    """
    with open_client(provider) as client:
        found = lookups.list_backups(client, index_name, include_deleted=include_deleted)
    return [GetBackupResult(to_properties(backup)) for backup in found]


@_in_one_line
def get_latest_backup(
    index_name: str,
    max_age: timedelta | float | None = None,
    *,
    provider: Provider | None = None,
) -> GetBackupResult:
    """Return the ready backup with the newest data of an index, also if the index is gone.

    `RestoredIndex` does not restore again because this finds a newer backup, unless
    `on_backup_change="replace"` says so.

    Args:
        index_name: Name of the source index.
        max_age: How old the data may be (see `captured_at`), as a `timedelta` or in seconds.
        provider: Whose settings count; None takes the stack's.

    Raises:
        PineconeBackupError: There is no ready backup, or the newest is older than `max_age`.
    """
    if max_age is not None and not isinstance(max_age, timedelta):
        max_age = timedelta(seconds=max_age)
    with open_client(provider) as client:
        return GetBackupResult(to_properties(lookups.latest_backup(client, index_name, max_age)))


@_in_one_line
def get_restore_job(
    restore_job_id: str, *, provider: Provider | None = None
) -> GetRestoreJobResult:
    """Return a restore job by its id.

    Args:
        restore_job_id: The job.
        provider: Whose settings count; None takes the stack's.

    Raises:
        NotFoundError: The service does not find the job, which says nothing about the index.
    """
    with open_client(provider) as client:
        return GetRestoreJobResult(to_properties(client.describe_restore_job(restore_job_id)))


@_in_one_line
def list_restore_jobs(*, provider: Provider | None = None) -> list[GetRestoreJobResult]:
    """Return the project's restore jobs as far as the service lists them, the newest first.

    Args:
        provider: Whose settings count; None takes the stack's.
    """
    with open_client(provider) as client:
        jobs = lookups.list_restore_jobs(client)
    return [GetRestoreJobResult(to_properties(job)) for job in jobs]


def get_backup_output(
    backup_id: Input[str], *, provider: Provider | None = None
) -> Output[GetBackupResult]:
    """Return `get_backup` of what may not be known yet."""
    return Output.from_input(backup_id).apply(lambda known: get_backup(known, provider=provider))


def list_backups_output(
    index_name: Input[str] | None = None,
    include_deleted: Input[bool] = True,
    *,
    provider: Provider | None = None,
) -> Output[list[GetBackupResult]]:
    """Return `list_backups` of what may not be known yet."""
    return Output.all(index_name, include_deleted).apply(
        lambda known: list_backups(known[0], known[1], provider=provider)
    )


def get_latest_backup_output(
    index_name: Input[str],
    max_age: timedelta | float | None = None,
    *,
    provider: Provider | None = None,
) -> Output[GetBackupResult]:
    """Return `get_latest_backup` of what may not be known yet."""
    return Output.from_input(index_name).apply(
        lambda known: get_latest_backup(known, max_age, provider=provider)
    )


def get_restore_job_output(
    restore_job_id: Input[str], *, provider: Provider | None = None
) -> Output[GetRestoreJobResult]:
    """Return `get_restore_job` of what may not be known yet."""
    return Output.from_input(restore_job_id).apply(
        lambda known: get_restore_job(known, provider=provider)
    )


def list_restore_jobs_output(
    *, provider: Provider | None = None
) -> Output[list[GetRestoreJobResult]]:
    """Return `list_restore_jobs` as an Output."""
    return Output.from_input(None).apply(lambda _: list_restore_jobs(provider=provider))


def open_client(provider: Provider | None) -> Client:
    """Return a client with the settings of a provider, or with the stack's; close it after use."""
    program.refuse_plain_text(SECRET_KEYS)
    config = _stack_config() if provider is None else provider.settings()
    settings = Settings.resolve(config, os.environ, project=pulumi.get_project())
    return Client(settings, user_agent_suffix="functions", on_warning=pulumi.log.warn)


def _stack_config() -> dict[str, str]:
    config = {}
    for key in CONFIG_KEYS:
        namespace, name = key.split(":")
        value = pulumi.Config(namespace).get(name)
        if value is not None:
            config[key] = value
    return config
