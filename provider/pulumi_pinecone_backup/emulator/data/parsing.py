"""Records as clients send them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import orjson

from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.problems import invalid
from pulumi_pinecone_backup.emulator.state.records import Record

# Indices and values, packed.
Sparse = tuple[bytes, bytes]

_METADATA_LIMIT = 40_960
_ID_LIMIT = 512
_SPARSE_LIMIT = 2048


def parse_vector(item: object, definition: Definition) -> Record:
    """Read one record as upsert takes it.

    Raises:
        ServiceError: 400 with the service's reason.
    """
    if not isinstance(item, dict):
        raise invalid("Each vector must be an object")
    identifier = check_id(item.get("id"))
    dense = parse_values(item.get("values"), definition)
    sparse = parse_sparse(item.get("sparseValues", item.get("sparse_values")), definition)
    if dense is None and definition.vector_type == "dense":
        raise invalid(f"Vector {identifier} needs `values`: the index holds dense vectors")
    if sparse is None and definition.vector_type == "sparse":
        raise invalid(f"Vector {identifier} needs `sparseValues`: the index holds sparse vectors")
    indices, values = sparse or (None, None)
    return Record(identifier, dense, indices, values, parse_metadata(item.get("metadata")))


def check_id(value: object) -> str:
    """Read the id of a record."""
    if not isinstance(value, str) or not value:
        raise invalid("Vector ID must be a non-empty string")
    if len(value) > _ID_LIMIT:
        raise invalid(f"Vector ID length {len(value)} exceeds the limit of {_ID_LIMIT}")
    if not value.isascii():
        raise invalid("Vector ID must be ASCII")
    return value


def numbers(value: object, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Read a list of finite numbers as float32."""
    # `map` and `set` look at every number without running a line of Python for it.
    if not isinstance(value, list) or not set(map(type, value)) <= {int, float}:
        raise invalid(f"`{name}` must be a list of numbers")
    with np.errstate(over="ignore"):
        array = np.asarray(value, dtype="<f4")
    if not np.isfinite(array).all():
        raise invalid(f"`{name}` holds numbers that are too large")
    return array


def parse_values(value: object, definition: Definition) -> bytes | None:
    """Read dense values."""
    if value is None or (value == [] and definition.vector_type == "sparse"):
        return None
    array = numbers(value, "values")
    if definition.vector_type != "dense":
        raise invalid("Index configuration does not support dense values")
    if len(array) != definition.dimension:
        raise invalid(
            f"Vector dimension {len(array)} does not match the dimension of the index "
            f"{definition.dimension}"
        )
    if not array.any():
        raise invalid("Dense vectors must contain at least one non-zero value.")
    return array.tobytes()


def parse_sparse(value: object, definition: Definition) -> Sparse | None:
    """Read sparse values: their indices and numbers."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise invalid("`sparseValues` must be an object")
    if definition.vector_type == "dense" and definition.metric != "dotproduct":
        raise invalid(
            "Index configuration does not support sparse values - only indexes that are sparse "
            "or using dotproduct are supported"
        )
    indices = value.get("indices")
    if not isinstance(indices, list) or not all(
        type(index) is int and 0 <= index < 2**32 for index in indices
    ):
        raise invalid("`indices` of sparse values must be a list of 32-bit unsigned integers")
    array = numbers(value.get("values"), "sparseValues.values")
    if len(array) != len(indices):
        raise invalid("Sparse indices and values must have the same length")
    if len(set(indices)) != len(indices):
        raise invalid("Sparse indices must be unique")
    if not 1 <= len(indices) <= _SPARSE_LIMIT:
        raise invalid(f"Sparse vectors must have 1 to {_SPARSE_LIMIT} values")
    return np.asarray(indices, dtype="<u4").tobytes(), array.tobytes()


def parse_metadata(value: object) -> str | None:
    """Read metadata: strings, numbers, booleans and lists of strings."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise invalid("`metadata` must be an object")
    for key, item in value.items():
        is_list = isinstance(item, list) and all(isinstance(part, str) for part in item)
        is_number = type(item) in (int, float) and math.isfinite(item)
        if not (is_list or is_number or isinstance(item, str | bool)):
            raise invalid(
                "Metadata value must be a string, number, boolean or list of strings, "
                f"got '{orjson.dumps(item).decode()[:40]}' for field '{key}'"
            )
    text = orjson.dumps(value)
    if len(text) > _METADATA_LIMIT:
        raise invalid(
            f"Metadata size is {len(text)} bytes, which exceeds the limit of "
            f"{_METADATA_LIMIT} bytes per vector"
        )
    return text.decode()
