"""What the service answers, as frozen models named as in the API description.

A model takes the answer of any version and holds one normalised form (see `shapes.py`).
Unknown fields are ignored, unknown statuses are "still working". Nothing here calls the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    computed_field,
    model_validator,
)

from pulumi_pinecone_backup.service.shapes import flatten_backup, flatten_index, flatten_stats
from pulumi_pinecone_backup.service.values import (
    Count,
    DeploymentType,
    Host,
    Protection,
    State,
    Tags,
    Time,
    Told,
    time_in_name,
)

FAILED_BACKUP_STATUSES: Final = frozenset({"Failed", "InitializationFailed"})
FAILED_INDEX_STATES: Final = frozenset({"Failed", "InitializationFailed"})
FAILED_RESTORE_STATUSES: Final = frozenset({"Failed", "Cancelled"})


class Answer(BaseModel):
    """Settings that all answers share."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
    )


class IndexStatus(Answer):
    """Whether an index can be used."""

    ready: bool
    state: str


class ScalingConfigManual(Answer):
    """Fixed numbers of shards and replicas."""

    shards: Told[Count] = None
    replicas: Told[Count] = None


class ReadCapacityDedicatedConfig(Answer):
    """Nodes that serve one index only."""

    node_type: Told[str] = None
    scaling: Told[str] = None
    manual: Told[ScalingConfigManual] = None


class ReadCapacityStatus(Answer):
    """State of a capacity change: Ready, Scaling, Migrating or Error."""

    state: State
    current_replicas: Told[Count] = None
    current_shards: Told[Count] = None
    error_message: Told[str] = None


class ReadCapacityModel(Answer):
    """How reads of an index are served: `OnDemand` or `Dedicated`."""

    mode: str
    dedicated: Told[ReadCapacityDedicatedConfig] = None
    status: Told[ReadCapacityStatus] = None

    @property
    def is_ready(self) -> bool:
        """True unless a change is under way or has failed."""
        return self.status is None or self.status.state == "Ready"


class IndexModel(Answer):
    """An index, in one form for all versions; what a version does not tell is None."""

    name: str = Field(min_length=1)
    host: Host = ""
    private_host: Told[str] = None
    status: IndexStatus
    deployment_type: DeploymentType = "managed"
    environment: Told[str] = None
    cloud: Told[str] = None
    region: Told[str] = None
    dimension: Told[Count] = None
    metric: Told[str] = None
    vector_type: Told[str] = None
    schema_: Told[dict[str, Any]] = Field(default=None, alias="schema")
    embed: Told[dict[str, Any]] = None
    tags: Tags = Field(default_factory=dict)
    deletion_protection: Protection = "disabled"
    read_capacity: Told[ReadCapacityModel] = None
    source_backup_id: Told[str] = None
    source_collection: Told[str] = None
    cmek_id: Told[str] = None

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, raw: object) -> object:
        return flatten_index(raw) if isinstance(raw, Mapping) else raw

    @property
    def is_ready(self) -> bool:
        """True once the index can be read and written."""
        return self.status.ready and not self.is_failed and not self.is_terminating

    @property
    def is_failed(self) -> bool:
        """True if the index will never be ready."""
        return self.status.state in FAILED_INDEX_STATES

    @property
    def is_terminating(self) -> bool:
        """True while the index is being deleted."""
        return self.status.state == "Terminating"

    @property
    def project(self) -> str | None:
        """The project's part of the host, or None where the host does not tell it.

        It follows the index name and a hyphen, in a host name or in a path, and ends at a dot.
        """
        address = self.host if "://" in self.host else f"//{self.host}"
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        prefix = f"{self.name}-"
        segments = [*reversed(parts.path.split("/")), parts.hostname or ""]
        for segment in segments:
            if segment.startswith(prefix):
                return segment.removeprefix(prefix).split(".", 1)[0] or None
        return None


