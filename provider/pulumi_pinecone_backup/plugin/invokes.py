"""The functions of the schema: lookups of backups and restore jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.property_names import outward
from pulumi_pinecone_backup.plugin.kinds import PACKAGE
from pulumi_pinecone_backup.plugin.texts import schema
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
    given = {key: value for key, value in arguments.items() if value is not None}
    _check(token, outward(given))
    return _FUNCTIONS[token](client, given)


def _check(token: str, given: Arguments) -> None:
    """Return if arguments are what the schema says.

    Raises:
        ConfigurationError: One is missing, unknown or of another type.
    """
    name, inputs = token.rpartition(":")[2], schema()["functions"][token].get("inputs", {})
    known = inputs.get("properties", {})
    takes = ", ".join(f"`{key}`" for key in known) or "nothing"
    for key in inputs.get("required", ()):
        if key not in given:
            raise ConfigurationError(f"`{name}` needs `{key}`")
    for key, value in given.items():
        if key not in known:
            raise ConfigurationError(f"`{name}` does not take `{key}`: it takes {takes}")
        wanted = known[key]["type"]
        if _TYPES.get(type(value)) != wanted:
            raise ConfigurationError(f"`{key}` of `{name}` must be a {wanted}")


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


_TYPES: Final[Mapping[type, str]] = {str: "string", bool: "boolean", float: "number"}
_FUNCTIONS: Final[Mapping[str, Callable[[Client, Arguments], Answer]]] = {
    f"{PACKAGE}:index:getBackup": _get_backup,
    f"{PACKAGE}:index:getLatestBackup": _get_latest_backup,
    f"{PACKAGE}:index:listBackups": _list_backups,
    f"{PACKAGE}:index:getRestoreJob": _get_restore_job,
    f"{PACKAGE}:index:listRestoreJobs": _list_restore_jobs,
}
NAMES: Final = tuple(_FUNCTIONS)
