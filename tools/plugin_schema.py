"""Writes the schema of the plugin from the models, annotations and docstrings of the package.

`make schema` writes it where the plugin reads it; a test compares the two. What it says of a
property stands at the class that programs use; types of inputs come from their models.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi_pinecone_backup as package
from docstring_parser import Docstring, DocstringStyle, parse
from pulumi_pinecone_backup.lifecycle.inputs import HIDDEN
from pulumi_pinecone_backup.lifecycle.property_names import to_camel
from pulumi_pinecone_backup.plugin.kinds import KINDS, PACKAGE, Kind
from pulumi_pinecone_backup.restored_index.properties import (
    DedicatedCapacity,
    ManualScaling,
    QueryCheck,
    ReadCapacityInput,
)
from pulumi_pinecone_backup.service.setting_names import STACK_SETTINGS
from pydantic import BaseModel

# That of the checkout: the package itself may be installed from a wheel.
TARGET = (
    Path(__file__).resolve().parents[1]
    / "provider"
    / "pulumi_pinecone_backup"
    / "plugin"
    / "schema.json"
)
ANY = {"$ref": "pulumi.json#/Any"}
PARTS: Mapping[str, tuple[str, type[BaseModel], Mapping[str, str]]] = {
    "ManualScaling": (
        "Fixed size of dedicated read capacity.",
        ManualScaling,
        {"shards": "Number of shards, at least 1.", "replicas": "Number of replicas."},
    ),
    "DedicatedCapacity": (
        "Dedicated nodes for reads.",
        DedicatedCapacity,
        {
            "node_type": "Type of the nodes.",
            "scaling": "How it scales: `Manual`.",
            "manual": "The fixed size.",
        },
    ),
    "ReadCapacity": (
        "Read capacity of an index.",
        ReadCapacityInput,
        {"mode": "`OnDemand` or `Dedicated`.", "dedicated": "The nodes, with `Dedicated`."},
    ),
    "QueryCheck": (
        "A query that must find what it names.",
        QueryCheck,
        {
            "namespace": "The namespace to ask; left out, the default one.",
            "vector": "The vector to ask with, or `id`.",
            "id": "The record whose vector to ask with, or `vector`.",
            "top_k": "How many records to ask for.",
            "expect_ids": "Ids that must be among them.",
        },
    ),
}
ROWS: Mapping[str, tuple[str, Mapping[str, tuple[Any, str]]]] = {
    "VerificationRow": (
        "One check of a verification.",
        {
            "name": ({"type": "string"}, "What was compared."),
            "expected": (ANY, "What the backup holds."),
            "actual": (ANY, "What the index holds, where that is more than `expected`."),
            "result": ({"type": "string"}, "`passed`, `failed` or `skipped`."),
            "why": ({"type": "string"}, "The reason."),
        },
    ),
    "DrillResult": (
        "How an earlier run of a drill ended.",
        {
            "result": ({"type": "string"}, "As the drill's own."),
            "backup_id": ({"type": "string"}, "The backup."),
            "finished_at": ({"type": "string"}, "When it ended."),
            "rpo_seconds": ({"type": "number"}, "Its RPO."),
            "rto_seconds": ({"type": "number"}, "Its RTO."),
            "why": ({"type": "string"}, "The reason, where it did not pass."),
        },
    ),
}
ENUMS = {
    ("RestoredIndex", "deletion_protection"): "DeletionProtection",
    ("RestoredIndex", "verify"): "Verification",
    ("RestoredIndex", "on_backup_change"): "OnBackupChange",
    ("BackupSchedule", "frequency"): "Frequency",
    ("RestoreDrill", "verify"): "DrillVerification",
    ("RestoreDrill", "pick"): "Pick",
}
LISTS = {"verification": "VerificationRow", "history": "DrillResult", "checks": "QueryCheck"}
OBJECTS = {"read_capacity": "ReadCapacity"}
SETTINGS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "apiKey": (
        {"type": "string"},
        "API key. Left out, it comes from the environment (`PINECONE_API_KEY`) and is in no state.",
    ),
    "host": ({"type": "string"}, "Address of the control plane."),
    "apiVersion": ({"type": "string"}, "Version of the API, such as `2026-07`."),
    "allowHttp": ({"type": "boolean"}, "True accepts plain http beyond this machine."),
    "preflight": (
        {"type": "boolean"},
        "False turns the looks at the service during preview off.",
    ),
    "dataPlaneHosts": (
        {"type": "string"},
        "Domains whose index hosts get the key beside the control plane's own, with commas between "
        "them.",
    ),
    "apiKeyEnv": (
        {"type": "string"},
        "Name of the environment variable that holds the key; no other key counts then.",
    ),
}
EXTRAS = {"is_ready": ({"type": "boolean"}, "Whether it can be restored.")}
PYTHON_WORDS = {"None means": "left out,", "=True`": "`", "=False`": "`"}
MAX_AGE = "How old the data may be (see `capturedAt`), in seconds."


def schema() -> dict[str, Any]:
    """Return the schema, without a version: the plugin adds its own."""
    settings: dict[str, Any] = {}
    for name in STACK_SETTINGS:
        kind, text = SETTINGS[name]
        secret = {"secret": True} if name == "apiKey" else {}
        settings[name] = {**kind, "description": text, **secret}
    return {
        "name": PACKAGE,
        "displayName": "Pinecone Backup",
        "description": "Pinecone backups and verified restores as Pulumi resources.",
        "keywords": ["pulumi", "pinecone", "backup", "restore", "category/database"],
        "license": "Apache-2.0",
        "meta": {"moduleFormat": "(.*)"},
        "language": _languages(),
        "config": {"variables": settings},
        "provider": {
            "description": "Settings of its own for resources that name it. What is left out comes "
            "from the environment, not from the stack's configuration.",
            "inputProperties": settings,
        },
        "types": _types(),
        "resources": {token: _resource(kind) for token, kind in KINDS.items()},
        "functions": _functions(),
    }


def _languages() -> dict[str, Any]:
    return {
        "nodejs": {"packageName": "pulumi-pinecone-backup", "respectSchemaVersion": True},
        "go": {
            "importBasePath": "pinecone-backup/sdk/go/pineconebackup",
            "generateResourceContainerTypes": True,
            "respectSchemaVersion": True,
        },
        "csharp": {"respectSchemaVersion": True},
        "python": {"packageName": "pulumi_pinecone_backup_sdk", "respectSchemaVersion": True},
    }


def _types() -> dict[str, Any]:
    found: dict[str, Any] = {_token(name): made for name, made in _details().items()}
    for name, (text, model, descriptions) in PARTS.items():
        fields = model.model_json_schema()
        properties = {
            key: {**_input_type(field, fields, key), "description": descriptions[key]}
            for key, field in fields["properties"].items()
        }
        found[_token(name)] = _object(text, properties, fields.get("required", ()))
    for name, (text, rows) in ROWS.items():
        properties = {key: {**kind, "description": why} for key, (kind, why) in rows.items()}
        found[_token(name)] = _object(text, properties, ("result",))
    hints = {kind.name: _constructor_hints(kind.name) for kind in KINDS.values()}
    for (resource, key), name in ENUMS.items():
        values = _literals(hints[resource][key])
        found[_token(name)] = {
            "type": "string",
            "enum": [{"name": value.capitalize(), "value": value} for value in values],
        }
    return dict(sorted(found.items()))


def _object(text: str, properties: Mapping[str, Any], required: typing.Iterable[str]) -> Any:
    return {
        "type": "object",
        "description": text,
        "properties": {to_camel(key): value for key, value in properties.items()},
        "required": [to_camel(key) for key in required],
    }


def _resource(kind: Kind) -> dict[str, Any]:
    source = getattr(package, kind.name)
    doc = _doc(source)
    told = {row.arg_name: _camel_text(row.description) for row in doc.params}
    fields = kind.inputs.model_json_schema()
    inputs = {
        key: {**_property(kind, key, field, fields), "description": told[key]}
        for key, field in fields["properties"].items()
        if key not in HIDDEN
    }
    for key, value in kind.defaults.items():
        inputs[key]["default"] = value
    required = [key for key in fields.get("required", ()) if key not in HIDDEN]
    outputs = {}
    always = []
    for key, annotation in _outputs(source).items():
        inner, optional = _without_none(annotation)
        outputs[key] = {**_output_type(key, inner), "description": told[key]}
        if not optional:
            always.append(key)
    return {
        "description": _camel_text(_summary(doc)),
        "inputProperties": {to_camel(key): value for key, value in inputs.items()},
        "requiredInputs": [to_camel(key) for key in required],
        "properties": {to_camel(key): value for key, value in outputs.items()},
        "required": [to_camel(key) for key in always],
    }


def _property(kind: Kind, key: str, field: Any, fields: Any) -> dict[str, Any]:
    if (kind.name, key) in ENUMS:
        reference = {"$ref": f"#/types/{_token(ENUMS[kind.name, key])}"}
        return {"type": "string", "oneOf": [{"type": "string"}, reference]}
    return _input_type(field, fields, key)


def _input_type(field: Any, fields: Any, key: str = "") -> dict[str, Any]:
    """Return a type of JSON schema, as pydantic writes it, as Pulumi's."""
    if key in LISTS:
        return {"type": "array", "items": _reference(LISTS[key])}
    if key in OBJECTS:
        return _reference(OBJECTS[key])
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return _reference({"ReadCapacityInput": "ReadCapacity"}.get(name, name))
    if "anyOf" in field:
        parts = [part for part in field["anyOf"] if part.get("type") != "null"]
        kinds = {part.get("type") for part in parts}
        return (
            {"type": "number"} if kinds == {"number", "integer"} else _input_type(parts[0], fields)
        )
    if field.get("type") == "array":
        return {"type": "array", "items": _input_type(field["items"], fields)}
    if field.get("type") == "object":
        values = field.get("additionalProperties")
        inner = _input_type(values, fields) if isinstance(values, dict) else ANY
        return {"type": "object", "additionalProperties": inner}
    return {"type": field["type"]} if "type" in field else dict(ANY)


