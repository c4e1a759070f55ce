"""Typed fields of an index: which there may be, and what index they make."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.definitions import DENSE_FIELD, SPARSE_FIELD, Definition
from pulumi_pinecone_backup.emulator.problems import invalid
from pulumi_pinecone_backup.emulator.rules import check_model

_METRICS = ("cosine", "dotproduct", "euclidean")
_PLAIN_FIELDS = {"string", "string_list", "float", "integer", "boolean"}


def with_fields(
    deployment: dict[str, Any], fields: dict[str, dict[str, Any]], *, cmek_id: str | None = None
) -> Definition:
    """Returns the definition of an index with typed fields, after checking them."""
    if not fields:
        raise invalid("`schema.fields` must name at least one field")
    dense: dict[str, Any] | None = None
    sparse = False
    embed: dict[str, Any] | None = None
    for name, options in fields.items():
        kind = options.get("type")
        if kind == "dense_vector":
            if dense is not None:
                raise invalid("An index has at most one dense vector field")
            dense = _dense(name, options)
        elif kind == "sparse_vector":
            sparse = True
        elif kind == "semantic_text":
            embed = _semantic(name, options)
        elif kind not in _PLAIN_FIELDS:
            raise invalid(f"Field '{name}' has unknown type '{kind}'")
    if deployment["deployment_type"] == "pod" and dense is None:
        raise invalid("Pod indexes hold dense vectors only")
    if embed is not None and (dense is not None or sparse):
        raise invalid("A semantic_text field cannot be combined with vector fields")
    # Under the reserved names the result is the same as a classic index.
    is_classic = set(fields) <= {DENSE_FIELD, SPARSE_FIELD} or (
        embed is not None and len(fields) == 1
    )
    chosen: dict[str, Any] = {"vector_type": "none"}
    if embed is not None:
        vector_type, dimension, metric = check_model(embed["model"], None, embed.pop("metric"))
        chosen = {"vector_type": vector_type, "dimension": dimension, "metric": metric}
    elif dense is not None:
        chosen = {
            "vector_type": "dense",
            "dimension": dense["dimension"],
            "metric": dense["metric"],
        }
    elif sparse:
        chosen = {"vector_type": "sparse", "metric": "dotproduct"}
    return Definition(
        deployment=deployment,
        fields=None if is_classic else fields,
        embed=embed,
        cmek_id=cmek_id,
        **chosen,
    )


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
