"""Tables that are made of the code while the site is built: errors, policies, schemas.

In a page, a fence `{next-steps}` stands for the whole table, `{json-schema} FILE` for the fields of
a schema beside the page, `{plugin-schema} NAME` for what a resource, function or type of the plugin
takes and gives.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

Row = Sequence[str]
_STATUSES = (400, 401, 402, 403, 404, 409, 412, 422, 429, 500)


def markdown(head: Row, rows: Iterator[Row]) -> list[str]:
    """Return a table as lines of Markdown."""
    cells = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(_cell(text) for text in row) + " |" for row in cells]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def next_steps() -> Iterator[Row]:
    """Yield operation, status and next step, those of every operation first."""
    from pulumi_pinecone_backup.service.endpoints import OPERATIONS
    from pulumi_pinecone_backup.service.next_steps import next_step

    common = {status: next_step("", status, ()) for status in _STATUSES}
    for status, step in common.items():
        if step:
            yield "any", str(status), step
    for operation in OPERATIONS:
        for status in _STATUSES:
            step = next_step(operation, status, ())
            if step and step != common[status]:
                yield f"`{operation}`", str(status), step


def policy_rules() -> Iterator[Row]:
    """Yield name, description, severity and next step of each rule."""
    from pinecone_backup_policies.pack import RULES

    for rule in RULES:
        text = rule.text
        yield f"`{rule.name}`", text.description, rule.severity.value, text.remediation_steps


def policy_settings() -> Iterator[Row]:
    """Yield rule, setting, type, default and meaning."""
    from pinecone_backup_policies.pack import RULES

    for rule in RULES:
        schema = rule.settings.model_json_schema(by_alias=True)
        for name, field in schema["properties"].items():
            default = json.dumps(field["default"]) if "default" in field else "required"
            kind = type_of(field, schema)
            told = field.get("description", "")
            yield f"`{rule.name}`", f"`{name}`", kind, f"`{default}`", told


def schema_fields(schema: dict[str, Any]) -> Iterator[Row]:
    """Yield field, type and meaning of a schema, each of its parts after what holds it."""
    parts = {"": schema, **{f"{name}.": part for name, part in schema.get("$defs", {}).items()}}
    for prefix, part in parts.items():
        for name, field in part["properties"].items():
            optional = "" if name in part.get("required", ()) else " (optional)"
            told = field.get("description", "")
            yield f"`{prefix}{name}`", type_of(field, schema) + optional, told


def type_of(field: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the type of a field in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        part = schema.get("$defs", {}).get(name, {})
        return name if "properties" in part else type_of(part, schema)
    for choice in ("anyOf", "oneOf"):
        if choice in field:
            kinds = [type_of(each, schema) for each in field[choice]]
            return " or ".join(kind for kind in kinds if kind != "null")
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {type_of(field.get('items', {}), schema)}"
    return str(field.get("type", "any"))


def plugin_properties(name: str) -> Iterator[Row]:
    """Yield property, type, use and meaning of a resource, function or type of the plugin."""
    from pulumi_pinecone_backup.plugin.texts import schema

    made = schema()
    (part,) = (
        items[token]
        for items in (made["resources"], made["functions"], made["types"])
        for token in items
        if token.rpartition(":")[2] == name
    )
    given = part.get("inputs", {})
    inputs = part.get("inputProperties", given.get("properties", {}))
    required = part.get("requiredInputs", given.get("required", ()))
    outputs = part.get("outputs", part).get("properties", {})
    for key, field in {**outputs, **inputs}.items():
        use = "output" if key not in inputs else "required" if key in required else "input"
        told = field.get("description", "")
        yield f"`{key}`", plugin_type(field, made["types"]), use, told


def plugin_type(field: dict[str, Any], types: dict[str, Any]) -> str:
    """Return the type of a property of the plugin's schema in words."""
    if "oneOf" in field:
        return plugin_type(field["oneOf"][-1], types)
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        values = types.get(name, {}).get("enum")
        if values:
            return ", ".join(f"`{value['value']}`" for value in values)
        return "any" if name == "Any" else f"`{name.rpartition(':')[2]}`"
    if field["type"] == "array":
        return f"list of {plugin_type(field['items'], types)}"
    if field["type"] == "object":
        return f"map of {plugin_type(field['additionalProperties'], types)}"
    return str(field["type"])


class _Table(SphinxDirective):
    """A table instead of a fence."""

    head: Row

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Return the table's nodes."""
        lines = markdown(self.head, self.rows())
        holder = nodes.container(classes=["generated"])
        self.state.nested_parse(StringList(lines, self.get_location()), 0, holder)
        return [holder]


class _NextSteps(_Table):
    head = ("operation", "status", "what to do")

    def rows(self) -> Iterator[Row]:
        return next_steps()


class _PolicyRules(_Table):
    head = ("rule", "what it asks for", "severity", "what to do")

    def rows(self) -> Iterator[Row]:
        return policy_rules()


class _PolicySettings(_Table):
    head = ("rule", "setting", "type", "default", "meaning")

    def rows(self) -> Iterator[Row]:
        return policy_settings()


class _JsonSchema(_Table):
    head = ("field", "type", "meaning")
    required_arguments = 1

    def rows(self) -> Iterator[Row]:
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        return schema_fields(json.loads(Path(path).read_text("utf-8")))


class _PluginSchema(_Table):
    head = ("property", "type", "use", "meaning")
    required_arguments = 1

    def rows(self) -> Iterator[Row]:
        return plugin_properties(self.arguments[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("next-steps", _NextSteps)
    app.add_directive("policy-rules", _PolicyRules)
    app.add_directive("policy-settings", _PolicySettings)
    app.add_directive("json-schema", _JsonSchema)
    app.add_directive("plugin-schema", _PluginSchema)
    return {"parallel_read_safe": True}