def _output_type(key: str, annotation: Any) -> dict[str, Any]:
    if key in LISTS:
        return {"type": "array", "items": _reference(LISTS[key])}
    if key in OBJECTS:
        return _reference(OBJECTS[key])
    names = {str: "string", int: "integer", float: "number", bool: "boolean"}
    if annotation in names:
        return {"type": names[annotation]}
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is list:
        return {"type": "array", "items": _output_type("", arguments[0])}
    if origin is dict and arguments[1] is str:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    return dict(ANY)


def _functions() -> dict[str, Any]:
    backup, job = _details().values()
    backups = _list_of("backups", "BackupDetails")
    jobs = _list_of("restoreJobs", "RestoreJobDetails")
    made: dict[str, tuple[Any, tuple[str, ...], Any]] = {
        "getBackup": (package.get_backup, ("backup_id",), backup),
        "getLatestBackup": (package.get_latest_backup, ("index_name",), backup),
        "listBackups": (package.list_backups, (), backups),
        "getRestoreJob": (package.get_restore_job, ("restore_job_id",), job),
        "listRestoreJobs": (package.list_restore_jobs, (), jobs),
    }
    return {_token(name): _function(*parts) for name, parts in made.items()}


def _function(source: Callable[..., Any], required: tuple[str, ...], answer: Any) -> dict[str, Any]:
    doc = _doc(source)
    hints = typing.get_type_hints(source)
    properties = {}
    for row in doc.params:
        if row.arg_name == "provider":
            continue
        inner, _ = _without_none(hints[row.arg_name])
        kind = {"type": "number"} if row.arg_name == "max_age" else _output_type("", inner)
        text = MAX_AGE if row.arg_name == "max_age" else _camel_text(row.description)
        properties[to_camel(row.arg_name)] = {**kind, "description": text}
    inputs = {"type": "object", "properties": properties}
    if required:
        inputs["required"] = [to_camel(key) for key in required]
    made = {"description": _camel_text(_summary(doc)), "outputs": answer}
    return {**made, "inputs": inputs} if properties else made


