"""Patterns made of the resources: a rotation of backups."""
