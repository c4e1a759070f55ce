"""The data plane's operations that search: by nearness and by metadata."""

from __future__ import annotations

from typing import Any

import numpy as np

from pulumi_pinecone_backup.emulator.call import (
    Answer,
    Call,
    decode_token,
    encode_token,
    read_object,
)
from pulumi_pinecone_backup.emulator.data.answers import vector
from pulumi_pinecone_backup.emulator.data.filters import compile_filter, search_filter, selected
from pulumi_pinecone_backup.emulator.data.parsing import (
    Sparse,
    check_id,
    parse_sparse,
    parse_values,
)
from pulumi_pinecone_backup.emulator.data.search import nearest
from pulumi_pinecone_backup.emulator.data.target import index_of, read_from
from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import Definition, from_json
from pulumi_pinecone_backup.emulator.state.problems import invalid

PAGE_LIMIT = 1000
TOP_LIMIT = 10_000


def query_vectors(call: Call) -> Answer:
    """Return the nearest records, compared one by one."""
    index = index_of(call)
    body = read_object(call.body)
    definition = from_json(index["definition"])
    namespace = read_from(call, index, body.get("namespace"))
    count = body.get("topK")
    if type(count) is not int or not 1 <= count <= TOP_LIMIT:
        raise invalid(f"`topK` must be an integer between 1 and {TOP_LIMIT}")
    flags = {name: body.get(name) or False for name in ("includeValues", "includeMetadata")}
    if not all(isinstance(flag, bool) for flag in flags.values()):
        raise invalid("`includeValues` and `includeMetadata` must be booleans")
    dense, sparse = _wanted(call, index, namespace, body, definition)
    predicate = search_filter(body.get("filter"))
    found = nearest(
        records.scan(call.state.connection, index["key"], namespace, is_ordered=False),
        definition,
        dense=dense,
        sparse=sparse,
        predicate=predicate,
        count=count,
    )
    matched = [
        vector(row, values=flags["includeValues"], metadata=flags["includeMetadata"])
        | {"score": np.float32(score)}
        for score, row in found
    ]
    usage = {"readUnits": 1}
    return Answer(200, {"results": [], "matches": matched, "namespace": namespace, "usage": usage})


def _wanted(
    call: Call, index: Row, namespace: str, body: dict[str, Any], definition: Definition
) -> tuple[bytes | None, Sparse | None]:
    """Read what to search for: vectors, or the vectors of a record."""
    given = body.get("vector") or None
    if body.get("id") is not None:
        if given is not None or body.get("sparseVector") is not None:
            raise invalid("`id` cannot be combined with `vector` or `sparseVector`")
        return vectors_of(call, index, namespace, check_id(body["id"]))
    dense = parse_values(given, definition)
    sparse = parse_sparse(body.get("sparseVector"), definition)
    if dense is None and definition.vector_type == "dense":
        raise invalid("The index holds dense vectors: give `vector` or `id`")
    if sparse is None and definition.vector_type == "sparse":
        raise invalid("The index holds sparse vectors: give `sparseVector` or `id`")
    return dense, sparse


def vectors_of(
    call: Call, index: Row, namespace: str, identifier: str
) -> tuple[bytes | None, Sparse | None]:
    """Return the dense and sparse values of a record, to search for what is near it.

    Raises:
        ServiceError: 400 where there is no such record.
    """
    rows = records.fetch(call.state.connection, index["key"], namespace, [identifier])
    if not rows:
        raise invalid(f"Vector {identifier} does not exist in namespace '{namespace}'")
    row = rows[0]
    if row.sparse_indices is None or row.sparse_values is None:
        return row.dense, None
    return row.dense, (row.sparse_indices, row.sparse_values)


def fetch_vectors_by_metadata(call: Call) -> Answer:
    """Return the records that a filter fits, page by page."""
    index = index_of(call)
    body = read_object(call.body)
    namespace = read_from(call, index, body.get("namespace"))
    predicate = compile_filter(body.get("filter"))
    limit, after = body.get("limit", 100), ""
    if type(limit) is not int or not 1 <= limit <= PAGE_LIMIT:
        raise invalid(f"`limit` must be an integer between 1 and {PAGE_LIMIT}")
    if (token := body.get("paginationToken")) is not None:
        if not isinstance(token, str):
            raise invalid("Invalid pagination token")
        value = decode_token(token).get("skip_past")
        if not isinstance(value, str):
            raise invalid("Invalid pagination token")
        after = value
    found = [
        row
        for row in selected(call.state.connection, index["key"], namespace, predicate)
        if row.id > after
    ]
    payload: dict[str, Any] = {
        "vectors": {row.id: vector(row) for row in found[:limit]},
        "namespace": namespace,
        "usage": {"readUnits": 1},
    }
    if len(found) > limit:
        payload["pagination"] = {"next": encode_token({"skip_past": found[limit - 1].id})}
    return Answer(200, payload)
