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
    GetBackupResult,
    GetRestoreJobResult,
    get_backup,
    get_backup_output,
    get_latest_backup,
    get_latest_backup_output,
    get_restore_job,
    get_restore_job_output,
    list_backups,
    list_backups_output,
    list_restore_jobs,
    list_restore_jobs_output,
)
from pulumi_pinecone_backup.provider import Provider
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
    "GetBackupResult",
    "GetRestoreJobResult",
    "IndexModel",
    "InvalidResponseError",
    "JobError",
    "JobFailedError",
    "NotFoundError",
    "PineconeBackupError",
    "PreconditionError",
    "Provider",
    "RestoreJobModel",
    "RestoredIndex",
    "TransportError",
    "VerificationError",
    "WaitTimeoutError",
    "get_backup",
    "get_backup_output",
    "get_latest_backup",
    "get_latest_backup_output",
    "get_restore_job",
    "get_restore_job_output",
    "list_backups",
    "list_backups_output",
    "list_restore_jobs",
    "list_restore_jobs_output",
]
