"""The state of a project's backups at a glance: what would be lost tonight, the worst first."""
