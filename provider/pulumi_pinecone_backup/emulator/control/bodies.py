"""The bodies that the control plane takes, as the descriptions state them.

A body that does not fit is refused with 422, as the service does; rules about values that do fit
(names, tags, limits) are in `rules`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulumi_pinecone_backup.emulator.state.problems import invalid, unreadable

Metric = Literal["cosine", "euclidean", "dotproduct"]
Protection = Literal["disabled", "enabled"]
Cloud = Literal["aws", "gcp", "azure"]
Dimension = Annotated[int, Field(ge=1, le=20000)]
Positive = Annotated[int, Field(ge=1, lt=2**31)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _StrictBody(_Body):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Manual(_Body):
    """Fixed numbers of shards and replicas."""

    replicas: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    shards: Positive | None = None


class Dedicated(_Body):
    """Nodes of a dedicated read capacity."""

    node_type: str | None = None
    scaling: str | None = None
    manual: Manual | None = None


class ReadCapacity(_Body):
    """How reads are served."""

    mode: Literal["OnDemand", "Dedicated"]
    dedicated: Dedicated | None = None


class MetadataField(_Body):
    """A metadata field of the older shape."""

    filterable: bool | None = None


class MetadataSchema(_Body):
    """Metadata fields of the older shape."""

    fields: dict[str, MetadataField]


class Serverless(_Body):
    """A managed index in the older shape."""

    cloud: Cloud
    region: str
    read_capacity: ReadCapacity | None = None
    source_collection: str | None = None
    schema_: MetadataSchema | None = Field(default=None, alias="schema")


class MetadataConfig(_Body):
    """Indexed metadata fields of a pod index."""

    indexed: list[str] | None = None


class Pod(_Body):
    """A pod index in the older shape."""

    environment: str
    pod_type: str = "p1.x1"
    replicas: Positive | None = None
    shards: Positive | None = None
    pods: Positive | None = None
    metadata_config: MetadataConfig | None = None
    source_collection: str | None = None


class Byoc(_Body):
    """An index in the user's own cloud, in the older shape."""

    environment: str
    read_capacity: ReadCapacity | None = None
    schema_: MetadataSchema | None = Field(default=None, alias="schema")


class Spec(_StrictBody):
    """Where an index runs, in the older shape."""

    serverless: Serverless | None = None
    pod: Pod | None = None
    byoc: Byoc | None = None


class CreateIndexWithSpec(_Body):
    """`create_index` in the older shape."""

    name: str
    spec: Spec
    dimension: Dimension | None = None
    metric: Metric | None = None
    vector_type: str = "dense"
    deletion_protection: Protection | None = None
    tags: dict[str, str] | None = None


class Embed(_Body):
    """Integrated embedding in the older shape."""

    model: str
    field_map: dict[str, Any]
    metric: Metric | None = None
    dimension: Dimension | None = None
    read_parameters: dict[str, Any] | None = None
    write_parameters: dict[str, Any] | None = None


class CreateIndexForModelWithEmbed(_Body):
    """`create_index_for_model` in the older shape."""

    name: str
    cloud: Cloud
    region: str
    embed: Embed
    deletion_protection: Protection | None = None
    tags: dict[str, str] | None = None
    schema_: MetadataSchema | None = Field(default=None, alias="schema")
    read_capacity: ReadCapacity | None = None


class Deployment(_StrictBody):
    """Where an index runs, in the newer shape."""

    deployment_type: Literal["managed", "byoc", "pod"]
    cloud: Cloud | None = None
    region: str | None = None
    environment: str | None = None
    replicas: Positive | None = None
    shards: Positive | None = None
    pod_type: str | None = None


class FieldsSchema(_Body):
    """Typed fields of an index."""

    fields: dict[str, dict[str, Any]]


class CreateIndexWithDeployment(_Body):
    """`create_index` in the newer shape."""

    name: str | None = None
    deployment: Deployment | None = None
    schema_: FieldsSchema = Field(alias="schema")
    source_collection: str | None = None
    source_backup_id: str | None = None
    cmek_id: str | None = None
    read_capacity: ReadCapacity | None = None
    tags: dict[str, str | None] | None = None
    deletion_protection: Protection | None = None


