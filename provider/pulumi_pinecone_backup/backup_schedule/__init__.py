"""The resource `BackupSchedule`."""
