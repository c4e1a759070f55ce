"""The control plane's operations: request in, state called, answer in the version's shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_pinecone_backup.emulator import backups, definitions, indexes, restores, shapes
from pulumi_pinecone_backup.emulator import requests as bodies
from pulumi_pinecone_backup.emulator.calls import Answer, Call, Operation, is_true, page
from pulumi_pinecone_backup.emulator.definitions import Definition, from_json
from pulumi_pinecone_backup.emulator.problems import invalid, not_found
from pulumi_pinecone_backup.emulator.rules import MODELS


def _index(call: Call, row: shapes.Row) -> dict[str, Any]:
    return shapes.index(row, call.version, now=call.state.clock.now(), host=call.host(row["name"]))


def _backup(call: Call, row: shapes.Row) -> dict[str, Any]:
    deleted_at = None
    if call.version.reports_deleted_source:
        deleted_at = indexes.deleted_at(call.state, row["index_id"])
    return shapes.backup(row, call.version, deleted_at=deleted_at)


def _tags(tags: dict[str, str | None] | dict[str, str] | None) -> dict[str, str]:
    return {key: value for key, value in (tags or {}).items() if value}


def list_indexes(call: Call) -> Answer:
    """Lists the project's indexes, all in one answer."""
    rows = indexes.list_all(call.state, call.project)
    if call.fault and call.fault.kind == "hide":
        hidden = call.fault.ids
        rows = [row for row in rows if hidden is not None and row["name"] not in hidden]
    return Answer(200, {"indexes": [_index(call, row) for row in rows]})


def create_index(call: Call) -> Answer:
    """Creates an index in the version's shape."""
    if call.version.index_shape == "spec":
        body = bodies.read_body(call.body, bodies.CreateIndexWithSpec)
        definition, capacity = definitions.from_spec(body)
        name = body.name
        return _create(call, name, definition, capacity, body.tags, body.deletion_protection)
    model = (
        bodies.CreateIndexStrictly
        if call.version.strict_bodies
        else bodies.CreateIndexWithDeployment
    )
    newer = bodies.read_body(call.body, model)
    definition, capacity = definitions.from_deployment(newer, pod_indexes=call.version.pod_indexes)
    name = indexes.new_name() if newer.name is None else newer.name
    return _create(call, name, definition, capacity, newer.tags, newer.deletion_protection)


def _create(
    call: Call,
    name: str,
    definition: Definition,
    capacity: dict[str, Any] | None,
    tags: dict[str, Any] | None,
    deletion_protection: str | None,
) -> Answer:
    row = indexes.create(
        call.state,
        call.project,
        call.version,
        definition,
        name=name,
        tags=_tags(tags),
        deletion_protection=deletion_protection or "disabled",
        read_capacity=capacity,
        fault=call.fault,
    )
    return Answer(201, _index(call, row))


def create_index_for_model(call: Call) -> Answer:
    """Creates an index with integrated embedding, where the version has that operation."""
    if call.version.create_for_model == "embed":
        body = bodies.read_body(call.body, bodies.CreateIndexForModelWithEmbed)
        definition, capacity = definitions.from_embed(body)
        return _create(call, body.name, definition, capacity, body.tags, body.deletion_protection)
    if call.version.create_for_model == "field":
        newer = bodies.read_body(call.body, bodies.CreateIndexForModelWithField)
        definition, capacity = definitions.from_model_field(newer)
        name = indexes.new_name() if newer.name is None else newer.name
        return _create(call, name, definition, capacity, newer.tags, newer.deletion_protection)
    raise not_found("create-for-model")


def describe_index(call: Call) -> Answer:
    """Describes an index."""
    row = indexes.describe(call.state, call.project, call.parameters["index_name"])
    return Answer(200, _index(call, row))


def delete_index(call: Call) -> Answer:
    """Deletes an index."""
    indexes.delete(call.state, call.project, call.parameters["index_name"], call.fault)
    return Answer(202)


def configure_index(call: Call) -> Answer:
    """Changes an index in place."""
    name = call.parameters["index_name"]
    row = indexes.describe(call.state, call.project, name)
    old = from_json(row["definition"])
    if call.version.index_shape == "spec":
        body = bodies.read_body(call.body, bodies.ConfigureIndexWithSpec)
        definition, capacity = _spec_change(call, old, body)
        tags, protection = body.tags, body.deletion_protection
    else:
        model = (
            bodies.ConfigureIndexStrictly
            if call.version.strict_bodies
            else bodies.ConfigureIndexWithDeployment
        )
        newer = bodies.read_body(call.body, model)
        definition, capacity = _deployment_change(old, newer)
        tags, protection = newer.tags, newer.deletion_protection
    row = indexes.configure(
        call.state,
        call.project,
        call.version,
        name,
        tags=tags,
        deletion_protection=protection,
        read_capacity=capacity,
        definition=None if definition == old else definition,
    )
    return Answer(call.version.configure_status, _index(call, row))


def _spec_change(
    call: Call, old: Definition, body: bodies.ConfigureIndexWithSpec
) -> tuple[Definition, dict[str, Any] | None]:
    new, capacity = old, None
    if body.spec is not None:
        if body.spec.pod is not None:
            new = _scaled(old, body.spec.pod.replicas, body.spec.pod.pod_type)
        scaling = body.spec.serverless or body.spec.byoc
        if scaling is not None:
            if not call.version.spec_read_capacity:
                raise invalid("Serverless indexes have nothing to configure in `spec`")
            kind = "serverless" if body.spec.serverless else "byoc"
            if old.deployment["deployment_type"] != {"serverless": "managed"}.get(kind, kind):
                raise invalid(f"The index is not a {kind} index")
            if scaling.read_capacity is not None:
                capacity = scaling.read_capacity.model_dump(exclude_none=True)
    if body.embed is not None:
        new = _embedded(new, body.embed)
    return new, capacity


