"""What the bodies that create an index ask for, in the shape of each version."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from pulumi_pinecone_backup.emulator.control import index_bodies
from pulumi_pinecone_backup.emulator.control.fields import with_fields
from pulumi_pinecone_backup.emulator.state.definitions import Definition
from pulumi_pinecone_backup.emulator.state.problems import invalid, not_found
from pulumi_pinecone_backup.emulator.state.rules import check_model, check_region
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion

_DEFAULT_DEPLOYMENT = {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}


def _dump(model: BaseModel | None) -> dict[str, Any] | None:
    if model is None:
        return None
    return model.model_dump(exclude_none=True, by_alias=True)


def from_spec(body: index_bodies.CreateIndexWithSpec) -> tuple[Definition, dict[str, Any] | None]:
    """Return the definition and read capacity that a body of the older shape asks for."""
    given = [part for part in (body.spec.serverless, body.spec.pod, body.spec.byoc) if part]
    if len(given) != 1:
        raise invalid("`spec` must hold exactly one of `serverless`, `pod` and `byoc`")
    common = _vectors(body)
    if serverless := body.spec.serverless:
        check_region(serverless.cloud, serverless.region)
        _refuse_collection(serverless.source_collection)
        deployment = {
            "deployment_type": "managed",
            "cloud": serverless.cloud,
            "region": serverless.region,
        }
        definition = Definition(
            deployment=deployment, metadata_schema=_dump(serverless.schema_), **common
        )
        return definition, _dump(serverless.read_capacity)
    if byoc := body.spec.byoc:
        deployment = {"deployment_type": "byoc", "environment": byoc.environment}
        definition = Definition(
            deployment=deployment, metadata_schema=_dump(byoc.schema_), **common
        )
        return definition, _dump(byoc.read_capacity)
    pod = body.spec.pod
    if pod is None or body.vector_type == "sparse":
        raise invalid("Pod indexes hold dense vectors only")
    _refuse_collection(pod.source_collection)
    return _pod(pod, common), None


def _vectors(body: index_bodies.CreateIndexWithSpec) -> dict[str, Any]:
    """Return dimension, metric and vector type, after checking that they fit each other."""
    if body.vector_type not in ("dense", "sparse"):
        raise invalid(f"Vector type '{body.vector_type}' is not one of dense, sparse")
    metric = body.metric or ("dotproduct" if body.vector_type == "sparse" else "cosine")
    if body.vector_type == "sparse":
        if body.dimension is not None:
            raise invalid("Dimension must not be given for sparse indexes")
        if metric != "dotproduct":
            raise invalid("Sparse indexes only support the dotproduct metric")
    elif body.dimension is None:
        raise invalid("Dimension is required for dense indexes")
    return {"dimension": body.dimension, "metric": metric, "vector_type": body.vector_type}


def _refuse_collection(name: str | None) -> None:
    if name is not None:
        raise not_found(f"collection {name}")


def _pod(pod: index_bodies.Pod, common: dict[str, Any]) -> Definition:
    replicas, shards = pod.replicas or 1, pod.shards or 1
    if pod.pods is not None and pod.pods != replicas * shards:
        raise invalid("`pods` must be the product of `replicas` and `shards`")
    deployment = {
        "deployment_type": "pod",
        "environment": pod.environment,
        "pod_type": pod.pod_type,
        "replicas": replicas,
        "shards": shards,
    }
    config = _dump(pod.metadata_config)
    pods = {"pods": replicas * shards} | ({"metadata_config": config} if config else {})
    return Definition(deployment=deployment, pods=pods, **common)


def from_embed(
    body: index_bodies.CreateIndexForModelWithEmbed,
) -> tuple[Definition, dict[str, Any] | None]:
    """Return what an index for a model is, asked for in the older shape."""
    check_region(body.cloud, body.region)
    embed = body.embed
    if not all(isinstance(value, str) for value in embed.field_map.values()):
        raise invalid("`field_map` must map `text` to the name of a field")
    if set(embed.field_map) != {"text"}:
        raise invalid("`field_map` must map `text`, and nothing else, to the name of a field")
    vector_type, dimension, metric = check_model(embed.model, embed.dimension, embed.metric)
    definition = Definition(
        deployment={"deployment_type": "managed", "cloud": body.cloud, "region": body.region},
        dimension=dimension,
        metric=metric,
        vector_type=vector_type,
        metadata_schema=_dump(body.schema_),
        embed=_embed(embed.model, embed.field_map, embed),
    )
    return definition, _dump(body.read_capacity)


def _embed(
    model: str,
    field_map: dict[str, Any],
    parameters: index_bodies.Embed | index_bodies.CreateIndexForModelWithField,
) -> dict[str, Any]:
    return {
        "model": model,
        "field_map": field_map,
        "read_parameters": {"input_type": "query", "truncate": "END"}
        | (parameters.read_parameters or {}),
        "write_parameters": {"input_type": "passage", "truncate": "END"}
        | (parameters.write_parameters or {}),
    }


def from_deployment(
    body: index_bodies.CreateIndexWithDeployment, version: ApiVersion
) -> tuple[Definition, dict[str, Any] | None]:
    """Return the definition and read capacity that a body of the newer shape asks for."""
    _refuse_collection(body.source_collection)
    if body.source_backup_id is not None:
        raise invalid("Create an index from a backup at `/backups/{backup_id}/create-index`")
    deployment = _deployment(body.deployment, pod_indexes=version.pod_indexes)
    return (
        with_fields(deployment, body.schema_.fields, version, cmek_id=body.cmek_id),
        _dump(body.read_capacity),
    )


def from_model_field(
    body: index_bodies.CreateIndexForModelWithField,
) -> tuple[Definition, dict[str, Any] | None]:
    """Return what an index for a model is, asked for in the newer shape."""
    vector_type, dimension, metric = check_model(body.model, None, body.metric)
    definition = Definition(
        deployment=_deployment(body.deployment, pod_indexes=False),
        dimension=dimension,
        metric=metric,
        vector_type=vector_type,
        embed=_embed(body.model, {"text": body.field}, body),
    )
    return definition, _dump(body.read_capacity)


def _deployment(asked: index_bodies.Deployment | None, *, pod_indexes: bool) -> dict[str, Any]:
    if asked is None:
        return dict(_DEFAULT_DEPLOYMENT)
    given = asked.model_dump(exclude_none=True)
    needed = {
        "managed": {"cloud", "region"},
        "byoc": {"environment"},
        "pod": {"environment", "pod_type"},
    }[asked.deployment_type]
    if missing := sorted(needed - set(given)):
        raise invalid(f"A {asked.deployment_type} deployment needs `{missing[0]}`")
    optional = {"replicas", "shards"} if asked.deployment_type == "pod" else set()
    if surplus := sorted(set(given) - needed - optional - {"deployment_type"}):
        raise invalid(f"A {asked.deployment_type} deployment does not take `{surplus[0]}`")
    if asked.deployment_type == "pod":
        if not pod_indexes:
            raise invalid("Pod-based indexes cannot be created with this API version")
        return {"replicas": 1, "shards": 1} | given
    if asked.cloud is not None and asked.region is not None:
        check_region(asked.cloud, asked.region)
    return given
