"""The handlers that Pulumi's plugin for dynamic resources calls: the first front door.

Their module and names are stored in users' state by reference and never change, and they hold
nothing. They hand each call on to a resource's own folder, and translate its answer into what the
plugin takes. A program imports this module as well, only to name the classes: what does the work is
imported when the plugin asks for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_pinecone_backup.engine import bridge, endings, messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.debugging import is_debug
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.engine.results import Change, Result
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle.property_names import inward, is_outward
from pulumi_pinecone_backup.service.setting_names import CONFIG_KEYS

if TYPE_CHECKING:
    from pulumi_pinecone_backup.lifecycle.resource import Resource
    from pulumi_pinecone_backup.lifecycle.session import Session

Method = TypeVar("Method", bound=Callable[..., Any])
Properties = Mapping[str, Any]


def _reported(method: Method) -> Method:
    """Let our errors reach the user as one line, and bugs with their traceback."""

    @functools.wraps(method)
    def wrapper(*args: Any) -> Any:
        try:
            return method(*args)
        except PineconeBackupError as error:
            if is_debug():
                raise
            raise OneLineError(str(error)) from None

    return wrapper  # type: ignore[return-value]


class _Handler(ResourceProvider):
    serialize_as_secret_always: bool = False

    @staticmethod
    def _resource() -> Resource:
        raise NotImplementedError

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, and set the bridge to the engine up."""
        _session().configure(bridge.stack_config(req.config, CONFIG_KEYS))
        bridge.install()

    @_reported
    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """Check a program's inputs."""
        answer = self._resource().check(_session(), _current_call(), _recorded(olds), news)
        # An empty property: a failure that names one prints its value, which may be a secret.
        failures = [CheckFailure("", text) for text in answer.failures]
        return CheckResult(dict(answer.inputs), failures)

    @_reported
    def diff(self, id_: str, olds: Properties, news: Properties) -> DiffResult:
        """Tell what a change does, and refuse one that would lose something."""
        moves = is_outward(olds)  # the other door has written it: an update writes it anew
        olds = _recorded(olds)
        change = self._resource().diff(_session(), _current_call(), id_, olds, news)
        if moves:
            _refuse_with_move(olds, change)
        return DiffResult(
            changes=bool(change.replaces or change.updates) or moves,
            replaces=sorted(set(change.replaces)),
            delete_before_replace=change.deletes_first,
        )

    @_reported
    def create(self, props: Properties) -> CreateResult:
        """Make the object."""
        call = _current_call()
        with endings.operation():
            result = self._resource().create(_session(), call, props)
        _tell_problem(call, result)
        return CreateResult(result.object_id, dict(result.outputs))

    @_reported
    def read(self, id_: str, props: Properties) -> ReadResult:
        """Report the live object."""
        call = _current_call()
        result = self._resource().read(_session(), call, id_, props)
        _tell_problem(call, result)
        inputs = None if result.inputs is None else dict(result.inputs)
        return ReadResult(result.object_id, dict(result.outputs), inputs)

    @_reported
    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Continue what is unfinished, and change the object in place."""
        call = _current_call()
        with endings.operation():
            result = self._resource().update(_session(), call, id_, _recorded(olds), news)
        if not _tell_problem(call, result):
            # Without a partial result the old outputs must stay: they say what is unfinished.
            raise OneLineError(result.problem or "") from result.cause
        return UpdateResult(dict(result.outputs))

    @_reported
    def delete(self, id_: str, props: Properties) -> None:
        """Delete the object, if it is still this state entry's."""
        self._resource().delete(_session(), _current_call(), id_, props)


def _recorded(olds: Properties) -> Properties:
    """Return recorded properties under the models' names, whichever door has written them."""
    return inward(olds) if is_outward(olds) else olds


def _refuse_with_move(recorded: Properties, change: Change) -> None:
    from pulumi_pinecone_backup.lifecycle.replacement import refuse_with_move

    refuse_with_move(recorded, change.replaces)


def _session() -> Session:
    from pulumi_pinecone_backup.lifecycle.session import current

    return current()


def _current_call() -> Call:
    call = bridge.current_call()
    _session().belongs_to(call.urn)
    return call


def _tell_problem(call: Call, result: Result) -> bool:
    """Tell the engine that a result is partial; return False where the bridge cannot do it.

    Raises:
        PartialError: The engine keeps the result and reports it as failed.
    """
    if result.problem is None:
        return True
    partial = bridge.partial(call, result.object_id, result.outputs, result.problem, result.inputs)
    if partial is not None:
        raise partial from (result.cause if is_debug() else None)
    messages.warn(result.problem, call)
    return False


class BackupHandler(_Handler):
    """The front door of `Backup`."""

    @staticmethod
    def _resource() -> Resource:
        from pulumi_pinecone_backup.backup.operations import BACKUP

        return BACKUP


class RestoredIndexHandler(_Handler):
    """The front door of `RestoredIndex`."""

    @staticmethod
    def _resource() -> Resource:
        from pulumi_pinecone_backup.restored_index.operations import RESTORED_INDEX

        return RESTORED_INDEX


class RestoreDrillHandler(_Handler):
    """The front door of `RestoreDrill`."""

    @staticmethod
    def _resource() -> Resource:
        from pulumi_pinecone_backup.restore_drill.operations import RESTORE_DRILL

        return RESTORE_DRILL


class BackupScheduleHandler(_Handler):
    """The front door of `BackupSchedule`."""

    @staticmethod
    def _resource() -> Resource:
        from pulumi_pinecone_backup.backup_schedule.operations import BACKUP_SCHEDULE

        return BACKUP_SCHEDULE


class RestoredFleetStartHandler(_Handler):
    """The front door of the start of a `RestoredFleet`."""

    @staticmethod
    def _resource() -> Resource:
        from pulumi_pinecone_backup.restored_fleet.start import FLEET_START

        return FLEET_START


class RestoredFleetReportHandler(_Handler):
    """The front door of the report of a `RestoredFleet`."""

    @staticmethod
    def _resource() -> Resource:
        from pulumi_pinecone_backup.restored_fleet.report import FLEET_REPORT

        return FLEET_REPORT
