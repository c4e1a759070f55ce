"""One form for what the versions of the API say differently.

Dicts in, dicts out: an index, a backup or an embedding as any version reports it becomes the flat
form that `models.py` holds. Every function accepts its own result, so a normalised object can be
read again. Nothing here knows which version was asked.

Source: IndexModel and BackupModel of 2025-04, 2025-10, 2026-01.alpha, 2026-04 and 2026-07.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

DENSE_FIELD: Final = "_values"
SPARSE_FIELD: Final = "_sparse_values"
_SPARSE_METRIC: Final = "dotproduct"
_EMBED_PARAMETERS: Final = ("read_parameters", "write_parameters")
_DEPLOYMENT_KEYS: Final = ("deployment_type", "cloud", "region", "environment")
_SPEC_KEYS: Final = ("cloud", "region", "environment", "read_capacity", "source_collection")
_DEPLOYMENT_TYPES: Final = {"serverless": "managed", "pod": "pod", "byoc": "byoc"}

Json = dict[str, Any]


def flatten_index(raw: Mapping[str, Any]) -> Json:
    """Bring an index in the shape of any version into one flat form."""
    flat = dict(raw)
    deployment = _deployment(flat.pop("spec", None), flat.pop("deployment", None))
    nested_schema = deployment.pop("schema", None)
    for key, value in deployment.items():
        if flat.get(key) is None:
            flat[key] = value
    return _with_normalised_schema(flat, flat.get("schema") or nested_schema)


def flatten_backup(raw: Mapping[str, Any]) -> Json:
    """Bring a backup in the shape of any version into one flat form."""
    return _with_normalised_schema(dict(raw), raw.get("schema"))


def _deployment(spec: object, deployment: object) -> Json:
    """Return deployment type, place, capacity and metadata schema from `spec` or `deployment`."""
    if isinstance(deployment, Mapping):
        return {key: deployment.get(key) for key in _DEPLOYMENT_KEYS}
    for key, deployment_type in _DEPLOYMENT_TYPES.items():
        part = spec.get(key) if isinstance(spec, Mapping) else None
        if isinstance(part, Mapping):
            told = {name: part.get(name) for name in _SPEC_KEYS}
            return {**told, "deployment_type": deployment_type, "schema": part.get("schema")}
    return {}


def _with_normalised_schema(flat: Json, reported: object) -> Json:
    """Fill `schema`, `embed`, `dimension`, `metric` and `vector_type` from each other.

    A dimension of 0 is what some versions tell of a sparse index or of a planned backup: not told.
    """
    fields = _reported_fields(reported)
    embed = flat.get("embed") if isinstance(flat.get("embed"), Mapping) else None
    told = _vector_of(fields)
    for key in ("dimension", "metric", "vector_type"):
        sources = (flat, embed or {}, told)
        flat[key] = next((part[key] for part in sources if _is_told(key, part.get(key))), None)
    if flat["vector_type"] is None:
        flat["vector_type"] = _vector_type(flat["dimension"], flat["metric"])
    if not _has_vector(fields):
        fields = {**_synthesised_fields(flat, embed), **fields}
    fields = _without_implied_fields(fields)
    flat["schema"] = {"fields": dict(sorted(fields.items()))} if fields else None
    flat["embed"] = _embed_of(fields) or (_tidy_embed(embed) if embed else None)
    return flat


def _is_told(key: str, value: object) -> bool:
    """Return whether a value of an index or a backup says anything."""
    return value is not None and not (key == "dimension" and value == 0)


def _reported_fields(reported: object) -> dict[str, Json]:
    fields = reported.get("fields") if isinstance(reported, Mapping) else None
    if not isinstance(fields, Mapping):
        return {}
    return {
        str(name): {key: value for key, value in field.items() if _is_told(key, value)}
        for name, field in fields.items()
        if isinstance(field, Mapping)
    }


def _type(field: Mapping[str, Any]) -> str:
    return str(field.get("type", ""))


def _has_vector(fields: Mapping[str, Json]) -> bool:
    vectors = {"dense_vector", "sparse_vector", "semantic_text"}
    return any(_type(field) in vectors for field in fields.values())


def _vector_of(fields: Mapping[str, Json]) -> Json:
    """Return dimension, metric and vector type as far as the fields tell them."""
    dense = [field for field in fields.values() if _type(field) == "dense_vector"]
    if DENSE_FIELD in fields:
        dense = [fields[DENSE_FIELD]]
    if len(dense) == 1:
        told = {"dimension": dense[0].get("dimension"), "metric": dense[0].get("metric")}
        return {**told, "vector_type": "dense"}
    if dense:
        return {"vector_type": "dense"}
    semantic = [field for field in fields.values() if _type(field) == "semantic_text"]
    if len(semantic) == 1:
        return {key: semantic[0].get(key) for key in ("dimension", "metric", "vector_type")}
    if any(_type(field) == "sparse_vector" for field in fields.values()):
        return {"metric": _SPARSE_METRIC, "vector_type": "sparse"}
    return {}


def _vector_type(dimension: object, metric: object) -> str | None:
    """Tell dense from sparse where only a backup of the old shape is there to tell."""
    if dimension is not None:
        return "dense"
    return "sparse" if metric == _SPARSE_METRIC else None


def _synthesised_fields(flat: Json, embed: Mapping[str, Any] | None) -> dict[str, Json]:
    """Write what an old shape says at the top as the fields of a new one."""
    if embed is not None and embed.get("model"):
        field = {"type": "semantic_text", "model": embed["model"]}
        metric = embed.get("metric") or flat["metric"]
        if metric is not None:
            field["metric"] = metric
        parameters = {key: embed[key] for key in _EMBED_PARAMETERS if embed.get(key)}
        return {_embedded_field(embed): {**field, **parameters}}
    if flat["vector_type"] == "sparse":
        return {SPARSE_FIELD: {"type": "sparse_vector"}}
    if flat["dimension"] is None:
        return {}
    field = {"type": "dense_vector", "dimension": flat["dimension"], "metric": flat["metric"]}
    return {DENSE_FIELD: {key: value for key, value in field.items() if value is not None}}


def _embedded_field(embed: Mapping[str, Any]) -> str:
    field_map = embed.get("field_map")
    if isinstance(field_map, Mapping) and field_map:
        return str(field_map.get("text") or next(iter(field_map.values())))
    return "text"


def _without_implied_fields(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Drop what only some versions add to the same index.

    A classic dense index reports a second field for sparse values, an index with integrated
    embedding may report the vectors behind it, and a sparse field's metric is never a choice.
    """
    semantic = any(_type(field) == "semantic_text" for field in fields.values())
    implied = {SPARSE_FIELD} if DENSE_FIELD in fields else set()
    implied |= {DENSE_FIELD, SPARSE_FIELD} if semantic else set()
    return {name: _tidy_field(field) for name, field in fields.items() if name not in implied}


