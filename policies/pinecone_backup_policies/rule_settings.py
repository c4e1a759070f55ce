"""What the settings of every rule share, and how they become the schema that the engine checks."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from pulumi_policy import PolicyConfigSchema
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Part(BaseModel):
    """A frozen part of a rule's settings.

    Unknown names are let through here, because an error would be worded by the engine for
    programmers and stop everything; the rule `known-configuration` reports them with the nearest
    right name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class RuleSettings(Part):
    """The settings that every rule takes."""

    exempt: tuple[str, ...] = Field(
        default=(),
        alias="except",
        description="Patterns of resource names that this rule leaves alone, such as `scratch-*`.",
    )

    def exempting_pattern(self, resource_name: str) -> str | None:
        """Return the first pattern that exempts a resource."""
        return next((p for p in self.exempt if fnmatchcase(resource_name, p)), None)


def config_schema(settings: type[RuleSettings]) -> PolicyConfigSchema:
    """Return the JSON schema of a rule's settings, with every reference written out."""
    schema = settings.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    return PolicyConfigSchema(_written_out(schema["properties"], definitions))


def _written_out(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_written_out(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _written_out(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    return {
        key: _written_out(value, definitions)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }


def problems_of(error: ValidationError) -> str:
    """Describe what is wrong with settings, one clause a problem."""
    clauses = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        where = ".".join(str(part) for part in problem["loc"])
        text = problem["msg"].removeprefix("Value error, ")
        clauses.append(f"`{where}`: {text}" if where else text)
    return "; ".join(clauses)
