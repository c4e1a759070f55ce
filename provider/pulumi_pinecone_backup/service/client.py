"""The service's operations as methods, under the names that its API descriptions give them.

A method writes the request in the shape of the chosen version, sends it, and returns a model. It
does not wait, decide or remember; JSON exists only in its first and last line.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Event
from typing import Any, Final

from pulumi_pinecone_backup.service import bodies, retries
from pulumi_pinecone_backup.service.answers import Calls
from pulumi_pinecone_backup.service.models import (
    BackupModel,
    CreateIndexFromBackupResponse,
    IndexModel,
    RestoreJobModel,
)
from pulumi_pinecone_backup.service.record_operations import RecordOperations
from pulumi_pinecone_backup.service.schedule_operations import ScheduleOperations
from pulumi_pinecone_backup.service.settings import Settings
from pulumi_pinecone_backup.service.transport import READ_TIMEOUT_SECONDS, Transport
from pulumi_pinecone_backup.service.versions import (
    ApiVersion,
    Feature,
    get_api_version,
    require_feature,
)

_LOGGER: Final = logging.getLogger(__name__)


class Client(ScheduleOperations, RecordOperations):
    """A client of the control plane; many threads may share one.

    Args:
        settings: Where the service is, and the key.
        user_agent_suffix: Added to the `User-Agent` header.
        on_warning: Called with texts for the user; without it they are logged.
        read_timeout_seconds: How long an answer may take to begin or go on.
        backoff: How often and for how long a request is sent again.
        retry_seconds: Replaces `total_seconds` of the backoff.
        cancelled: Once it is set, a request that fails is not repeated.

    Raises:
        ConfigurationError: The API version is not supported.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        user_agent_suffix: str | None = None,
        on_warning: Callable[[str], None] | None = None,
        read_timeout_seconds: float = READ_TIMEOUT_SECONDS,
        backoff: retries.Backoff | None = None,
        retry_seconds: float | None = None,
        cancelled: Event | None = None,
    ) -> None:
        self.settings = settings
        self.api_version: ApiVersion = get_api_version(settings.api_version)
        backoff = backoff or retries.DEFAULT_BACKOFF
        if retry_seconds is not None:
            backoff = replace(backoff, total_seconds=retry_seconds)
        self._transport = Transport(
            settings,
            user_agent_suffix=user_agent_suffix,
            on_warning=on_warning,
            read_timeout_seconds=read_timeout_seconds,
            backoff=backoff,
            cancelled=cancelled,
        )
        self._calls = Calls(self._transport, on_warning or _LOGGER.warning)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def supports(self, feature: Feature) -> bool:
        """Return whether the chosen API version has a feature."""
        return feature in self.api_version.features

    def list_indexes(self) -> list[IndexModel]:
        """Return every index of the project."""
        return self._calls.all("list_indexes", {}, IndexModel, "name", rows="indexes", pages=False)

    def create_index(
        self,
        name: str,
        *,
        dimension: int | None,
        metric: str = "cosine",
        cloud: str = "aws",
        region: str = "us-east-1",
        tags: Mapping[str, str] | None = None,
        deletion_protection: str | None = None,
    ) -> IndexModel:
        """Create a serverless index; without a `dimension` it holds sparse vectors."""
        body = bodies.create_index(
            self.api_version, name, dimension=dimension, metric=metric, cloud=cloud, region=region
        )
        body |= bodies.given(tags=tags, deletion_protection=deletion_protection)
        return self._calls.one("create_index", {"name": name}, IndexModel, body)

    def describe_index(self, index_name: str) -> IndexModel:
        """Return an index."""
        return self._calls.one("describe_index", {"index_name": index_name}, IndexModel)

    def configure_index(
        self,
        index_name: str,
        *,
        tags: Mapping[str, str] | None = None,
        deletion_protection: str | None = None,
        read_capacity: Mapping[str, Any] | None = None,
        deployment_type: str = "managed",
    ) -> IndexModel:
        """Change an index in place.

        Args:
            index_name: The index.
            tags: Merged into what is there; an empty value removes a tag.
            deletion_protection: `enabled` or `disabled`.
            read_capacity: `{mode, dedicated: {node_type, scaling, manual: {shards, replicas}}}`.
            deployment_type: What the index reports; where capacity is written depends on it.

        Raises:
            ConfigurationError: The API version has no read capacity.
        """
        body = bodies.given(tags=tags, deletion_protection=deletion_protection)
        if read_capacity is not None:
            require_feature(self.api_version, "read_capacity")
            body |= bodies.read_capacity(self.api_version, read_capacity, deployment_type)
        return self._calls.one("configure_index", {"index_name": index_name}, IndexModel, body)

    def delete_index(self, index_name: str) -> None:
        """Start the deletion of an index."""
        self._calls.nothing("delete_index", {"index_name": index_name})

    def create_backup(
        self, index_name: str, *, name: str | None = None, description: str | None = None
    ) -> BackupModel:
        """Start a backup of an index. Names are not unique: a lost answer leaves a backup."""
        body = bodies.given(name=name, description=description)
        known = {"status": "Initializing", "source_index_name": index_name}
        params = {"index_name": index_name}
        return self._calls.one("create_backup", params, BackupModel, body, known=known)

    def describe_backup(self, backup_id: str) -> BackupModel:
        """Return a backup, whether its source index still exists or not."""
        return self._calls.one("describe_backup", {"backup_id": backup_id}, BackupModel)

    def delete_backup(self, backup_id: str) -> None:
        """Start the deletion of a backup."""
        self._calls.nothing("delete_backup", {"backup_id": backup_id})

    def list_index_backups(
        self, index_name: str, *, include_deleted: bool = False, confirm: bool = True
    ) -> list[BackupModel]:
        """Return the backups of the live index of a name.

        Args:
            index_name: The index.
            include_deleted: Also those of deleted indexes of that name (from 2026-04 on).
            confirm: See `answers.read_all`.

        Raises:
            ConfigurationError: The API version cannot include deleted indexes.
            NotFoundError: No live index has that name, and deleted ones were not asked for.
        """
        query = {}
        if include_deleted:
            require_feature(self.api_version, "include_deleted")
            query = {"include_deleted": "true"}
        params = {"index_name": index_name}
        return self._calls.all(
            "list_index_backups", params, BackupModel, "backup_id", query=query, confirm=confirm
        )

    def list_project_backups(self, *, confirm: bool = True) -> list[BackupModel]:
        """Return every backup of the project, those of deleted indexes too."""
        return self._calls.all(
            "list_project_backups", {}, BackupModel, "backup_id", confirm=confirm
        )

    def create_index_from_backup(
        self,
        backup_id: str,
        *,
        name: str,
        tags: Mapping[str, str] | None = None,
        deletion_protection: str | None = None,
        read_capacity: Mapping[str, Any] | None = None,
    ) -> CreateIndexFromBackupResponse:
        """Start the restore of a backup to a new index.

        Args:
            backup_id: The backup, which must be Ready.
            name: Name of the new index.
            tags: Replace the backup's tags; None inherits them.
            deletion_protection: Never inherited; None means `disabled`.
            read_capacity: As for `configure_index`.

        Raises:
            ConfigurationError: The API version takes no read capacity here.
        """
        body = {"name": name, **bodies.given(tags=tags, deletion_protection=deletion_protection)}
        if read_capacity is not None:
            require_feature(self.api_version, "restore_read_capacity")
            body["read_capacity"] = dict(read_capacity)
        params = {"backup_id": backup_id, "name": name}
        operation_id = "create_index_from_backup_operation"
        return self._calls.one(operation_id, params, CreateIndexFromBackupResponse, body)

    def list_restore_jobs(self, *, confirm: bool = True) -> list[RestoreJobModel]:
        """Return the project's restore jobs, as far as the service lists them."""
        return self._calls.all(
            "list_restore_jobs", {}, RestoreJobModel, "restore_job_id", confirm=confirm
        )

    def describe_restore_job(self, restore_job_id: str) -> RestoreJobModel:
        """Return a restore job; its 404 says nothing about the index."""
        return self._calls.one("describe_restore_job", {"job_id": restore_job_id}, RestoreJobModel)
