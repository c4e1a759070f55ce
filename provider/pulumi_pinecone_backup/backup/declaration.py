"""What a `Backup` declares to Pulumi. It imports nothing: a program needs no more of it."""

from __future__ import annotations

from typing import Final

OUTPUTS: Final = (
    "backup_id",
    "status",
    "source_index_name",
    "source_index_id",
    "source_index_deleted_at",
    "cloud",
    "region",
    "dimension",
    "metric",
    "vector_type",
    "schema",
    "record_count",
    "namespace_count",
    "size_bytes",
    "tags",
    "created_at",
    "captured_at",
    "project",
    "fingerprint",
)
