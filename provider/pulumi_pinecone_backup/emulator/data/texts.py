"""Records given as text, for indexes with integrated embedding.

The service embeds with hosted models. Here each word stands for a random direction of its own, so
texts that share words are near each other, the same text always gives the same vector, and no
model is needed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np
import orjson

from pulumi_pinecone_backup.emulator.call import Answer, Call, read_object
from pulumi_pinecone_backup.emulator.data.filters import search_filter
from pulumi_pinecone_backup.emulator.data.parsing import (
    Sparse,
    check_id,
    parse_metadata,
    parse_sparse,
    parse_values,
)
from pulumi_pinecone_backup.emulator.data.queries import TOP_LIMIT, vectors_of
from pulumi_pinecone_backup.emulator.data.search import nearest
from pulumi_pinecone_backup.emulator.data.target import index_of, read_from, write_to
from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import Definition, from_json
from pulumi_pinecone_backup.emulator.state.problems import invalid
from pulumi_pinecone_backup.emulator.state.records import Record

BATCH_LIMIT = 96
_WORD = re.compile(r"\w+")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower()) or [text]


@lru_cache(maxsize=4096)
def _direction(word: str, dimension: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension)


def embed(text: str, definition: Definition) -> tuple[bytes | None, Sparse | None]:
    """Return the dense or sparse vector that stands for a text."""
    counts = Counter(_words(text))
    if definition.dimension is not None:
        total = sum(
            count * _direction(word, definition.dimension) for word, count in counts.items()
        )
        length = np.linalg.norm(total)
        return np.asarray(total / length, dtype="<f4").tobytes(), None
    weights: dict[int, float] = {}
    for word, count in counts.items():
        digest = hashlib.sha256(word.encode()).digest()
        place = int.from_bytes(digest[:4], "big")
        weights[place] = weights.get(place, 0.0) + count
    indices = np.asarray(list(weights), dtype="<u4").tobytes()
    return None, (indices, np.asarray(list(weights.values()), dtype="<f4").tobytes())


def _text_field(index: Row) -> tuple[Definition, str]:
    definition = from_json(index["definition"])
    if definition.embed is None:
        raise invalid("The index has no integrated embedding: use vectors instead of text")
    return definition, str(definition.embed["field_map"]["text"])


def upsert_records(call: Call) -> Answer:
    """Write records given as lines of JSON; each has an id and a text."""
    index = index_of(call)
    definition, field = _text_field(index)
    lines = [line for line in call.body.split(b"\n") if line.strip()]
    if not 1 <= len(lines) <= BATCH_LIMIT:
        raise invalid(f"A request must hold 1 to {BATCH_LIMIT} records, got {len(lines)}")
    rows = [_record(read_object(line), definition, field) for line in lines]
    namespace = write_to(call, index, call.parameters["namespace"])
    with call.state.change() as connection:
        records.upsert(connection, index["key"], namespace, rows)
    return Answer(201)


def _record(item: dict[str, Any], definition: Definition, field: str) -> Record:
    identifier = check_id(item.get("_id", item.get("id")))
    text = item.get(field)
    if not isinstance(text, str):
        raise invalid(f"Record {identifier} needs a text in its field '{field}'")
    dense, sparse = embed(text, definition)
    rest = {key: value for key, value in item.items() if key not in ("_id", "id")}
    indices, values = sparse or (None, None)
    return Record(identifier, dense, indices, values, parse_metadata(rest))


def search_records(call: Call) -> Answer:
    """Return the records whose text is nearest to a text, a vector or another record."""
    index = index_of(call)
    body = read_object(call.body)
    query = body.get("query")
    if not isinstance(query, dict):
        raise invalid("`query` must be an object")
    if body.get("rerank") is not None:
        raise invalid("Reranking is not available in the emulator")
    count = query.get("top_k")
    if type(count) is not int or not 1 <= count <= TOP_LIMIT:
        raise invalid(f"`top_k` must be an integer between 1 and {TOP_LIMIT}")
    wanted_fields = body.get("fields")
    if wanted_fields is not None and not isinstance(wanted_fields, list):
        raise invalid("`fields` must be a list")
    namespace = read_from(call, index, call.parameters["namespace"])
    definition = from_json(index["definition"])
    dense, sparse = _wanted(call, index, namespace, query, definition)
    predicate = search_filter(query.get("filter"))
    found = nearest(
        records.scan(call.state.connection, index["key"], namespace, is_ordered=False),
        definition,
        dense=dense,
        sparse=sparse,
        predicate=predicate,
        count=count,
    )
    hits = [
        {"_id": row.id, "_score": np.float32(score), "fields": _fields(row, wanted_fields)}
        for score, row in found
    ]
    usage = {"read_units": 1, "embed_total_tokens": 1}
    return Answer(200, {"result": {"hits": hits}, "usage": usage})


def _fields(row: Record, wanted: list[Any] | None) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(row.metadata or "{}")
    if wanted is None or "*" in wanted:
        return fields
    return {name: value for name, value in fields.items() if name in wanted}


def _wanted(
    call: Call, index: Row, namespace: str, query: dict[str, Any], definition: Definition
) -> tuple[bytes | None, Sparse | None]:
    inputs, vector, identifier = query.get("inputs"), query.get("vector"), query.get("id")
    if sum(value is not None for value in (inputs, vector, identifier)) != 1:
        raise invalid("`query` must hold exactly one of `inputs`, `vector` and `id`")
    if inputs is not None:
        text = inputs.get("text") if isinstance(inputs, dict) else None
        if not isinstance(text, str):
            raise invalid("`inputs` must hold a `text`")
        return embed(text, _text_field(index)[0])
    if vector is not None:
        if not isinstance(vector, dict):
            raise invalid("`vector` must be an object")
        sparse = {"indices": vector.get("sparse_indices"), "values": vector.get("sparse_values")}
        has_sparse = sparse["indices"] is not None
        return (
            parse_values(vector.get("values"), definition),
            parse_sparse(sparse if has_sparse else None, definition),
        )
    return vectors_of(call, index, namespace, check_id(identifier))