def _list_of(key: str, details: str) -> dict[str, Any]:
    rows = {"type": "array", "items": _reference(details), "description": "The newest first."}
    return {"type": "object", "properties": {key: rows}, "required": [key]}


def _details() -> dict[str, Any]:
    """Return what a backup and a restore job tell, as types and as answers."""
    return {
        "BackupDetails": _fields(package.GetBackupResult, package.Backup, EXTRAS),
        "RestoreJobDetails": _fields(package.GetRestoreJobResult, None, {}),
    }


def _fields(source: Any, described_by: Any, extras: Mapping[str, Any]) -> dict[str, Any]:
    told = {}
    if described_by is not None:
        told = {row.arg_name: _camel_text(row.description) for row in _doc(described_by).params}
    properties: dict[str, Any] = {}
    required = []
    for key, annotation in typing.get_type_hints(source).items():
        inner, optional = _without_none(annotation)
        properties[to_camel(key)] = _output_type(key, inner)
        if told.get(key):
            properties[to_camel(key)]["description"] = told[key]
        if not optional:
            required.append(to_camel(key))
    for key, (kind, text) in extras.items():
        properties[to_camel(key)] = {**kind, "description": text}
        required.append(to_camel(key))
    return {"type": "object", "properties": properties, "required": required}


def _token(name: str) -> str:
    return f"{PACKAGE}:index:{name}"


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/types/{_token(name)}"}


