"""Objects that are gone from one moment to the next, without a request that deletes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pulumi_pinecone_backup.emulator.state import backups, indexes, removal, restores, schedules
from pulumi_pinecone_backup.emulator.state.state import State


def _index(state: State, project: str, name: str) -> None:
    row = indexes.find(state, project, name)
    if row is not None:
        indexes.gone(state, str(row["key"]), state.clock.now())


def _backup(state: State, project: str, backup_id: str) -> None:
    row = backups.find(state, project, backup_id)
    if row is not None:
        removal.gone(state, str(row["key"]), state.clock.now())


_BY_OPERATION: Mapping[str, Callable[[State, str, str], None]] = {
    "describe_index": _index,
    "describe_backup": _backup,
    "describe_restore_job": restores.forget,
    "describe_backup_schedule": schedules.forget,
}


def vanish(state: State, project: str, operation: str, identifier: str) -> None:
    """Remove the object that an operation is about to describe."""
    with state.change():
        _BY_OPERATION[operation](state, project, identifier)
