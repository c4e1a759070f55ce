"""Typed fields of an index: which there may be, and what index they make."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.state.definitions import DENSE_FIELD, SPARSE_FIELD, Definition
from pulumi_pinecone_backup.emulator.state.problems import invalid
from pulumi_pinecone_backup.emulator.state.rules import check_model
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion

_METRICS = ("cosine", "dotproduct", "euclidean")
_PLAIN_FIELDS = {"string", "string_list", "float", "integer", "boolean"}


def with_fields(
    deployment: dict[str, Any],
    fields: dict[str, dict[str, Any]],
    version: ApiVersion,
    *,
    cmek_id: str | None = None,
) -> Definition:
    """Return the definition of an index with typed fields, after checking them."""
    if not fields:
        raise invalid("`schema.fields` must name at least one field")
    by_kind: dict[str, dict[str, Any]] = {}
    stored: dict[str, dict[str, Any]] = {}
    for name, options in fields.items():
        kind = options.get("type")
        if not isinstance(kind, str) or kind not in _PLAIN_FIELDS | _PARSERS.keys():
            raise invalid(f"Field '{name}' has unknown type '{kind}'")
        if version.declared_fields_only:
            _check_declarable(name, kind, options)
        stored[name] = _with_search(name, options) if kind == "string" else options
        if kind in by_kind:
            raise invalid(f"An index has at most one {kind} field")
        if kind in _PARSERS:
            by_kind[kind] = _PARSERS[kind](name, options)
    if deployment["deployment_type"] == "pod" and "dense_vector" not in by_kind:
        raise invalid("Pod indexes hold dense vectors only")
    if "semantic_text" in by_kind and len(by_kind) > 1:
        raise invalid("A semantic_text field cannot be combined with vector fields")
    # Under the reserved names, or with nothing beside the text, it is the same as a classic index.
    is_classic = set(fields) <= {DENSE_FIELD, SPARSE_FIELD} or (
        "semantic_text" in by_kind and len(fields) == 1
    )
    return Definition(
        deployment=deployment,
        fields=None if is_classic else stored,
        cmek_id=cmek_id,
        **_vectors(by_kind),
    )


def _check_declarable(name: str, kind: str, options: dict[str, Any]) -> None:
    if kind == "string" and options.get("full_text_search") is not None:
        return
    if kind not in ("dense_vector", "sparse_vector"):
        raise invalid(
            f"Field '{name}' of type '{kind}' cannot be declared: only dense_vector, sparse_vector "
            "and string with full_text_search can. Include other values as metadata instead."
        )


def _with_search(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return a string field as the service answers it: with every option of its search."""
    asked = options.get("full_text_search")
    if asked is None:
        return options
    known = {"language", "stemming", "stop_words", "ngram"}
    if not isinstance(asked, dict) or not set(asked) <= known:
        raise invalid(f"`full_text_search` of field '{name}' takes only {', '.join(sorted(known))}")
    search = {"language": "en", "stemming": False, "stop_words": False} | asked
    if not isinstance(search["language"], str):
        raise invalid(f"`language` of field '{name}' must be a string")
    if not all(isinstance(search[option], bool) for option in ("stemming", "stop_words")):
        raise invalid(f"`stemming` and `stop_words` of field '{name}' must be booleans")
    if search["stop_words"] and not search["stemming"]:
        raise invalid(f"`stop_words` of field '{name}' needs `stemming`")
    if "ngram" in asked:
        if search["stemming"]:
            raise invalid(f"`ngram` of field '{name}' cannot be combined with `stemming`")
        search["ngram"] = _ngram(name, asked["ngram"])
    return options | {"full_text_search": search}


def _ngram(name: str, asked: object) -> dict[str, Any]:
    if not isinstance(asked, dict) or not set(asked) <= {"min_gram", "max_gram", "prefix_only"}:
        raise invalid(f"`ngram` of field '{name}' takes min_gram, max_gram and prefix_only")
    least, most = asked.get("min_gram"), asked.get("max_gram")
    prefix_only = asked.get("prefix_only", False)
    if type(least) is not int or type(most) is not int or not 1 <= least <= most <= 10:
        raise invalid(f"`ngram` of field '{name}' needs 1 <= min_gram <= max_gram <= 10")
    if not isinstance(prefix_only, bool):
        raise invalid(f"`prefix_only` of field '{name}' must be a boolean")
    return {"min_gram": least, "max_gram": most, "prefix_only": prefix_only}


def _vectors(by_kind: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the parts of a definition that follow from its vector fields."""
    if (embed := by_kind.get("semantic_text")) is not None:
        vector_type, dimension, metric = check_model(embed["model"], None, embed.pop("metric"))
        vectors = {"vector_type": vector_type, "dimension": dimension, "metric": metric}
        return vectors | {"embed": embed}
    if (dense := by_kind.get("dense_vector")) is not None:
        return {"vector_type": "dense"} | dense
    if "sparse_vector" in by_kind:
        return {"vector_type": "sparse", "metric": "dotproduct"}
    return {"vector_type": "none"}


def _dense(name: str, options: dict[str, Any]) -> dict[str, Any]:
    dimension, metric = options.get("dimension"), options.get("metric", "cosine")
    if type(dimension) is not int or not 1 <= dimension <= 20000:
        raise invalid(f"Field '{name}' needs a `dimension` between 1 and 20000")
    if metric not in _METRICS:
        raise invalid(f"Field '{name}' has unknown metric '{metric}'")
    return {"dimension": dimension, "metric": metric}


def _semantic(name: str, options: dict[str, Any]) -> dict[str, Any]:
    model = options.get("model")
    if not isinstance(model, str):
        raise invalid(f"Field '{name}' needs a `model`")
    parameters = {}
    for key in ("read_parameters", "write_parameters"):
        value = options.get(key)
        if value is not None and not isinstance(value, dict):
            raise invalid(f"`{key}` of field '{name}' must be an object")
        parameters[key] = value or {}
    return {
        "model": model,
        "field_map": {"text": name},
        "metric": options.get("metric"),
    } | parameters


def _sparse(name: str, options: dict[str, Any]) -> dict[str, Any]:
    del name, options
    return {}


_PARSERS = {"dense_vector": _dense, "sparse_vector": _sparse, "semantic_text": _semantic}