def _deployment_change(
    old: Definition, body: bodies.ConfigureIndexWithDeployment
) -> tuple[Definition, dict[str, Any] | None]:
    new = old
    if body.deployment is not None and body.deployment.model_fields_set:
        new = _scaled(old, body.deployment.replicas, body.deployment.pod_type)
    if body.schema_ is not None:
        for name, options in body.schema_.fields.items():
            patch = bodies.EmbedPatch.model_validate(
                {
                    "model": options.get("model"),
                    "field_map": {"text": name},
                    "read_parameters": options.get("read_parameters"),
                    "write_parameters": options.get("write_parameters"),
                }
                if options.get("type") == "semantic_text"
                and all(
                    isinstance(options.get(key), kind | None)
                    for key, kind in (
                        ("model", str),
                        ("read_parameters", dict),
                        ("write_parameters", dict),
                    )
                )
                else _refused(name)
            )
            new = _embedded(new, patch)
    capacity = body.read_capacity
    return new, None if capacity is None else capacity.model_dump(exclude_none=True)


def _refused(name: str) -> dict[str, Any]:
    raise invalid(f"Field '{name}' cannot be changed: only semantic_text fields can")


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


def _embedded(old: Definition, patch: bodies.EmbedPatch) -> Definition:
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


def create_backup(call: Call) -> Answer:
    """Takes a backup of an index."""
    backups.check_plan(call.state)
    body = bodies.read_body(call.body, bodies.CreateBackup)
    row = backups.create(
        call.state,
        call.project,
        call.version,
        call.parameters["index_name"],
        name=body.name,
        description=body.description,
        fault=call.fault,
    )
    return Answer(call.version.create_backup_status, _backup(call, row))


def _backup_names(row: shapes.Row) -> set[str]:
    return {row["backup_id"], row["name"] or ""}


def list_index_backups(call: Call) -> Answer:
    """Lists the backups of one index."""
    asked = call.query.get("include_deleted") if call.version.include_deleted else None
    rows = backups.list_of_index(
        call.state,
        call.project,
        call.parameters["index_name"],
        include_deleted=asked is not None and is_true(asked, "include_deleted"),
    )
    return page(call, rows, lambda row: _backup(call, row), _backup_names)


def list_project_backups(call: Call) -> Answer:
    """Lists all backups of the project."""
    rows = backups.list_of_project(call.state, call.project)
    return page(call, rows, lambda row: _backup(call, row), _backup_names)


def describe_backup(call: Call) -> Answer:
    """Describes a backup."""
    row = backups.describe(call.state, call.project, call.parameters["backup_id"])
    return Answer(200, _backup(call, row))


def delete_backup(call: Call) -> Answer:
    """Deletes a backup."""
    backups.delete(call.state, call.project, call.parameters["backup_id"], call.fault)
    return Answer(202)


def create_index_from_backup_operation(call: Call) -> Answer:
    """Starts the restore of a backup into a new index."""
    backups.check_plan(call.state)
    body = bodies.read_body(call.body, bodies.CreateIndexFromBackup)
    capacity = body.read_capacity if call.version.restore_read_capacity else None
    job = restores.create(
        call.state,
        call.project,
        call.version,
        call.parameters["backup_id"],
        name=body.name,
        tags=None if body.tags is None else _tags(body.tags),
        deletion_protection=body.deletion_protection or "disabled",
        read_capacity=None if capacity is None else capacity.model_dump(exclude_none=True),
        fault=call.fault,
    )
    return Answer(202, {"restore_job_id": job["job_id"], "index_id": job["index_id"]})


def list_restore_jobs(call: Call) -> Answer:
    """Lists all restore jobs of the project."""
    rows = restores.list_all(call.state, call.project)
    return page(
        call,
        rows,
        lambda row: shapes.restore_job(row, call.version),
        lambda row: {row["job_id"], row["index_name"]},
    )


def describe_restore_job(call: Call) -> Answer:
    """Describes a restore job."""
    row = restores.describe(call.state, call.project, call.parameters["job_id"])
    return Answer(200, shapes.restore_job(row, call.version))


def _operation(method: str, path: str, permission: str, run: Any) -> Operation:
    return Operation(
        id=run.__name__,
        method=method,
        path=path,
        permission=f"control::{permission}",
        run=run,
    )


OPERATIONS = (
    _operation("GET", "/indexes/{index_name}", "indexes::describe", describe_index),
    _operation("GET", "/indexes", "indexes::list", list_indexes),
    _operation("POST", "/indexes", "indexes::create", create_index),
    _operation("POST", "/indexes/create-for-model", "indexes::create", create_index_for_model),
    _operation("DELETE", "/indexes/{index_name}", "indexes::delete", delete_index),
    _operation("PATCH", "/indexes/{index_name}", "indexes::configure", configure_index),
    _operation("GET", "/indexes/{index_name}/backups", "backups::list", list_index_backups),
    _operation("POST", "/indexes/{index_name}/backups", "backups::create", create_backup),
    _operation("GET", "/backups", "backups::list", list_project_backups),
    _operation("GET", "/backups/{backup_id}", "backups::describe", describe_backup),
    _operation("DELETE", "/backups/{backup_id}", "backups::delete", delete_backup),
    _operation(
        "POST",
        "/backups/{backup_id}/create-index",
        "indexes::create",
        create_index_from_backup_operation,
    ),
    _operation("GET", "/restore-jobs", "restore_jobs::list", list_restore_jobs),
    _operation("GET", "/restore-jobs/{job_id}", "restore_jobs::describe", describe_restore_job),
)
