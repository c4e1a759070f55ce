"""Inputs and outputs of a `RestoredIndex`, as programs give them and as states hold them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.identity import without_mark
from pulumi_pinecone_backup.lifecycle.inputs import (
    Count,
    Filled,
    InputPart,
    Inputs,
    Name,
    Tags,
    Triggers,
    rule,
)
from pulumi_pinecone_backup.lifecycle.outputs import definition, echo, present, stored, time_text
from pulumi_pinecone_backup.proof import fingerprint
from pulumi_pinecone_backup.restored_index import verification
from pulumi_pinecone_backup.restored_index.declaration import (
    OUTPUTS,
    OnBackupChange,
    Protection,
    Verification,
)
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.service.models import to_properties

_INDEX_FACTS = (
    "host",
    "private_host",
    "dimension",
    "metric",
    "vector_type",
    "schema",
    "embed",
    "cloud",
    "region",
)


class ManualScaling(InputPart):
    """Fixed size of dedicated read capacity: shards and replicas."""

    shards: Annotated[Count, Field(ge=1)]
    replicas: Annotated[Count, Field(ge=0)]


class DedicatedCapacity(InputPart):
    """Dedicated read capacity. Source: 2026-07, `ReadCapacity`."""

    node_type: Filled
    scaling: Literal["Manual"] = "Manual"
    manual: ManualScaling


class ReadCapacityInput(InputPart):
    """Read capacity of an index: on demand, or dedicated nodes."""

    mode: Literal["OnDemand", "Dedicated"]
    dedicated: DedicatedCapacity | None = None


def _check_read_capacity(value: ReadCapacityInput) -> ReadCapacityInput:
    if (value.mode == "Dedicated") != (value.dedicated is not None):
        raise ValueError("needs `dedicated` with `mode` Dedicated, and only then")
    return value


class QueryCheck(InputPart):
    """A query that must find what it names."""

    namespace: StrictStr | None = None
    vector: list[StrictFloat | StrictInt] | None = None
    id: Filled | None = None
    top_k: Annotated[Count, Field(ge=1, le=10000)]
    expect_ids: Annotated[list[Filled], Field(min_length=1)]


def _check_query(value: QueryCheck) -> QueryCheck:
    if (value.vector is None) == (value.id is None):
        raise ValueError("needs either `vector` or `id`")
    return value


def _check_fingerprint(value: str) -> str:
    try:
        fingerprint.decode(value)
    except ConfigurationError as error:
        raise ValueError(f"cannot be read: {error}") from None
    return value


def _check_tolerance(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("must be a share of the sampled records, 0 to 1")
    return value


Fingerprint = Annotated[StrictStr, AfterValidator(rule(_check_fingerprint))]


class RestoredIndexInputs(Inputs):
    """Inputs of `RestoredIndex`."""

    outputs = OUTPUTS

    backup_id: Filled | None = None
    name: Name | None = None
    tags: Tags | None = None
    inherit_tags: StrictBool | None = None
    deletion_protection: Protection | None = None
    read_capacity: (
        Annotated[ReadCapacityInput, AfterValidator(rule(_check_read_capacity))] | None
    ) = None
    verify: Verification = "records"
    allow_empty: StrictBool = False
    on_backup_change: OnBackupChange = "keep"
    triggers: Triggers | None = None
    wait: StrictBool = True
    fingerprint: Fingerprint | None = None
    sample_tolerance: (
        Annotated[StrictFloat | StrictInt, AfterValidator(rule(_check_tolerance))] | None
    ) = None
    checks: list[Annotated[QueryCheck, AfterValidator(rule(_check_query))]] | None = None
    is_soft: StrictBool | None = None
    """Whether a failure is a warning and a status: a fleet's report tells it."""


def restored_index_outputs(inputs: RestoredIndexInputs, restore: Restore) -> dict[str, Any]:
    """Return the outputs of `RestoredIndex` as far as they are known."""
    before = stored(restore.recorded, restore.recorded)
    facts = to_properties(restore.index) if restore.index else before
    facts |= definition(facts, before)
    tags = without_mark(restore.index.tags) if restore.index else facts.get("effective_tags")
    return present(
        {
            **{key: facts.get(key) for key in _INDEX_FACTS},
            "index_id": restore.index_id,
            "restore_job_id": restore.restore_job_id,
            "status": restore.status,
            "effective_tags": tags,
            "recovery_point_at": time_text(restore.recovery_point_at),
            "restore_started_at": time_text(restore.restore_started_at),
            "restore_completed_at": time_text(restore.restore_completed_at),
            "rpo_seconds": restore.rpo_seconds,
            "rto_seconds": restore.rto_seconds,
            "verification": verification.stored(
                restore.verification, restore.recorded.get("verification") or ()
            ),
            "owner_mark": restore.owner_mark,
            "project": restore.project,
            "why": restore.why,
            **echo(inputs),
        }
    )