def _tidy_field(field: Json) -> Json:
    dropped: set[str] = set()
    if _type(field) == "sparse_vector" and field.get("metric") == _SPARSE_METRIC:
        dropped = {"metric"}
    if _type(field) == "semantic_text":
        dropped = {"dimension", "vector_type"}
        dropped |= {key for key in _EMBED_PARAMETERS if not field.get(key)}
    return {key: field[key] for key in sorted(field) if key not in dropped}


def _embed_of(fields: Mapping[str, Json]) -> Json | None:
    """Return the embedding that a `semantic_text` field describes."""
    for name, field in fields.items():
        if _type(field) == "semantic_text":
            told = {key: value for key, value in field.items() if key != "type"}
            return dict(sorted({**told, "field_map": {"text": name}}.items()))
    return None


def _tidy_embed(embed: Mapping[str, Any]) -> Json:
    return {
        key: value
        for key, value in sorted(embed.items())
        if value not in (None, {}) and key not in {"dimension", "vector_type"}
    }


def comparable_schemas(backup: Json | None, index: Json | None) -> tuple[Json | None, Json | None]:
    """Return the normalised schemas of a backup and an index, reduced to what both can tell.

    Up to 2026-04, except in 2026-01.alpha, an index tells its integrated embedding and a backup of
    it only the vectors behind it: then neither is compared here. Dimension and metric still tell.
    """
    both = (backup, index)
    semantic = [_names(schema, {"semantic_text"}) for schema in both]
    if backup is None or index is None or bool(semantic[0]) == bool(semantic[1]):
        return both
    vectors = {"semantic_text", "dense_vector", "sparse_vector"}
    rests = [_without(schema, _names(schema, vectors)) for schema in both]
    return rests[0], rests[1]


def completed_schema(schema: Json | None, other: Json | None) -> Json | None:
    """Return a normalised schema with what only the other one tells of the same index.

    The vectors are those of `schema`: where one tells an integrated embedding and the other the
    vectors behind it, both mean the same. Filterable fields and their options are put together.
    """
    if schema is None or other is None:
        return schema or other
    fields: dict[str, Json] = schema.get("fields", {})
    told: dict[str, Json] = other.get("fields", {})
    vectors = _names(other, {"semantic_text", "dense_vector", "sparse_vector"})
    added = {name: field for name, field in told.items() if name in fields or name not in vectors}
    merged = {name: {**added.get(name, {}), **fields.get(name, {})} for name in fields | added}
    return {"fields": dict(sorted(merged.items()))} if merged else None


def _names(schema: Json | None, types: set[str]) -> set[str]:
    fields: dict[str, Json] = (schema or {}).get("fields", {})
    return {name for name, field in fields.items() if _type(field) in types}


def _without(schema: Json | None, names: set[str]) -> Json | None:
    fields: dict[str, Json] = (schema or {}).get("fields", {})
    left = {name: field for name, field in fields.items() if name not in names}
    return {"fields": left} if left else None


def flatten_stats(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Accept the names of all versions; an empty index may leave out its zeros."""
    reported = raw.get("namespaces")
    namespaces: dict[str, Any] = {}
    if isinstance(reported, Mapping):
        namespaces = {str(name): _namespace_count(value) for name, value in reported.items()}
    flat: dict[str, Any] = {"dimension": raw.get("dimension"), "namespaces": namespaces}
    for key in ("total_record_count", "totalRecordCount", "totalVectorCount"):
        if raw.get(key) is not None:
            return {**flat, "total_record_count": raw[key]}
    if isinstance(reported, Mapping) and all(isinstance(n, int) for n in namespaces.values()):
        flat["total_record_count"] = sum(namespaces.values())
    return flat


def _namespace_count(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    for key in ("record_count", "recordCount", "vectorCount"):
        if value.get(key) is not None:
            return value[key]
    return 0
