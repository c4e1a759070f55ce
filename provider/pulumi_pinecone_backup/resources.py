"""The resources that programs use: what users see, apart from what happens.

A resource passes its inputs, who it is, and a place for every output; its handler does the rest in
Pulumi's plugin process. Type tokens, handlers and stored names never change: they are in state.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypedDict, TypeVar

import pulumi
from pulumi import Input, Output
from pulumi.dynamic import Resource, ResourceProvider

from pulumi_pinecone_backup.backup import declaration as backup_declaration
from pulumi_pinecone_backup.backup_schedule import declaration as backup_schedule_declaration
from pulumi_pinecone_backup.backup_schedule.declaration import Frequency
from pulumi_pinecone_backup.engine import lazy_outputs, program
from pulumi_pinecone_backup.handlers import (
    BackupHandler,
    BackupScheduleHandler,
    RestoredIndexHandler,
    RestoreDrillHandler,
)
from pulumi_pinecone_backup.lifecycle.identity import identity_of
from pulumi_pinecone_backup.restore_drill import declaration as restore_drill_declaration
from pulumi_pinecone_backup.restore_drill.declaration import DrillVerification, Pick
from pulumi_pinecone_backup.restored_index import declaration as restored_index_declaration
from pulumi_pinecone_backup.restored_index.declaration import (
    OnBackupChange,
    Protection,
    Verification,
)
from pulumi_pinecone_backup.service.setting_names import SECRET_KEYS

Self = TypeVar("Self", bound="ManagedResource")
_REFUSED_IGNORES = {
    "backup_id": (
        "an index stays with its backup anyway, and with this option a changed `triggers` could "
        "restore the recorded backup only: leave it out"
    )
}


class ManualScalingArgs(TypedDict):
    """Fixed size of dedicated read capacity."""

    shards: int
    replicas: int


class DedicatedCapacityArgs(TypedDict, total=False):
    """Dedicated nodes; `scaling` is `Manual`."""

    node_type: str
    scaling: str
    manual: ManualScalingArgs


class ReadCapacityArgs(TypedDict, total=False):
    """Read capacity: `mode` is `OnDemand`, or `Dedicated` with `dedicated`."""

    mode: str
    dedicated: DedicatedCapacityArgs


class _QueryCheck(TypedDict):
    top_k: int
    expect_ids: Sequence[str]


class QueryCheckArgs(_QueryCheck, total=False):
    """A query that must find `expect_ids` among its `top_k`: by a `vector`, or that of an `id`."""

    namespace: str
    vector: Sequence[float]
    id: str


class ManagedResource(lazy_outputs.LazyOutputs, Resource):
    """What the resources share: identity, outputs, and reading without adopting."""

    _handler: ClassVar[type[ResourceProvider]]
    _kind: ClassVar[str]
    _refused_ignores: ClassVar[Mapping[str, str]] = {}
    _inputs: ClassVar[tuple[str, ...]]
    _outputs: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        parameters = inspect.signature(cls.__init__).parameters.values()
        given = (each.name for each in parameters if each.kind is each.KEYWORD_ONLY)
        cls._inputs = tuple(name for name in given if name != "opts")

    def _declare(
        self,
        resource_name: str,
        given: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        hidden: Mapping[str, Any] | None = None,
    ) -> None:
        """Declare the resource to Pulumi.

        Args:
            resource_name: Pulumi name.
            given: The arguments of the constructor; those that are inputs are taken.
            opts: Resource options.
            hidden: Properties that no constructor takes.
        """
        program.refuse_options(resource_name, opts, self._kind, self._refused_ignores)
        token = f"pulumi-python:{self._resource_type_name}"
        props: dict[str, Any] = dict.fromkeys(self._outputs)
        props |= {name: given.get(name) for name in self._inputs} | dict(hidden or {})
        if props.get("triggers") is not None:
            props["triggers"] = program.comparable_triggers(props["triggers"])
        if opts is not None and opts.retain_on_delete:
            props["retain_on_delete"] = True
        if opts is None or opts.id is None:
            project, stack = pulumi.get_project(), pulumi.get_stack()
            props["identity"] = identity_of(project, stack, token, resource_name)
            props["resource_name"] = resource_name
        program.refuse_plain_text(SECRET_KEYS)
        program.end_with_interrupt()
        lazy_outputs.install()
        is_constructed = hidden is None and "identity" in props
        provider = program.handler_property(self._handler) if is_constructed else {}
        if not provider:
            Resource.__init__(self, self._handler(), resource_name, props, opts)
        else:
            # Without one constructor in between, the state names the program's line, not this one.
            pulumi.CustomResource.__init__(self, token, resource_name, props | provider, opts)
        lazy_outputs.note_if_made_at_once(self)

    @classmethod
    def get(
        cls: type[Self],
        resource_name: str,
        id: Input[str],  # noqa: A002, RUF100 - Pulumi's own name for it
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read an object that exists, without adopting it: nothing is changed or deleted.

        Args:
            resource_name: Pulumi name of the resource.
            id: The object's Pulumi id.
            opts: Resource options.
        """
        resource = cls.__new__(cls)
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        resource._declare(resource_name, {}, merged)
        return resource


