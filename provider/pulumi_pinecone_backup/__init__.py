"""Pinecone backups and verified restores as Pulumi resources.

What a name stands for is imported when it is asked for: lookups and models bring an HTTP client and
pydantic, which take as long to import as Pulumi itself, and the plugin needs no resource class.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from pulumi_pinecone_backup.components.fleet import RestoredFleet
    from pulumi_pinecone_backup.components.rotation import BackupRotation
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
    from pulumi_pinecone_backup.resources import (
        Backup,
        BackupSchedule,
        RestoredIndex,
        RestoreDrill,
    )
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
    "BackupRotation",
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
    "RestoreDrill",
    "RestoreJobModel",
    "RestoredFleet",
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


_MODULES = {
    "Backup": "resources",
    "BackupRotation": "components.rotation",
    "BackupSchedule": "resources",
    "Provider": "provider",
    "RestoreDrill": "resources",
    "RestoredFleet": "components.fleet",
    "RestoredIndex": "resources",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    module = _MODULES.get(name) or ("service.models" if name.endswith("Model") else "functions")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
