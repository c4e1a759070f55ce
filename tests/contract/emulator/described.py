"""Holds single answers to the service's descriptions, where those are beside the checkout."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import requests
from contract.emulator.conformance import descriptions, prepare, version_of
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

_DOCUMENT = "urn:description"


class Description:
    """One version's description, reduced to what the emulator serves."""

    def __init__(self, document: dict[str, Any]) -> None:
        resource = DRAFT4.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(_DOCUMENT, resource)
        self._operations = []
        for path, methods in document["paths"].items():
            parts = re.split(r"\{[^}]+\}", path)
            pattern = re.compile("[^/]+".join(re.escape(part) for part in parts))
            self._operations.append((path.count("{"), pattern, methods))
        # A path without parameters is meant before one that would also fit.
        self._operations.sort(key=lambda operation: operation[0])

    def problems(self, method: str, path: str, response: requests.Response) -> list[str]:
        """Return what the description does not allow about an answer."""
        for _, pattern, methods in self._operations:
            if pattern.fullmatch(path) and method.lower() in methods:
                return self._check(methods[method.lower()]["responses"], response)
        return []

    def _check(self, responses: dict[str, Any], response: requests.Response) -> list[str]:
        declared = responses.get(str(response.status_code))
        if declared is None:
            return [f"status {response.status_code} is not declared: {response.text}"]
        content = declared.get("content")
        if not content:
            return [f"a body where none is declared: {response.text}"] if response.content else []
        kind = response.headers["Content-Type"].split(";")[0]
        if kind not in content:
            return [f"content type {kind} is not declared"]
        if kind != "application/json":
            return []
        schema = _absolute(content[kind]["schema"])
        validator = OAS30Validator(schema, registry=self._registry)
        return [
            f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
            for error in validator.iter_errors(response.json())
        ]


def _absolute(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return schema if reference is None else {"$ref": _DOCUMENT + reference}


@cache
def description(version: str) -> Description | None:
    """Return a version's description, None where it is not there."""
    for path in descriptions():
        if version_of(path) == version:
            return Description(prepare(path))
    return None
