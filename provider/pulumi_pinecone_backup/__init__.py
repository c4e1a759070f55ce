"""Pinecone backups and verified restores as Pulumi resources."""

from __future__ import annotations

from pulumi_pinecone_backup.errors import (
    ApiError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidResponseError,
    JobError,
    JobFailedError,
    NotFoundError,
    PineconeBackupError,
    PreconditionError,
    TransportError,
    VerificationError,
    WaitTimeoutError,
)
from pulumi_pinecone_backup.functions import (
    get_backup,
    get_latest_backup,
    get_restore_job,
    list_backups,
    list_restore_jobs,
)
from pulumi_pinecone_backup.resources import Backup, BackupSchedule, RestoredIndex
from pulumi_pinecone_backup.service.models import (
    BackupModel,
    BackupScheduleModel,
    IndexModel,
    RestoreJobModel,
)

__all__ = [
    "ApiError",
    "Backup",
    "BackupModel",
    "BackupSchedule",
    "BackupScheduleModel",
    "ConfigurationError",
    "ConflictError",
    "ForbiddenError",
    "IndexModel",
    "InvalidResponseError",
    "JobError",
    "JobFailedError",
    "NotFoundError",
    "PineconeBackupError",
    "PreconditionError",
    "RestoreJobModel",
    "RestoredIndex",
    "TransportError",
    "VerificationError",
    "WaitTimeoutError",
    "get_backup",
    "get_latest_backup",
    "get_restore_job",
    "list_backups",
    "list_restore_jobs",
]