Child = TypeVar("Child", bound=ManagedResource)


def declare_child(
    kind: type[Child],
    resource_name: str,
    properties: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> Child:
    """Declare a resource of a component, with properties that programs cannot give.

    Args:
        kind: The resource's class.
        resource_name: Pulumi name.
        properties: All that is not None.
        opts: Resource options.
    """
    resource = kind.__new__(kind)
    resource._declare(resource_name, {}, opts, hidden=properties)
    return resource


class Backup(ManagedResource, module="pinecone", name="Backup"):
    """A backup of a Pinecone index, which is deleted with the resource.

    Removing it from the program, renaming it without an alias, and replacing it delete the backup
    at the service, unless `retain_on_delete=True` is among its options. Backups are immutable: a
    change of `name` or `description` alone changes nothing, and a new value in `triggers` takes a
    new backup, which is Ready before the old one goes.

    Args:
        resource_name: Pulumi name.
        index_name: Name of the index to back up; a change replaces.
        name: Name of the backup, 1 to 45 characters of `a-z`, `0-9` and `-`; default
            `<resource>-<7 hex>`.
        description: Free text.
        triggers: Any values; a change takes a new backup.
        wait: False returns as soon as the service has accepted the backup.
        fingerprint_records: How many records to sample for the output `fingerprint`, 0 to 1000: it
            lets a restore be proven when the source is gone. Ids can be read from it.
        keep_until: A date or RFC 3339 time before which it is neither deleted nor replaced.
        opts: Resource options; `custom_timeouts` bound the wait (create 6 h, delete 15 min).

    Attributes:
        backup_id: Id of the backup.
        status: `Initializing`, `Ready`, `Failed` or `InitializationFailed`.
        source_index_name: Name of the index that it was taken of.
        source_index_id: Id of that index.
        source_index_deleted_at: When that index was deleted (API 2026-07).
        cloud: The cloud that it is in; a restore is made there.
        region: The region that it is in.
        dimension: Dimension of the index's dense vectors.
        metric: Metric of the index.
        vector_type: `dense` or `sparse`.
        schema: Fields of the index, in one form for every API version.
        record_count: Number of records that it holds.
        namespace_count: Number of namespaces that it holds.
        size_bytes: Size in bytes.
        tags: Tags of the index when the backup was taken.
        created_at: RFC 3339 time in UTC; of a scheduled backup, when its run was planned.
        captured_at: When the data was captured: the later of `created_at` and the time in a
            scheduled backup's name.
        project: The Pinecone project, as index hosts tell it.
        fingerprint: What a restore can be held to when the source is gone; ids can be read from it.

    Example:
        ```python
        import pulumi_pinecone_backup as pinecone_backup

        backup = pinecone_backup.Backup("nightly", index_name="products", triggers=["2026-11-21"])
        ```

    Source: every version, `create_backup`.
    """

    index_name: Output[str]
    name: Output[str]
    description: Output[str | None]
    triggers: Output[list[Any] | None]
    wait: Output[bool]
    backup_id: Output[str]
    status: Output[str]
    source_index_name: Output[str]
    source_index_id: Output[str | None]
    source_index_deleted_at: Output[str | None]
    cloud: Output[str | None]
    region: Output[str | None]
    dimension: Output[int | None]
    metric: Output[str | None]
    vector_type: Output[str | None]
    schema: Output[dict[str, Any] | None]
    record_count: Output[int | None]
    namespace_count: Output[int | None]
    size_bytes: Output[int | None]
    tags: Output[dict[str, str] | None]
    created_at: Output[str | None]
    captured_at: Output[str | None]
    project: Output[str | None]
    fingerprint_records: Output[int | None]
    keep_until: Output[str | None]
    fingerprint: Output[str | None]

    _handler = BackupHandler
    _kind = "backup"
    _outputs = backup_declaration.OUTPUTS

    def __init__(
        self,
        resource_name: str,
        *,
        index_name: Input[str],
        name: Input[str] | None = None,
        description: Input[str] | None = None,
        triggers: Input[Sequence[Any]] | None = None,
        wait: Input[bool] = True,
        fingerprint_records: Input[int] = 0,
        keep_until: Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        given = dict(locals())
        given["fingerprint_records"] = program.unless(fingerprint_records, 0)
        program.count_waiting(wait)
        self._declare(resource_name, given, opts)


class RestoredIndex(ManagedResource, module="pinecone", name="RestoredIndex"):
    """An index restored from a backup, followed to the end, and verified against the backup.

    The index stays pinned to the backup that it was restored from: a newer `backup_id` alone
    restores nothing (see `on_backup_change`), a changed `triggers` does. The new index is Ready
    and verified before the old one goes, except where an explicit `name` leaves no room for both.

    Args:
        resource_name: Pulumi name.
        backup_id: The backup to restore; required for a create.
        name: Name of the index, 1 to 45 characters of `a-z`, `0-9` and `-`; default
            `<resource>-<7 hex>`.
        tags: Tags of the index, at most 19. Given, the program owns the whole set; left out, the
            backup's tags are inherited and are not managed.
        inherit_tags: True merges the backup's tags below the given ones.
        deletion_protection: `enabled` or `disabled`; left out it is not managed. A protected index
            is neither replaced nor deleted.
        read_capacity: `{mode, dedicated: {node_type, scaling, manual: {shards, replicas}}}`; left
            out it is not managed.
        verify: `none`, `schema`, `records` (also total record and namespace counts), or `sample`
            (also counts of each namespace, sampled records, and namespace aliases).
        allow_empty: True accepts a restored index without records.
        on_backup_change: What a changed `backup_id` does: `keep`, `replace` or `fail`.
        triggers: Any values; a change restores again, from the program's `backup_id`.
        wait: False returns as soon as the service has accepted the restore; nothing is verified.
        fingerprint: The backup's `fingerprint`, which `verify="sample"` compares with; left out, it
            compares with the live source while that exists.
        sample_tolerance: Share of the sampled records that may differ, 0 to 1.
        checks: Queries that must find what they name: `{namespace, vector or id, top_k,
            expect_ids}`.
        opts: Resource options; `custom_timeouts` bound the wait (create 6 h, update 1 h, delete
            15 min).

    Attributes:
        index_id: Id of the index, as its restore told it.
        host: Where its records are read and written.
        private_host: The same over a private connection.
        status: `Initializing`, `Ready` and others of the service, or `Failed` or `Cancelled` where
            the restore ended so.
        restore_job_id: Id of the restore job.
        dimension: Dimension of its dense vectors.
        metric: Metric of the index.
        vector_type: `dense` or `sparse`.
        schema: Fields of the index, in one form for every API version.
        embed: Integrated embedding of the index.
        cloud: The cloud that it is in.
        region: The region that it is in.
        effective_tags: Tags that the index has; secret where `tags` holds an output.
        recovery_point_at: When the backup's data was captured, RFC 3339 in UTC.
        restore_started_at: When the restore began; only where the service's job tells it.
        restore_completed_at: When the restore ended; only where the service's job tells it.
        rpo_seconds: Seconds from `recovery_point_at` to `restore_started_at`.
        rto_seconds: Seconds until the index was restored and verified.
        verification: One row for each check.
        owner_mark: Value of the tag `pulumi-owner`, which says whose the index is.
        project: The Pinecone project.
        why: Why the restore is not good, where a fleet reports it.

    Example:
        ```python
        import pulumi_pinecone_backup as pinecone_backup

        backup = pinecone_backup.Backup("nightly", index_name="products")
        restored = pinecone_backup.RestoredIndex(
            "recovered", backup_id=backup.id, deletion_protection="enabled"
        )
        ```

    Source: every version, `create_index_from_backup_operation`, `configure_index`.
    """

    backup_id: Output[str]
    name: Output[str]
    tags: Output[dict[str, str] | None]
    inherit_tags: Output[bool | None]
    deletion_protection: Output[str | None]
    read_capacity: Output[dict[str, Any] | None]
    verify: Output[str]
    allow_empty: Output[bool]
    on_backup_change: Output[str]
    triggers: Output[list[Any] | None]
    wait: Output[bool]
    index_id: Output[str | None]
    host: Output[str | None]
    private_host: Output[str | None]
    status: Output[str]
    restore_job_id: Output[str | None]
    dimension: Output[int | None]
    metric: Output[str | None]
    vector_type: Output[str | None]
    schema: Output[dict[str, Any] | None]
    embed: Output[dict[str, Any] | None]
    cloud: Output[str | None]
    region: Output[str | None]
    effective_tags: Output[dict[str, str] | None]
    recovery_point_at: Output[str | None]
    restore_started_at: Output[str | None]
    restore_completed_at: Output[str | None]
    rpo_seconds: Output[float | None]
    rto_seconds: Output[float | None]
    verification: Output[list[dict[str, Any]] | None]
    owner_mark: Output[str | None]
    project: Output[str | None]
    why: Output[str | None]
    fingerprint: Output[str | None]
    sample_tolerance: Output[float | None]
    checks: Output[list[dict[str, Any]] | None]

    _handler = RestoredIndexHandler
    _kind = "restored-index"
    _refused_ignores = _REFUSED_IGNORES
    _outputs = restored_index_declaration.OUTPUTS

    def __init__(
        self,
        resource_name: str,
        *,
        backup_id: Input[str] | None = None,
        name: Input[str] | None = None,
        tags: Input[Mapping[str, Input[str]]] | None = None,
        inherit_tags: Input[bool] | None = None,
        deletion_protection: Input[Protection] | None = None,
        read_capacity: Input[ReadCapacityArgs] | None = None,
        verify: Input[Verification] = "records",
        allow_empty: Input[bool] = False,
        on_backup_change: Input[OnBackupChange] = "keep",
        triggers: Input[Sequence[Any]] | None = None,
        wait: Input[bool] = True,
        fingerprint: Input[str | None] | None = None,
        sample_tolerance: Input[float] = 0.0,
        checks: Input[Sequence[Input[QueryCheckArgs]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        given = dict(locals())
        given["sample_tolerance"] = program.unless(sample_tolerance, 0.0)
        program.count_waiting(wait)
        if program.holds_output(tags):
            secret = pulumi.ResourceOptions(additional_secret_outputs=["effective_tags"])
            opts = pulumi.ResourceOptions.merge(opts, secret)
        self._declare(resource_name, given, opts)


class BackupSchedule(ManagedResource, module="pinecone", name="BackupSchedule"):
    """A schedule that takes backups of an index; the backups outlive it.

    Args:
        resource_name: Pulumi name.
        index_name: Name of the index; a change replaces.
        name: Name of the schedule, 1 to 28 characters of `a-z`, `0-9` and `-`; default
            `<resource>-<7 hex>`. A change replaces.
        frequency: `daily`, `weekly` or `monthly`.
        retention_days: Days until a scheduled backup expires, at least 1.
        enabled: False pauses the schedule. Enabling it takes a backup at once.
        opts: Resource options.

    Attributes:
        schedule_id: Id of the schedule.
        index_id: Id of the index, as the service tells it.
        schedule_type: Kind of schedule, as the service tells it.
        next_scheduled_run: When the next backup is due, RFC 3339 in UTC.
        created_at: When the schedule was made, RFC 3339 in UTC.
        project: The Pinecone project, as index hosts tell it.
        project_id: Id of the Pinecone project, as the schedule tells it.
        last_backup_id: The backup of its last run.
        last_status: How its last run ended.
        last_run_at: When its last run was, RFC 3339 in UTC.
        last_success_at: When its last run that succeeded was, RFC 3339 in UTC.

    Example:
        ```python
        import pulumi_pinecone_backup as pinecone_backup

        schedule = pinecone_backup.BackupSchedule(
            "daily", index_name="products", frequency="daily", retention_days=14
        )
        ```

    Source: 2026-07, `create_backup_schedule`, `update_backup_schedule`.
    """

    index_name: Output[str]
    name: Output[str]
    frequency: Output[str]
    retention_days: Output[int]
    enabled: Output[bool]
    schedule_id: Output[str]
    index_id: Output[str | None]
    schedule_type: Output[str | None]
    next_scheduled_run: Output[str | None]
    created_at: Output[str | None]
    project: Output[str | None]
    project_id: Output[str | None]
    last_backup_id: Output[str | None]
    last_status: Output[str | None]
    last_run_at: Output[str | None]
    last_success_at: Output[str | None]

    _handler = BackupScheduleHandler
    _kind = "backup-schedule"
    _outputs = backup_schedule_declaration.OUTPUTS

    def __init__(
        self,
        resource_name: str,
        *,
        index_name: Input[str],
        name: Input[str] | None = None,
        frequency: Input[Frequency],
        retention_days: Input[int],
        enabled: Input[bool] = True,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        given = dict(locals())
        self._declare(resource_name, given, opts)


class RestoreDrill(ManagedResource, module="pinecone", name="RestoreDrill"):
    """A rehearsal: a backup is restored, verified and deleted again, and the evidence is kept.

    It runs when it is created and when `triggers` change. A drill that does not pass fails `pulumi
    up`, keeps what it has found, and is repeated by the next one.

    Args:
        resource_name: Pulumi name.
        index_name: Name of the source index, which may be gone; a change replaces.
        backup_id: The backup; left out, one is picked.
        pick: `latest`, the one with the newest data, or `random`.
        within_days: How old the data of a picked backup may be.
        verify: `schema`, `records` or `sample`, as for `RestoredIndex`.
        fingerprint: What `sample` compares with; left out, the live source while that exists.
        max_rpo_seconds: Oldest recovery point that passes.
        max_rto_seconds: Longest recovery that passes.
        triggers: Any values; a change runs the drill again.
        opts: Resource options; `custom_timeouts` bound a run (create 6 h).

    Attributes:
        result: `passed`, `failed`, `unproven`, `too late` or `interrupted`.
        why: The reason, where it is not `passed`.
        recovery_point_at: When the backup's data was captured, RFC 3339 in UTC.
        started_at: When the drill began, by this machine.
        finished_at: When the drill ended, by this machine.
        rpo_seconds: Seconds from `recovery_point_at` to the start of the restore.
        rto_seconds: Seconds until the index was restored and verified.
        verification: One row for each check.
        is_deleted: Whether nothing of the temporary index is left.
        history: The last 20 results, the newest first.

    Example:
        ```python
        import pulumi_pinecone_backup as pinecone_backup

        drill = pinecone_backup.RestoreDrill(
            "weekly", index_name="products", max_rto_seconds=3600, triggers=["2026-48"]
        )
        ```

    Source: every version, `create_index_from_backup_operation`, `delete_index`.
    """

    index_name: Output[str]
    backup_id: Output[str]
    pick: Output[str]
    within_days: Output[float | None]
    verify: Output[str]
    fingerprint: Output[str | None]
    max_rpo_seconds: Output[float | None]
    max_rto_seconds: Output[float | None]
    triggers: Output[list[Any] | None]
    result: Output[str]
    why: Output[str | None]
    recovery_point_at: Output[str | None]
    started_at: Output[str | None]
    finished_at: Output[str | None]
    rpo_seconds: Output[float | None]
    rto_seconds: Output[float | None]
    verification: Output[list[dict[str, Any]] | None]
    is_deleted: Output[bool]
    history: Output[list[dict[str, Any]]]

    _handler = RestoreDrillHandler
    _kind = "drill"
    _outputs = restore_drill_declaration.OUTPUTS

    def __init__(
        self,
        resource_name: str,
        *,
        index_name: Input[str],
        backup_id: Input[str] | None = None,
        pick: Input[Pick] = "latest",
        within_days: Input[float] | None = None,
        verify: Input[DrillVerification] = "records",
        fingerprint: Input[str | None] | None = None,
        max_rpo_seconds: Input[float] | None = None,
        max_rto_seconds: Input[float] | None = None,
        triggers: Input[Sequence[Any]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        given = dict(locals())
        program.count_waiting(True)
        self._declare(resource_name, given, opts)
