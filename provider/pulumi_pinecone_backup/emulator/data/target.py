"""Which index and namespace a data plane request means."""

from __future__ import annotations

from pulumi_pinecone_backup.emulator.call import Call
from pulumi_pinecone_backup.emulator.state import indexes
from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.problems import ServiceError, invalid


def index_of(call: Call) -> Row:
    """Return the index that the host in the path belongs to, ready to be used.

    Raises:
        ServiceError: 401 where it is another project's, 404 where there is none, 503 where it is
            not ready.
    """
    name, _, project = call.parameters["host"].rpartition("-")
    if project != call.project:
        raise ServiceError(401, "UNAUTHENTICATED", "Unauthorized")
    row = indexes.describe(call.state, call.project, name)
    if row["state"] in ("Initializing", "InitializationFailed", "Failed", "Terminating"):
        raise ServiceError(503, "SERVICE_UNAVAILABLE", f"Index {name} is not ready")
    return row


def read_from(call: Call, index: Row, value: object) -> str:
    """Return the namespace to read from: an alias stands for the one that it points at."""
    name = namespace_of(value)
    row = call.state.connection.execute(
        "SELECT target FROM aliases WHERE owner = ? AND name = ?", (index["key"], name)
    ).fetchone()
    return name if row is None else str(row["target"])


def write_to(call: Call, index: Row, value: object) -> str:
    """Return the namespace to write to.

    Raises:
        ServiceError: It is the name of an alias.
    """
    name = namespace_of(value)
    if read_from(call, index, value) != name:
        raise invalid(f"{name} is a namespace alias; write to its target namespace")
    return name


def namespace_of(value: object) -> str:
    """Read a namespace; the default one has two names."""
    if value is None or value == "__default__":
        return ""
    if not isinstance(value, str):
        raise invalid("`namespace` must be a string")
    return value
