"""The data plane's operations on the records of one index: written, read, counted, removed."""

from __future__ import annotations

from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.call import (
    Answer,
    Call,
    decode_token,
    encode_token,
    read_object,
    whole_number,
)
from pulumi_pinecone_backup.emulator.data import namespaces
from pulumi_pinecone_backup.emulator.data.answers import vector
from pulumi_pinecone_backup.emulator.data.filters import compile_filter, selected
from pulumi_pinecone_backup.emulator.data.parsing import (
    check_id,
    parse_metadata,
    parse_sparse,
    parse_values,
    parse_vector,
)
from pulumi_pinecone_backup.emulator.data.target import index_of, read_from, write_to
from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import Definition, from_json
from pulumi_pinecone_backup.emulator.state.problems import invalid
from pulumi_pinecone_backup.emulator.state.records import Record

BATCH_LIMIT = 1000


def upsert_vectors(call: Call) -> Answer:
    """Write records."""
    index = index_of(call)
    body = read_object(call.body)
    namespace = write_to(call, index, body.get("namespace"))
    items = body.get("vectors")
    if not isinstance(items, list) or not items:
        raise invalid("`vectors` must be a non-empty list")
    if len(items) > BATCH_LIMIT:
        raise invalid(f"A request can upsert at most {BATCH_LIMIT} vectors, got {len(items)}")
    definition = from_json(index["definition"])
    rows = [parse_vector(item, definition) for item in items]
    with call.state.change() as connection:
        records.upsert(connection, index["key"], namespace, rows)
        _note(call, index, "written", namespace, len(rows))
    return Answer(200, {"upsertedCount": len(rows)})


def fetch_vectors(call: Call) -> Answer:
    """Return records by id."""
    index = index_of(call)
    ids = [check_id(value) for value in call.query.getlist("ids")]
    if not 1 <= len(ids) <= BATCH_LIMIT:
        raise invalid(f"`ids` must name 1 to {BATCH_LIMIT} vectors")
    namespace = read_from(call, index, call.query.get("namespace"))
    found = records.fetch(call.state.connection, index["key"], namespace, ids)
    return Answer(
        200,
        {
            "vectors": {record.id: vector(record) for record in found},
            "namespace": namespace,
            "usage": {"readUnits": 1},
        },
    )


def list_vectors(call: Call) -> Answer:
    """List ids in order, with a prefix and page by page."""
    index = index_of(call)
    namespace = read_from(call, index, call.query.get("namespace"))
    limit, after = 100, None
    if (asked := call.query.get("limit")) is not None:
        limit = whole_number(asked, "limit", minimum=1, maximum=100)
    token = call.query.get("paginationToken", call.query.get("pagination_token"))
    prefix = call.query.get("prefix", "")
    if token is not None:
        values = decode_token(token)
        after, prefix = values.get("skip_past"), values.get("prefix") or prefix
        if not isinstance(after, str) or not isinstance(prefix, str):
            raise invalid("Invalid pagination token")
    ids = records.list_ids(
        call.state.connection,
        index["key"],
        namespace,
        prefix=prefix,
        after=after,
        limit=limit + 1,
    )
    payload: dict[str, Any] = {
        "vectors": [{"id": identifier} for identifier in ids[:limit]],
        "namespace": namespace,
        "usage": {"readUnits": 1},
    }
    if len(ids) > limit:
        token = encode_token({"skip_past": ids[limit - 1], "prefix": prefix or None})
        payload["pagination"] = {"next": token}
    return Answer(200, payload)


