"""Metadata filters: the service's query language as a predicate."""

from __future__ import annotations

import operator
import sqlite3
from collections.abc import Callable
from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.problems import invalid
from pulumi_pinecone_backup.emulator.state.records import Record

Metadata = dict[str, Any]
Predicate = Callable[[Metadata], bool]

_DEPTH_LIMIT = 64
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def compile_filter(value: object, *, depth: int = 0) -> Predicate:
    """Turn a filter into a function that tells whether metadata fits.

    Raises:
        ServiceError: 400 where the filter is malformed.
    """
    if not isinstance(value, dict) or not value:
        raise invalid("The filter must be a non-empty object")
    if depth > _DEPTH_LIMIT:
        raise invalid(f"The filter is nested more than {_DEPTH_LIMIT} times")
    parts = [_part(key, condition, depth) for key, condition in value.items()]
    return lambda metadata: all(part(metadata) for part in parts)


def search_filter(value: object) -> Predicate | None:
    """Return the predicate of a search, None without one; here an empty filter is none.

    Raises:
        ServiceError: 400 where the filter is malformed.
    """
    return None if value is None or value == {} else compile_filter(value)


def matches(predicate: Predicate, metadata: str | None) -> bool:
    """Tell whether stored metadata fits."""
    return predicate({} if metadata is None else orjson.loads(metadata))


def selected(
    connection: sqlite3.Connection, owner: int, namespace: str, predicate: Predicate
) -> list[Record]:
    """Return the records of a namespace whose metadata fits, by id."""
    rows = records.scan(connection, owner, namespace)
    return [row for row in rows if matches(predicate, row.metadata)]


def _part(key: str, condition: Any, depth: int) -> Predicate:
    if key in ("$and", "$or"):
        if not isinstance(condition, list) or not condition:
            raise invalid(f"{key} must be a non-empty list")
        predicates = [compile_filter(item, depth=depth + 1) for item in condition]
        if key == "$and":
            return lambda metadata: all(fits(metadata) for fits in predicates)
        return lambda metadata: any(fits(metadata) for fits in predicates)
    if key.startswith("$"):
        raise invalid(f"{key} is not a valid operator")
    if not isinstance(condition, dict):
        condition = {"$eq": condition}
    if not condition:
        raise invalid(f"The condition on '{key}' must not be empty")
    tests = [_test(name, operand, key) for name, operand in condition.items()]
    return lambda metadata: all(test(metadata.get(key)) for test in tests)


def _test(name: str, operand: Any, field: str) -> Callable[[Any], bool]:
    if name in ("$eq", "$ne"):
        if not isinstance(operand, str | bool | int | float):
            raise invalid(f"{name} on '{field}' must be a string, number or boolean")
        wanted = _typed(operand)
        is_equal = name == "$eq"
        return lambda value: (wanted in _values(value)) == is_equal
    if name in ("$in", "$nin"):
        scalars = isinstance(operand, list) and all(
            isinstance(item, str | bool | int | float) for item in operand
        )
        if not scalars:
            raise invalid(f"{name} on '{field}' must be a list of strings, numbers or booleans")
        several = {_typed(item) for item in operand}
        is_inside = name == "$in"
        return lambda value: (not several.isdisjoint(_values(value))) == is_inside
    if name == "$exists":
        if not isinstance(operand, bool):
            raise invalid(f"$exists on '{field}' must be a boolean")
        return lambda value: (value is not None) == operand
    if name in _COMPARISONS:
        if type(operand) not in (int, float):
            raise invalid(f"{name} on '{field}' must be a number")
        compare = _COMPARISONS[name]
        return lambda value: type(value) in (int, float) and compare(value, operand)
    raise invalid(f"{name} is not a valid operator")


def _typed(value: Any) -> tuple[str, Any]:
    """Keep booleans and numbers apart, which Python takes for equal."""
    kind = "number" if type(value) in (int, float) else type(value).__name__
    return (kind, value)


def _values(value: Any) -> set[tuple[str, Any]]:
    if value is None:
        return set()
    return {_typed(item) for item in value} if isinstance(value, list) else {_typed(value)}
