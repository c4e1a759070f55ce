"""What an index is made of, in one form for all versions.

`creation` and `changes` make it from requests, `shapes` turns it into what each version answers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

# A field under one of these names is what the vector operations of every version mean.
DENSE_FIELD = "_values"
SPARSE_FIELD = "_sparse_values"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What stays the same over an index's life and goes into its backups.

    Attributes:
        deployment: In the newer shape: `deployment_type` and what belongs to it.
        dimension: Of dense vectors; None without them.
        metric: `cosine`, `dotproduct` or `euclidean`.
        vector_type: `dense` or `sparse`; `none` for an index without vectors.
        fields: Typed fields, where the index was made with them; None for a classic index.
        metadata_schema: Filterable metadata fields of a classic index.
        embed: Integrated embedding: model, field_map and parameters.
        cmek_id: Customer-managed key.
        source_collection: Collection that the index was made from.
    """

    deployment: dict[str, Any]
    metric: str = "cosine"
    dimension: int | None = None
    vector_type: str = "dense"
    fields: dict[str, dict[str, Any]] | None = None
    metadata_schema: dict[str, Any] | None = None
    embed: dict[str, Any] | None = None
    cmek_id: str | None = None
    source_collection: str | None = None
    pods: dict[str, Any] = field(default_factory=dict)

    @property
    def is_pod(self) -> bool:
        """Whether it is a pod index, which cannot be backed up."""
        return bool(self.deployment["deployment_type"] == "pod")

    def to_json(self) -> str:
        """Return what the database keeps."""
        return orjson.dumps(asdict(self)).decode()


def from_json(text: str) -> Definition:
    """Read what the database keeps."""
    return Definition(**orjson.loads(text))
