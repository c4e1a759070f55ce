"""The functions of the schema: lookups of backups and restore jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.plugin.kinds import PACKAGE
from pulumi_pinecone_backup.service import lookups
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, to_properties

Arguments = Mapping[str, Any]
Answer = dict[str, Any]


def call(client: Client, token: str, arguments: Arguments) -> Answer:
    """Return the answer of a function, under the models' names.

    Args:
        client: The service.
        token: Such as `pinecone-backup:index:getBackup`.
        arguments: Under the models' names.

    Raises:
        PineconeBackupError: There is no such function, an argument is missing or not one of its
            own, or the service refuses.
    """
    if token not in _FUNCTIONS:
        known = ", ".join(f"`{name}`" for name in _FUNCTIONS)
        raise ConfigurationError(f"`{token}` is not a function of this plugin: there are {known}")
    required, optional, function = _FUNCTIONS[token]
    name = token.rpartition(":")[2]
    given = {key: value for key, value in arguments.items() if value is not None}
    missing = [key for key in required if key not in given]
    if missing:
        raise ConfigurationError(f"`{name}` needs `{missing[0]}`")
    unknown = sorted(given.keys() - {*required, *optional})
    if unknown:
        takes = ", ".join(f"`{key}`" for key in (*required, *optional)) or "nothing"
        raise ConfigurationError(f"`{name}` does not take `{unknown[0]}`: it takes {takes}")
    return function(client, given)


def _backup(backup: BackupModel) -> Answer:
    told = {key: value for key, value in to_properties(backup).items() if value is not None}
    return {**told, "is_ready": backup.is_ready}


def _get_backup(client: Client, given: Arguments) -> Answer:
    return _backup(client.describe_backup(given["backup_id"]))


def _list_backups(client: Client, given: Arguments) -> Answer:
    found = lookups.list_backups(
        client, given.get("index_name"), include_deleted=given.get("include_deleted", True)
    )
    return {"backups": [_backup(backup) for backup in found]}


def _get_latest_backup(client: Client, given: Arguments) -> Answer:
    seconds = given.get("max_age")
    limit = None if seconds is None else timedelta(seconds=seconds)
    return _backup(lookups.latest_backup(client, given["index_name"], limit))


def _get_restore_job(client: Client, given: Arguments) -> Answer:
    return to_properties(client.describe_restore_job(given["restore_job_id"]))


def _list_restore_jobs(client: Client, given: Arguments) -> Answer:
    del given
    return {"restore_jobs": [to_properties(job) for job in lookups.list_restore_jobs(client)]}


_Function = tuple[tuple[str, ...], tuple[str, ...], Callable[[Client, Arguments], Answer]]
_FUNCTIONS: Final[Mapping[str, _Function]] = {
    f"{PACKAGE}:index:getBackup": (("backup_id",), (), _get_backup),
    f"{PACKAGE}:index:getLatestBackup": (("index_name",), ("max_age",), _get_latest_backup),
    f"{PACKAGE}:index:listBackups": ((), ("index_name", "include_deleted"), _list_backups),
    f"{PACKAGE}:index:getRestoreJob": (("restore_job_id",), (), _get_restore_job),
    f"{PACKAGE}:index:listRestoreJobs": ((), (), _list_restore_jobs),
}
NAMES: Final = tuple(_FUNCTIONS)