class CreateIndexStrictly(CreateIndexWithDeployment):
    """`create_index` in the newer shape, where unknown properties are refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class CreateIndexForModelWithField(_Body):
    """`create_index_for_model` in the newer shape."""

    name: str | None = None
    deployment: Deployment | None = None
    field: str
    model: str
    metric: Metric | None = None
    write_parameters: dict[str, Any] | None = None
    read_parameters: dict[str, Any] | None = None
    read_capacity: ReadCapacity | None = None
    tags: dict[str, str] | None = None
    deletion_protection: Protection | None = None


class PodScaling(_Body):
    """What can change about a pod index."""

    replicas: Positive | None = None
    pod_type: str | None = None


class CapacityScaling(_Body):
    """What can change about a serverless or BYOC index."""

    read_capacity: ReadCapacity | None = None


class SpecPatch(_StrictBody):
    """Change of the older shape's `spec`."""

    serverless: CapacityScaling | None = None
    pod: PodScaling | None = None
    byoc: CapacityScaling | None = None


class EmbedPatch(_Body):
    """Change of an integrated embedding."""

    model: str | None = None
    field_map: dict[str, Any] | None = None
    read_parameters: dict[str, Any] | None = None
    write_parameters: dict[str, Any] | None = None


class ConfigureIndexWithSpec(_Body):
    """`configure_index` in the older shape."""

    spec: SpecPatch | None = None
    deletion_protection: Protection | None = None
    tags: dict[str, str] | None = None
    embed: EmbedPatch | None = None


class DeploymentPatch(_StrictBody):
    """Change of the newer shape's `deployment`."""

    replicas: Positive | None = None
    pod_type: str | None = None


class ConfigureIndexWithDeployment(_Body):
    """`configure_index` in the newer shape."""

    deployment: DeploymentPatch | None = None
    schema_: FieldsSchema | None = Field(default=None, alias="schema")
    read_capacity: ReadCapacity | None = None
    tags: dict[str, str] | None = None
    deletion_protection: Protection | None = None


class ConfigureIndexStrictly(ConfigureIndexWithDeployment):
    """`configure_index` in the newer shape, where unknown properties are refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class CreateBackup(_Body):
    """`create_backup`."""

    name: str | None = None
    description: str | None = None


class CreateIndexFromBackup(_Body):
    """`create_index_from_backup_operation`."""

    name: str
    tags: dict[str, str] | None = None
    deletion_protection: Protection | None = None
    read_capacity: ReadCapacity | None = None


class Timing(_Body):
    """When a schedule runs."""

    type: Literal["time-based"]
    frequency: Literal["daily", "weekly", "monthly"]


class Retention(_Body):
    """How long a schedule's backups are kept."""

    expire_after_days: Annotated[int, Field(ge=1)]


class CreateBackupSchedule(_Body):
    """`create_backup_schedule`."""

    name: str
    schedule: Timing
    retention: Retention


class UpdateBackupSchedule(_Body):
    """`update_backup_schedule`."""

    frequency: Literal["daily", "weekly", "monthly"] | None = None
    retention: Retention | None = None
    enabled: bool | None = None


Body = TypeVar("Body", bound=BaseModel)


def read_object(raw: bytes) -> dict[str, Any]:
    """Read a body that must be a JSON object.

    Raises:
        ServiceError: 400 where it is no JSON, 422 where it is no object.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise invalid(f"Failed to parse the request body as JSON: {error}") from error
    if not isinstance(value, dict):
        raise unreadable("expected an object")
    return value


def read_body(raw: bytes, model: type[Body]) -> Body:
    """Read a body as one of the models above.

    Raises:
        ServiceError: 400 where it is no JSON, 422 where it does not fit.
    """
    value = read_object(raw)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise unreadable(f"`{where}`: {first['msg']}" if where else first["msg"]) from error
