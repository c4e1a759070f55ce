"""The hash of a record: the same for the same content, whatever way JSON writes it.

Numbers of a vector are compared as the service stores them, as 32-bit floats; numbers of metadata
as 64-bit floats. The order of keys and of sparse indices does not count, nor does what is empty.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pulumi_pinecone_backup.service.models import RecordModel

_LENGTH: Final = 16
_NEGATIVE_ZERO: Final = struct.pack("<f", -0.0)


def digest(record: RecordModel) -> str:
    """Return 16 hex digits that stand for values, sparse values and metadata of a record."""
    sparse = record.sparse_values
    pairs = () if sparse is None else zip(sparse.indices, sparse.values, strict=False)
    return content_digest(record.values, pairs, record.metadata)


def digest_of_whole(record: Mapping[str, Any]) -> str:
    """Return the same of a record as it is written: `{values, sparseValues, metadata}`.

    Raises:
        ValueError: It holds something else than numbers where numbers belong.
    """
    sparse = record.get("sparseValues") or {}
    pairs = zip(sparse.get("indices") or (), sparse.get("values") or (), strict=False)
    try:
        return content_digest(record.get("values") or (), pairs, record.get("metadata"))
    except (TypeError, struct.error) as error:
        raise ValueError(str(error)) from error


def content_digest(
    values: Sequence[float], sparse: Iterable[tuple[int, float]], metadata: Mapping[str, Any] | None
) -> str:
    """Return 16 hex digits that stand for values, pairs of sparse index and value, and metadata."""
    content = hashlib.sha256()
    content.update(_floats(values))
    for index, value in sorted(sparse):
        content.update(struct.pack("<Q", index) + _floats([value]))
    content.update(b"|")
    if metadata:
        plain = json.dumps(_plain(metadata), sort_keys=True, separators=(",", ":"))
        content.update(plain.encode("utf-8", "surrogatepass"))
    return content.hexdigest()[:_LENGTH]


def is_empty(record: RecordModel) -> bool:
    """Return whether the data plane has told nothing that could be compared."""
    return not (record.values or record.sparse_values or record.metadata)


def _floats(values: Sequence[float]) -> bytes:
    try:
        packed = struct.pack(f"<{len(values)}f", *values)
    except OverflowError:
        packed = _NEGATIVE_ZERO
    if _NEGATIVE_ZERO not in packed:
        return packed
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