class BackupModel(Answer):
    """A backup, in one form for all versions; what a version does not tell is None."""

    backup_id: str = Field(min_length=1)
    name: Told[str] = None
    description: Told[str] = None
    status: str
    source_index_name: str
    source_index_id: Told[str] = None
    source_index_deleted_at: Time = None
    cloud: Told[str] = None
    region: Told[str] = None
    dimension: Told[Count] = None
    metric: Told[str] = None
    vector_type: Told[str] = None
    schema_: Told[dict[str, Any]] = Field(default=None, alias="schema")
    record_count: Told[Count] = None
    namespace_count: Told[Count] = None
    size_bytes: Told[Count] = None
    tags: Tags = Field(default_factory=dict)
    created_at: Time = None

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, raw: object) -> object:
        return flatten_backup(raw) if isinstance(raw, Mapping) else raw

    @property
    def is_ready(self) -> bool:
        """True once the backup can be restored."""
        return self.status == "Ready"

    @property
    def is_failed(self) -> bool:
        """True if the backup will never be ready."""
        return self.status in FAILED_BACKUP_STATUSES

    @computed_field  # type: ignore[prop-decorator]
    @property
    def captured_at(self) -> datetime | None:
        """When the data was captured, the later of `created_at` and the time in the name.

        The service creates a scheduled backup when its run is planned, hours before the run itself.
        """
        times = (self.created_at, time_in_name(self.name))
        return max((time for time in times if time is not None), default=None)


class BackupScheduleHistoryItem(BackupModel):
    """A backup that a schedule took or will take."""

    scheduled_execution_at: Time = None


class CreateIndexFromBackupResponse(Answer):
    """The ids that a restore gets when it starts."""

    restore_job_id: str = Field(min_length=1)
    index_id: str = Field(min_length=1)


class RestoreJobModel(Answer):
    """A restore's job: advice only, the index is the truth."""

    restore_job_id: str = Field(min_length=1)
    backup_id: str
    target_index_name: str
    target_index_id: Told[str] = None
    status: str
    created_at: Time = None
    completed_at: Time = None
    percent_complete: Told[FiniteFloat] = None

    @property
    def is_completed(self) -> bool:
        """True once the restore is done."""
        return self.status == "Completed"

    @property
    def is_failed(self) -> bool:
        """True if the restore ended without an index."""
        return self.status in FAILED_RESTORE_STATUSES


class BackupScheduleModel(Answer):
    """A schedule that takes backups of one index (`BackupScheduleResponse`, 2026-07)."""

    schedule_id: str = Field(min_length=1)
    name: str
    index_id: Told[str] = None
    project_id: Told[str] = None
    schedule_type: Told[str] = None
    frequency: str
    retention_expire_after_days: int
    enabled: bool
    next_scheduled_run: Time = None
    created_at: Time = None


class IndexStats(Answer):
    """What an index holds (`describe_index_stats` of the data plane).

    Attributes:
        namespaces: Number of records by namespace; the default namespace is `""` or `__default__`.
    """

    dimension: Told[Count] = None
    total_record_count: Count
    namespaces: dict[str, Count] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, raw: object) -> object:
        return flatten_stats(raw) if isinstance(raw, Mapping) else raw


class SparseValues(Answer):
    """The sparse part of a record: values at indices, in any order."""

    indices: list[Count]
    values: list[FiniteFloat]


class RecordModel(Answer):
    """One record of an index (`fetch_vectors`); what it does not have is empty."""

    values: Annotated[list[FiniteFloat], BeforeValidator(lambda value: value or [])] = Field(
        default_factory=list
    )
    sparse_values: SparseValues | None = Field(
        default=None, validation_alias=AliasChoices("sparseValues", "sparse_values")
    )
    metadata: dict[str, Any] | None = None


class FetchedRecords(Answer):
    """Records by id; those that do not exist are not there."""

    vectors: dict[str, RecordModel] = Field(default_factory=dict)


class RecordId(Answer):
    """A row of `list_vectors` or of `query_vectors`."""

    id: str


class ListedIds(Answer):
    """One page of the ids of a namespace."""

    vectors: list[RecordId] = Field(default_factory=list)


class QueryMatches(Answer):
    """What a query found, the nearest first."""

    matches: list[RecordId] = Field(default_factory=list)


class NamespaceAlias(Answer):
    """A name under which a namespace is read (2026-07)."""

    name: str = Field(min_length=1)
    target_namespace: str


def to_properties(model: BaseModel) -> dict[str, Any]:
    """Return a model as JSON-able values for Pulumi.

    Times become RFC 3339 text in UTC with `Z`; keys are the API's names; top-level fields that are
    not told stay as None, nested ones are left out.
    """
    dumped = model.model_dump(by_alias=True)
    return {key: _property(value) for key, value in dumped.items()}


def _property(value: object) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Mapping):
        return {key: _property(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_property(item) for item in value]
    return value


def rfc3339(time: datetime) -> str:
    """Return a time as RFC 3339 text in UTC with `Z`, without a fraction of zero."""
    return time.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
