"""Records as the service answers them."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from pulumi_pinecone_backup.emulator.state.records import Record


def vector(record: Record, *, values: bool = True, metadata: bool = True) -> dict[str, Any]:
    """Return a record as the service answers it."""
    result: dict[str, Any] = {"id": record.id}
    if values:
        dense = record.dense
        result["values"] = [] if dense is None else np.frombuffer(dense, dtype="<f4")
        if record.sparse_indices is not None and record.sparse_values is not None:
            result["sparseValues"] = {
                "indices": np.frombuffer(record.sparse_indices, dtype="<u4"),
                "values": np.frombuffer(record.sparse_values, dtype="<f4"),
            }
    if metadata and record.metadata is not None:
        result["metadata"] = orjson.Fragment(record.metadata)
    return result
