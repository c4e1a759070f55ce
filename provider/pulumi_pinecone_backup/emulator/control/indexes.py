"""The control plane's operations on indexes: request in, state called, answer in the shape."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.call import Answer, Call
from pulumi_pinecone_backup.emulator.control import creation, index_bodies, index_shapes
from pulumi_pinecone_backup.emulator.control.bodies import read_body
from pulumi_pinecone_backup.emulator.control.changes import deployment_change, spec_change
from pulumi_pinecone_backup.emulator.state import indexes
from pulumi_pinecone_backup.emulator.state.creation import create, new_name
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import Definition, from_json


def _index(call: Call, row: Row) -> bytes:
    return index_shapes.index(
        row, call.version, now=call.state.clock.now(), host=call.host(row["name"])
    )


def given_tags(tags: dict[str, str | None] | dict[str, str] | None) -> dict[str, str]:
    """Return the tags of a new index; an empty value means no tag."""
    return {key: value for key, value in (tags or {}).items() if value}


def list_indexes(call: Call) -> Answer:
    """List the project's indexes, all in one answer."""
    rows = indexes.list_all(call.state, call.project)
    if call.fault and call.fault.kind == "hide":
        hidden = call.fault.ids
        rows = [row for row in rows if hidden is not None and row["name"] not in hidden]
    listed = b",".join(_index(call, row) for row in rows)
    return Answer(200, b'{"indexes":[' + listed + b"]}")


def create_index(call: Call) -> Answer:
    """Create an index in the version's shape."""
    if call.version.index_shape == "spec":
        body = read_body(call.body, index_bodies.CreateIndexWithSpec)
        definition, capacity = creation.from_spec(body)
        name = body.name
        return _create(call, name, definition, capacity, body.tags, body.deletion_protection)
    model = (
        index_bodies.CreateIndexStrictly
        if call.version.strict_bodies
        else index_bodies.CreateIndexWithDeployment
    )
    newer = read_body(call.body, model)
    definition, capacity = creation.from_deployment(newer, call.version)
    name = new_name() if newer.name is None else newer.name
    return _create(call, name, definition, capacity, newer.tags, newer.deletion_protection)


def _create(
    call: Call,
    name: str,
    definition: Definition,
    capacity: dict[str, Any] | None,
    tags: dict[str, Any] | None,
    deletion_protection: str | None,
) -> Answer:
    row = create(
        call.state,
        call.project,
        call.version,
        definition,
        name=name,
        tags=given_tags(tags),
        deletion_protection=deletion_protection or "disabled",
        read_capacity=capacity,
        fault=call.fault,
    )
    return Answer(201, _index(call, row))


def create_index_for_model(call: Call) -> Answer:
    """Create an index with integrated embedding."""
    if call.version.create_for_model == "embed":
        body = read_body(call.body, index_bodies.CreateIndexForModelWithEmbed)
        definition, capacity = creation.from_embed(body)
        return _create(call, body.name, definition, capacity, body.tags, body.deletion_protection)
    newer = read_body(call.body, index_bodies.CreateIndexForModelWithField)
    definition, capacity = creation.from_model_field(newer)
    name = new_name() if newer.name is None else newer.name
    return _create(call, name, definition, capacity, newer.tags, newer.deletion_protection)


def describe_index(call: Call) -> Answer:
    """Describe an index."""
    row = indexes.describe(call.state, call.project, call.parameters["index_name"])
    return Answer(200, _index(call, row))


def delete_index(call: Call) -> Answer:
    """Delete an index."""
    indexes.delete(call.state, call.project, call.parameters["index_name"], call.fault)
    return Answer(202)


def configure_index(call: Call) -> Answer:
    """Change an index in place."""
    name = call.parameters["index_name"]
    row = indexes.describe(call.state, call.project, name)
    old = from_json(row["definition"])
    if call.version.index_shape == "spec":
        body = read_body(call.body, index_bodies.ConfigureIndexWithSpec)
        definition, capacity = spec_change(old, body, call.version)
        tags, protection = body.tags, body.deletion_protection
    else:
        model = (
            index_bodies.ConfigureIndexStrictly
            if call.version.strict_bodies
            else index_bodies.ConfigureIndexWithDeployment
        )
        newer = read_body(call.body, model)
        definition, capacity = deployment_change(old, newer)
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
    return Answer(call.status(call.version.configure_status), _index(call, row))
