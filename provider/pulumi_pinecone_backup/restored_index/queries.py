"""Proof by use: queries that must find what they name, one row each."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_pinecone_backup.engine.cancellation import cancelled
from pulumi_pinecone_backup.errors import ApiError, InvalidResponseError, TransportError
from pulumi_pinecone_backup.restored_index.properties import QueryCheck
from pulumi_pinecone_backup.restored_index.verification import VerificationRow
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.deadlines import is_over
from pulumi_pinecone_backup.service.models import IndexModel


def verify_queries(
    client: Client, index: IndexModel, checks: Sequence[QueryCheck]
) -> list[VerificationRow]:
    """Return a row for each query.

    Raises:
        PineconeBackupError: The operation's time was over, or the run was cancelled.
    """
    return [_row(client, index, number, check) for number, check in enumerate(checks)]


def _row(client: Client, index: IndexModel, number: int, check: QueryCheck) -> VerificationRow:
    name = f"checks[{number}]"
    namespace = check.namespace or ""
    try:
        found = client.query_vectors(
            index.host, namespace, top_k=check.top_k, vector=check.vector, record_id=check.id
        )
    except (ApiError, InvalidResponseError, TransportError) as error:
        if is_over() or cancelled.is_set():
            raise
        if isinstance(error, ApiError) and 400 <= error.status < 500 and error.status != 429:
            return VerificationRow(name=name, result="failed", why=str(error))
        why = f"the data plane could not be asked: {error}"
        return VerificationRow(name=name, result="skipped", why=why)
    lost = [record_id for record_id in check.expect_ids if record_id not in found]
    row = VerificationRow(
        name=name,
        expected=len(check.expect_ids),
        actual=len(check.expect_ids) - len(lost),
        result="failed" if lost else "passed",
    )
    if not lost:
        return row
    ids = ", ".join(f"`{record_id}`" for record_id in lost)
    shown = namespace or "__default__"
    why = f"namespace `{shown}`: {ids} not among the {check.top_k} nearest"
    return row.model_copy(update={"why": why})
