"""The bodies about indexes that the control plane takes, as the descriptions state them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from pulumi_pinecone_backup.emulator.control.bodies import (
    Body,
    Positive,
    Protection,
    ReadCapacity,
    StrictBody,
)

Metric = Literal["cosine", "euclidean", "dotproduct"]
Cloud = Literal["aws", "gcp", "azure"]
Dimension = Annotated[int, Field(ge=1, le=20000)]


class MetadataField(Body):
    """A metadata field of the older shape."""

    filterable: bool | None = None


class MetadataSchema(Body):
    """Metadata fields of the older shape."""

    fields: dict[str, MetadataField]


class Serverless(Body):
    """A managed index in the older shape."""

    cloud: Cloud
    region: str
    read_capacity: ReadCapacity | None = None
    source_collection: str | None = None
    schema_: MetadataSchema | None = Field(default=None, alias="schema")


class MetadataConfig(Body):
    """Indexed metadata fields of a pod index."""

    indexed: list[str] | None = None


class Pod(Body):
    """A pod index in the older shape."""

    environment: str
    pod_type: str = "p1.x1"
    replicas: Positive | None = None
    shards: Positive | None = None
    pods: Positive | None = None
    metadata_config: MetadataConfig | None = None
    source_collection: str | None = None


class Byoc(Body):
    """An index in the user's own cloud, in the older shape."""

    environment: str
    read_capacity: ReadCapacity | None = None
    schema_: MetadataSchema | None = Field(default=None, alias="schema")


class Spec(StrictBody):
    """Where an index runs, in the older shape."""

    serverless: Serverless | None = None
    pod: Pod | None = None
    byoc: Byoc | None = None


class CreateIndexWithSpec(Body):
    """`create_index` in the older shape."""

    name: str
    spec: Spec
    dimension: Dimension | None = None
    metric: Metric | None = None
    vector_type: str = "dense"
    deletion_protection: Protection | None = None
    tags: dict[str, str] | None = None


class Embed(Body):
    """Integrated embedding in the older shape."""

    model: str
    field_map: dict[str, Any]
    metric: Metric | None = None
    dimension: Dimension | None = None
    read_parameters: dict[str, Any] | None = None
    write_parameters: dict[str, Any] | None = None


class CreateIndexForModelWithEmbed(Body):
    """`create_index_for_model` in the older shape."""

    name: str
    cloud: Cloud
    region: str
    embed: Embed
    deletion_protection: Protection | None = None
    tags: dict[str, str] | None = None
    schema_: MetadataSchema | None = Field(default=None, alias="schema")
    read_capacity: ReadCapacity | None = None


class Deployment(StrictBody):
    """Where an index runs, in the newer shape."""

    deployment_type: Literal["managed", "byoc", "pod"]
    cloud: Cloud | None = None
    region: str | None = None
    environment: str | None = None
    replicas: Positive | None = None
    shards: Positive | None = None
    pod_type: str | None = None


class FieldsSchema(Body):
    """Typed fields of an index."""

    fields: dict[str, dict[str, Any]]


class CreateIndexWithDeployment(Body):
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


class CreateIndexForModelWithField(Body):
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


class PodScaling(Body):
    """What can change about a pod index."""

    replicas: Positive | None = None
    pod_type: str | None = None


class CapacityScaling(Body):
    """What can change about a serverless or BYOC index."""

    read_capacity: ReadCapacity | None = None


class SpecPatch(StrictBody):
    """Change of the older shape's `spec`."""

    serverless: CapacityScaling | None = None
    pod: PodScaling | None = None
    byoc: CapacityScaling | None = None


class EmbedPatch(Body):
    """Change of an integrated embedding."""

    model: str | None = None
    field_map: dict[str, Any] | None = None
    read_parameters: dict[str, Any] | None = None
    write_parameters: dict[str, Any] | None = None


class ConfigureIndexWithSpec(Body):
    """`configure_index` in the older shape."""

    spec: SpecPatch | None = None
    deletion_protection: Protection | None = None
    tags: dict[str, str] | None = None
    embed: EmbedPatch | None = None


class DeploymentPatch(StrictBody):
    """Change of the newer shape's `deployment`."""

    replicas: Positive | None = None
    pod_type: str | None = None


class ConfigureIndexWithDeployment(Body):
    """`configure_index` in the newer shape."""

    deployment: DeploymentPatch | None = None
    schema_: FieldsSchema | None = Field(default=None, alias="schema")
    read_capacity: ReadCapacity | None = None
    tags: dict[str, str] | None = None
    deletion_protection: Protection | None = None


class ConfigureIndexStrictly(ConfigureIndexWithDeployment):
    """`configure_index` in the newer shape, where unknown properties are refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