def _outputs(source: Any) -> dict[str, Any]:
    getters: dict[str, Any] = {
        key: each.fget for key, each in vars(source).items() if isinstance(each, property)
    }
    hints = {key: inspect.get_annotations(each)["return"] for key, each in getters.items()}
    return {key: typing.get_args(hint)[0] for key, hint in hints.items()}


def _constructor_hints(name: str) -> dict[str, Any]:
    parameters = inspect.signature(getattr(package, name).__init__).parameters
    return {key: parameter.annotation for key, parameter in parameters.items()}


def _literals(annotation: Any) -> list[str]:
    """Return the values of the first `Literal` inside an annotation."""
    if typing.get_origin(annotation) is typing.Literal:
        return list(typing.get_args(annotation))
    return next((found for part in typing.get_args(annotation) if (found := _literals(part))), [])


def _without_none(annotation: Any) -> tuple[Any, bool]:
    arguments = typing.get_args(annotation)
    if isinstance(annotation, types.UnionType) and type(None) in arguments:
        return next(part for part in arguments if part is not type(None)), True
    return annotation, False


def _doc(source: Any) -> Docstring:
    return parse(inspect.getdoc(source) or "", style=DocstringStyle.GOOGLE)


def _summary(doc: Docstring) -> str:
    parts = (doc.short_description, doc.long_description)
    return "\n\n".join(" ".join(part.split()) for part in parts if part)


def _camel_text(text: str | None) -> str:
    """Return a text with the package's names as the schema has them, and without line breaks."""
    words = " ".join((text or "").split())
    for python, general in PYTHON_WORDS.items():
        words = words.replace(python, general)
    return re.sub(r"[a-z]+(?:_[a-z]+)+", lambda match: to_camel(match[0]), words)


def text() -> str:
    """Return the schema as it is committed."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
    print(TARGET)
