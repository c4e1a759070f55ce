"""What `configure_index` may change about an index's definition, and how."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from pulumi_pinecone_backup.emulator.control import index_bodies
from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.problems import invalid, not_found
from pulumi_pinecone_backup.emulator.state.rules import MODELS
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


def spec_change(
    old: Definition, body: index_bodies.ConfigureIndexWithSpec, version: ApiVersion
) -> tuple[Definition, dict[str, Any] | None]:
    """Return the definition and read capacity after a change in the older shape."""
    new, capacity = old, None
    if body.spec is not None:
        if body.spec.pod is not None:
            new = _scaled(old, body.spec.pod.replicas, body.spec.pod.pod_type)
        scaling = body.spec.serverless or body.spec.byoc
        if scaling is not None:
            if not version.spec_read_capacity:
                raise invalid("Serverless indexes have nothing to configure in `spec`")
            kind = "serverless" if body.spec.serverless else "byoc"
            if old.deployment["deployment_type"] != {"serverless": "managed"}.get(kind, kind):
                raise invalid(f"The index is not a {kind} index")
            if scaling.read_capacity is not None:
                capacity = scaling.read_capacity.model_dump(exclude_none=True)
    if body.embed is not None:
        new = _embedded(new, body.embed)
    return new, capacity


def deployment_change(
    old: Definition, body: index_bodies.ConfigureIndexWithDeployment
) -> tuple[Definition, dict[str, Any] | None]:
    """Return the definition and read capacity after a change in the newer shape."""
    new = old
    if body.deployment is not None and body.deployment.model_fields_set:
        new = _scaled(old, body.deployment.replicas, body.deployment.pod_type)
    if body.schema_ is not None:
        for name, options in body.schema_.fields.items():
            patch = _field_patch(name, options)
            new = _embedded(new, patch)
    capacity = body.read_capacity
    return new, None if capacity is None else capacity.model_dump(exclude_none=True)


def _field_patch(name: str, options: dict[str, Any]) -> index_bodies.EmbedPatch:
    known = {"type", "model", "read_parameters", "write_parameters"}
    if options.get("type") != "semantic_text" or not set(options) <= known:
        raise invalid(f"Field '{name}' cannot be changed: only semantic_text fields can")
    given = {key: value for key, value in options.items() if key != "type"}
    try:
        return index_bodies.EmbedPatch.model_validate(given | {"field_map": {"text": name}})
    except ValidationError as error:
        raise invalid(f"Field '{name}' is malformed") from error


def _scaled(old: Definition, replicas: int | None, pod_type: str | None) -> Definition:
    if not old.is_pod:
        raise invalid("Only pod-based indexes have replicas and a pod type")
    deployment = dict(old.deployment)
    if replicas is not None:
        deployment["replicas"] = replicas
    if pod_type is not None:
        if pod_type.split(".")[0] != deployment["pod_type"].split(".")[0]:
            raise invalid("The base pod type cannot be changed")
        deployment["pod_type"] = pod_type
    pods = old.pods | {"pods": deployment["replicas"] * deployment["shards"]}
    return replace(old, deployment=deployment, pods=pods)


def _embedded(old: Definition, patch: index_bodies.EmbedPatch) -> Definition:
    embed = dict(old.embed or {})
    if old.is_pod:
        raise invalid("Pod-based indexes have no integrated embedding")
    if patch.model is not None:
        if embed and patch.model != embed["model"]:
            raise invalid("The embedding model of an index cannot be changed")
        if patch.model not in MODELS:
            raise not_found(f"model {patch.model}")
        vector_type, _, dimensions, metrics = MODELS[patch.model]
        fits = vector_type == old.vector_type and old.metric in metrics
        if not fits or (vector_type == "dense" and old.dimension not in dimensions):
            raise invalid(f"Model {patch.model} does not fit the index")
        embed["model"] = patch.model
    if "model" not in embed:
        raise invalid("`embed` needs a `model` for an index without integrated embedding")
    field_map = patch.field_map or embed.get("field_map", {"text": "text"})
    if set(field_map) != {"text"} or not isinstance(field_map["text"], str):
        raise invalid("`field_map` must map `text`, and nothing else, to the name of a field")
    embed["field_map"] = field_map
    for key, given in (
        ("read_parameters", patch.read_parameters),
        ("write_parameters", patch.write_parameters),
    ):
        embed[key] = embed.get(key, {}) | (given or {})
    return replace(old, embed=embed)
