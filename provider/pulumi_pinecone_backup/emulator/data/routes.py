"""The data plane: which operation is where, and what it needs."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.call import Operation
from pulumi_pinecone_backup.emulator.data import aliases, namespaces, queries, texts, vectors


def _operation(method: str, path: str, permission: str, run: Any) -> Operation:
    return Operation(
        id=run.__name__,
        method=method,
        path=path,
        permission=f"data::{permission}",
        run=run,
        plane="data",
    )


DATA_PLANE = (
    _operation("POST", "/vectors/upsert", "vectors::write", vectors.upsert_vectors),
    _operation("GET", "/vectors/fetch", "vectors::read", vectors.fetch_vectors),
    _operation(
        "POST", "/vectors/fetch_by_metadata", "vectors::read", queries.fetch_vectors_by_metadata
    ),
    _operation("GET", "/vectors/list", "vectors::read", vectors.list_vectors),
    _operation("POST", "/vectors/update", "vectors::write", vectors.update_vector),
    _operation("POST", "/vectors/delete", "vectors::write", vectors.delete_vectors),
    _operation("POST", "/query", "vectors::read", queries.query_vectors),
    _operation("POST", "/describe_index_stats", "vectors::read", vectors.describe_index_stats),
    _operation("GET", "/describe_index_stats", "vectors::read", vectors.describe_index_stats),
    _operation(
        "POST", "/records/namespaces/{namespace}/upsert", "vectors::write", texts.upsert_records
    ),
    _operation(
        "POST", "/records/namespaces/{namespace}/search", "vectors::read", texts.search_records
    ),
    _operation("POST", "/namespaces", "namespaces::write", namespaces.create_namespace),
    _operation("GET", "/namespaces", "namespaces::list", namespaces.list_namespaces),
    _operation(
        "GET", "/namespaces/{namespace}", "namespaces::describe", namespaces.describe_namespace
    ),
    _operation(
        "DELETE", "/namespaces/{namespace}", "namespaces::write", namespaces.delete_namespace
    ),
    _operation("POST", "/namespace-aliases", "namespaces::write", aliases.create_namespace_alias),
    _operation("GET", "/namespace-aliases", "namespaces::list", aliases.list_namespace_aliases),
    _operation(
        "GET",
        "/namespace-aliases/{alias_name}",
        "namespaces::describe",
        aliases.describe_namespace_alias,
    ),
    _operation(
        "PATCH",
        "/namespace-aliases/{alias_name}",
        "namespaces::write",
        aliases.repoint_namespace_alias,
    ),
    _operation(
        "DELETE",
        "/namespace-aliases/{alias_name}",
        "namespaces::write",
        aliases.delete_namespace_alias,
    ),
)