def describe_index_stats(call: Call) -> Answer:
    """Count records."""
    index = index_of(call)
    definition = from_json(index["definition"])
    counts = records.counts(call.state.connection, index["key"])
    condition = read_object(call.body).get("filter") if call.body else None
    if condition is not None:
        predicate = compile_filter(condition)
        counts = {
            name: (len(selected(call.state.connection, index["key"], name, predicate)), size)
            for name, (_, size) in counts.items()
        }
    payload: dict[str, Any] = {
        "namespaces": {name: {"vectorCount": count} for name, (count, _) in counts.items()},
        "indexFullness": 0.0,
        "totalVectorCount": sum(count for count, _ in counts.values()),
        "metric": definition.metric,
        "vectorType": definition.vector_type,
    }
    if definition.dimension is not None:
        payload["dimension"] = definition.dimension
    return Answer(200, payload)


def _identifiers(value: object) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= BATCH_LIMIT:
        raise invalid(f"`ids` must name 1 to {BATCH_LIMIT} vectors")
    return [check_id(item) for item in value]


def delete_vectors(call: Call) -> Answer:
    """Remove records: by id, by filter, or all of a namespace, which itself stays."""
    index = index_of(call)
    body = read_object(call.body)
    namespace = write_to(call, index, body.get("namespace"))
    ids, everything, condition = body.get("ids"), body.get("deleteAll"), body.get("filter")
    if everything is not None and not isinstance(everything, bool):
        raise invalid("`deleteAll` must be a boolean")
    if sum((bool(ids), bool(everything), condition is not None)) != 1:
        raise invalid("Exactly one of `ids`, `deleteAll` and `filter` must be given")
    if namespace not in records.counts(call.state.connection, index["key"]):
        raise namespaces.missing()
    connection = call.state.connection
    if ids:
        chosen = _identifiers(ids)
    elif condition is not None:
        predicate = compile_filter(condition)
        chosen = [row.id for row in selected(connection, index["key"], namespace, predicate)]
    else:
        chosen = records.all_ids(connection, index["key"], namespace)
    with call.state.change():
        records.delete_ids(connection, index["key"], namespace, chosen)
        _note(call, index, "deleted", namespace, len(chosen))
    return Answer(200, {})


def _note(call: Call, index: Row, what: str, namespace: str, count: int) -> None:
    now, text = call.state.clock.now(), f"records {what} {index['name']}"
    call.state.effect(now, text, project=call.project, namespace=namespace, count=count)


def update_vector(call: Call) -> Answer:
    """Change one record by its id, or the metadata of all that a filter fits."""
    index = index_of(call)
    body = read_object(call.body)
    namespace = write_to(call, index, body.get("namespace"))
    definition = from_json(index["definition"])
    changes = parse_metadata(body.get("setMetadata"))
    if (body.get("id") is None) == (body.get("filter") is None):
        raise invalid("Exactly one of `id` and `filter` must be given")
    if body.get("filter") is not None:
        if body.get("values") is not None or body.get("sparseValues") is not None:
            raise invalid("An update by filter changes metadata only")
        found = selected(
            call.state.connection, index["key"], namespace, compile_filter(body["filter"])
        )
        is_trial = body.get("dryRun", False)
        if not isinstance(is_trial, bool):
            raise invalid("`dryRun` must be a boolean")
        answer = Answer(200, {"matchedRecords": len(found)})
        if is_trial:
            return answer
    else:
        identifier = check_id(body["id"])
        found = records.fetch(call.state.connection, index["key"], namespace, [identifier])
        answer = Answer(200, {})
    changed = [_changed(row, body, changes, definition) for row in found]
    if changed:
        with call.state.change() as connection:
            records.upsert(connection, index["key"], namespace, changed)
    return answer


def _changed(
    row: Record, body: dict[str, Any], changes: str | None, definition: Definition
) -> Record:
    dense = parse_values(body.get("values") or None, definition)
    sparse = parse_sparse(body.get("sparseValues"), definition)
    metadata = row.metadata
    if changes is not None:
        merged = orjson.loads(metadata or "{}") | orjson.loads(changes)
        metadata = parse_metadata(merged)
    indices, values = sparse or (row.sparse_indices, row.sparse_values)
    return Record(row.id, dense or row.dense, indices, values, metadata)
