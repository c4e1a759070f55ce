"""The handlers that Pulumi's plugin calls. They are stored in users' state by reference.

Their module and names never change, and they hold nothing. Each method is four steps: parse the
inputs, open a client, call or wait, build the outputs. What is decided lives in the lifecycle
modules.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pulumi.dynamic import (
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_pinecone_backup.backup import operations as backup_operations
from pulumi_pinecone_backup.backup import start as backup_lifecycle
from pulumi_pinecone_backup.backup_schedule import operations as backup_schedule_operations
from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle import checks as checking
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.inputs import (
    BackupInputs,
    BackupScheduleInputs,
    RestoredIndexInputs,
)
from pulumi_pinecone_backup.restored_index import check as restored_index_check
from pulumi_pinecone_backup.restored_index import diff as restored_index_diff
from pulumi_pinecone_backup.restored_index import operations as restored_index_operations
from pulumi_pinecone_backup.service.settings import NAMESPACE, STACK_SETTINGS

_CONFIG_KEYS = (*(f"{NAMESPACE}:{name}" for name in STACK_SETTINGS), "pinecone:apiKey")

Method = TypeVar("Method", bound=Callable[..., Any])


def _reported(method: Method) -> Method:
    """Let our errors reach the user as one line, and bugs with their traceback."""

    @functools.wraps(method)
    def wrapper(*args: Any) -> Any:
        try:
            return method(*args)
        except PineconeBackupError as error:
            if engine_bridge.is_debug():
                raise
            raise engine_bridge.OneLineError(str(error)) from None

    return wrapper  # type: ignore[return-value]


class _Handler(ResourceProvider):
    serialize_as_secret_always: bool = False

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, and set the bridge to the engine up."""
        session.configure(engine_bridge.stack_config(req.config, _CONFIG_KEYS))
        engine_bridge.install()


def _diff_result(replaces: list[str], updates: list[str], deletes_first: bool) -> DiffResult:
    return DiffResult(
        changes=bool(replaces or updates),
        replaces=sorted(set(replaces)),
        delete_before_replace=deletes_first,
    )


class BackupHandler(_Handler):
    """Creates, reads, updates and deletes backups."""

    @_reported
    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> CheckResult:
        """Check a program's inputs."""
        return checking.check(BackupInputs, olds, news, backup_lifecycle.resolve)

    @_reported
    def diff(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
        """Tell what a change does."""
        session.current.recorded_ids.add(id_)
        call = engine_bridge.current_call()
        return _diff_result(*backup_lifecycle.diff(id_, olds, news, call), False)

    @_reported
    def create(self, props: Mapping[str, Any]) -> CreateResult:
        """Take a backup."""
        return backup_operations.create(props, engine_bridge.current_call())

    @_reported
    def read(self, id_: str, props: Mapping[str, Any]) -> ReadResult:
        """Report the live backup."""
        return backup_operations.read(id_, props, engine_bridge.current_call())

    @_reported
    def update(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> UpdateResult:
        """Go on waiting, or record what changed."""
        return backup_operations.update(id_, olds, news, engine_bridge.current_call())

    @_reported
    def delete(self, id_: str, props: Mapping[str, Any]) -> None:
        """Delete the backup."""
        backup_operations.delete(id_, props, engine_bridge.current_call())


class RestoredIndexHandler(_Handler):
    """Restores, verifies, reads, updates and deletes indexes."""

    @_reported
    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> CheckResult:
        """Check a program's inputs."""
        return checking.check(RestoredIndexInputs, olds, news, restored_index_check.resolve)

    @_reported
    def diff(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
        """Tell what a change does, and refuse one that would lose something."""
        call = engine_bridge.current_call()
        return _diff_result(*restored_index_diff.diff(id_, olds, news, call))

    @_reported
    def create(self, props: Mapping[str, Any]) -> CreateResult:
        """Restore an index and verify it."""
        return restored_index_operations.create(props, engine_bridge.current_call())

    @_reported
    def read(self, id_: str, props: Mapping[str, Any]) -> ReadResult:
        """Report the live index."""
        return restored_index_operations.read(id_, props, engine_bridge.current_call())

    @_reported
    def update(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> UpdateResult:
        """Continue an unfinished restore, and change the index in place."""
        return restored_index_operations.update(id_, olds, news, engine_bridge.current_call())

    @_reported
    def delete(self, id_: str, props: Mapping[str, Any]) -> None:
        """Delete the index, if it is still this state entry's."""
        restored_index_operations.delete(id_, props, engine_bridge.current_call())


class BackupScheduleHandler(_Handler):
    """Creates, reads, updates and deletes backup schedules."""

    @_reported
    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> CheckResult:
        """Check a program's inputs."""
        return checking.check(BackupScheduleInputs, olds, news, backup_schedule_operations.resolve)

    @_reported
    def diff(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
        """Tell what a change does."""
        del id_
        return _diff_result(*backup_schedule_operations.diff(olds, news))

    @_reported
    def create(self, props: Mapping[str, Any]) -> CreateResult:
        """Create a schedule."""
        return backup_schedule_operations.create(props, engine_bridge.current_call())

    @_reported
    def read(self, id_: str, props: Mapping[str, Any]) -> ReadResult:
        """Report the live schedule."""
        return backup_schedule_operations.read(id_, props, engine_bridge.current_call())

    @_reported
    def update(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> UpdateResult:
        """Change frequency, retention or whether the schedule is enabled."""
        return backup_schedule_operations.update(id_, olds, news, engine_bridge.current_call())

    @_reported
    def delete(self, id_: str, props: Mapping[str, Any]) -> None:
        """Delete the schedule; its backups stay."""
        backup_schedule_operations.delete(id_, props, engine_bridge.current_call())
