"""The operations on backup schedules, which only some versions have: a part of the client."""

from __future__ import annotations

from pulumi_pinecone_backup.service import bodies
from pulumi_pinecone_backup.service.answers import Calls
from pulumi_pinecone_backup.service.models import BackupScheduleHistoryItem, BackupScheduleModel
from pulumi_pinecone_backup.service.versions import ApiVersion, require_feature


class ScheduleOperations:
    """The part of the client that is about backup schedules.

    Every method raises `ConfigurationError` where the API version has no schedules.
    """

    api_version: ApiVersion
    _calls: Calls

    def create_backup_schedule(
        self, index_name: str, *, name: str, frequency: str, expire_after_days: int
    ) -> BackupScheduleModel:
        """Create an enabled schedule (2026-07): `daily`, `weekly` or `monthly`."""
        require_feature(self.api_version, "backup_schedules")
        body = bodies.create_backup_schedule(name, frequency, expire_after_days)
        params = {"index_name": index_name, "name": name}
        known = {
            "name": name,
            "frequency": frequency,
            "retention_expire_after_days": expire_after_days,
            "enabled": True,
        }
        return self._calls.one(
            "create_backup_schedule", params, BackupScheduleModel, body, known=known
        )

    def describe_backup_schedule(self, schedule_id: str) -> BackupScheduleModel:
        """Return a schedule (2026-07)."""
        require_feature(self.api_version, "backup_schedules")
        params = {"schedule_id": schedule_id}
        return self._calls.one("describe_backup_schedule", params, BackupScheduleModel)

    def update_backup_schedule(
        self,
        schedule_id: str,
        *,
        frequency: str | None = None,
        expire_after_days: int | None = None,
        enabled: bool | None = None,
    ) -> BackupScheduleModel:
        """Change a schedule in place (2026-07). Enabling it takes a backup at once."""
        require_feature(self.api_version, "backup_schedules")
        body = bodies.given(frequency=frequency, enabled=enabled)
        if expire_after_days is not None:
            body["retention"] = {"expire_after_days": expire_after_days}
        params = {"schedule_id": schedule_id}
        return self._calls.one("update_backup_schedule", params, BackupScheduleModel, body)

    def delete_backup_schedule(self, schedule_id: str) -> None:
        """Delete a schedule (2026-07); its backups stay."""
        require_feature(self.api_version, "backup_schedules")
        self._calls.nothing("delete_backup_schedule", {"schedule_id": schedule_id})

    def list_backup_schedules(
        self, index_name: str, *, confirm: bool = True
    ) -> list[BackupScheduleModel]:
        """Return the schedules of an index (2026-07)."""
        require_feature(self.api_version, "backup_schedules")
        params = {"index_name": index_name}
        return self._calls.all(
            "list_backup_schedules", params, BackupScheduleModel, "schedule_id", confirm=confirm
        )

    def list_backup_schedule_history(
        self, schedule_id: str, *, confirm: bool = True
    ) -> list[BackupScheduleHistoryItem]:
        """Return the backups that a schedule took or will take (2026-07)."""
        require_feature(self.api_version, "backup_schedules")
        return self._calls.all(
            "list_backup_schedule_history",
            {"schedule_id": schedule_id},
            BackupScheduleHistoryItem,
            "backup_id",
            confirm=confirm,
        )
