"""The resource `Backup`."""
