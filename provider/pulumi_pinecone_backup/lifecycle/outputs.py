"""What the outputs of all resources share: the echo of the inputs, and facts told before.

Outputs are every checked input, what the service told, and the stored fields `identity`, `project`
and `owner_mark`. Keys are the API's names; times are RFC 3339 text in UTC; None is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from pulumi_pinecone_backup.engine.comparable import integral
from pulumi_pinecone_backup.service.models import rfc3339
from pulumi_pinecone_backup.service.shapes import completed_schema

_DEFINITION = ("dimension", "metric", "vector_type", "embed", "cloud", "region")


def echo(inputs: BaseModel) -> dict[str, Any]:
    """Return the inputs as they were given: what was left out stays out."""
    return inputs.model_dump(exclude_none=True, exclude_unset=True, warnings=False)


def stored(recorded: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return recorded outputs, with the engine's whole floats as ints."""
    return {key: integral(recorded[key]) for key in keys if recorded.get(key) is not None}


def definition(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return what defines an index, as the first tells it and, where it does not, the second.

    No API version tells everything, and a stack may be run under one and then another.
    """
    told = {key: second.get(key) if first.get(key) is None else first[key] for key in _DEFINITION}
    return present({**told, "schema": completed_schema(first.get("schema"), second.get("schema"))})


def time_text(value: datetime | None) -> str | None:
    """Return a time as it is stored, or None."""
    return rfc3339(value) if value else None


def present(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that are not None."""
    return {key: value for key, value in properties.items() if value is not None}
