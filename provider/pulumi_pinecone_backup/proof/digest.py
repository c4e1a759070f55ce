"""The hash of a record: the same for the same content, whatever way JSON writes it.

Numbers of a vector are compared as the service stores them, as 32-bit floats; numbers of metadata
as 64-bit floats. The order of keys and of sparse indices does not count, nor does what is empty.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_pinecone_backup.service.models import RecordModel

_LENGTH: Final = 16


def digest(record: RecordModel) -> str:
    """Return 16 hex digits that stand for values, sparse values and metadata of a record."""
    content = hashlib.sha256()
    content.update(_floats(record.values))
    if record.sparse_values is not None:
        sparse = record.sparse_values
        for index, value in sorted(zip(sparse.indices, sparse.values, strict=False)):
            content.update(struct.pack("<Q", index) + _floats([value]))
    content.update(b"|")
    if record.metadata:
        plain = json.dumps(_plain(record.metadata), sort_keys=True, separators=(",", ":"))
        content.update(plain.encode("utf-8", "surrogatepass"))
    return content.hexdigest()[:_LENGTH]


def is_empty(record: RecordModel) -> bool:
    """Return whether the data plane has told nothing that could be compared."""
    return not (record.values or record.sparse_values or record.metadata)


def _floats(values: Iterable[float]) -> bytes:
    return b"".join(_float(value) for value in values)


def _float(value: float) -> bytes:
    try:
        return struct.pack("<f", value + 0.0)  # -0.0 is 0.0
    except OverflowError:
        return struct.pack("<d", value)


def _plain(value: Any) -> Any:
    """Return metadata with every number in one form, and without what is null."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value) + 0.0)
    return value
