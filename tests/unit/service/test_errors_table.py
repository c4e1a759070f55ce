"""Every error is exported, and every HTTP status becomes one of them."""

from __future__ import annotations

import inspect
import json

import pulumi_pinecone_backup
import pytest
from pulumi_pinecone_backup import errors
from pulumi_pinecone_backup.service.endpoints import OPERATIONS
from pulumi_pinecone_backup.service.error_texts import Attempt, Refusal, api_error

TREE = {
    "PineconeBackupError": "Exception",
    "ConfigurationError": "PineconeBackupError",
    "TransportError": "PineconeBackupError",
    "ApiError": "PineconeBackupError",
    "NotFoundError": "ApiError",
    "ConflictError": "ApiError",
    "PreconditionError": "ApiError",
    "ForbiddenError": "ApiError",
    "InvalidResponseError": "PineconeBackupError",
    "JobError": "PineconeBackupError",
    "JobFailedError": "JobError",
    "WaitTimeoutError": "JobError",
    "VerificationError": "JobError",
}
BRANCHED = {
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    412: errors.PreconditionError,
}
ATTEMPT = Attempt(
    operation_id="describe_index",
    doing="read index `products`",
    api_version="2026-07",
    method="GET",
    path="/indexes/products",
    changes=False,
)


def test_the_tree_is_the_documented_one_and_every_class_is_exported() -> None:
    found = {
        name: error.__mro__[1].__name__
        for name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, Exception)
    }
    assert found == TREE
    for name in TREE:
        assert name in pulumi_pinecone_backup.__all__
        assert getattr(pulumi_pinecone_backup, name) is getattr(errors, name)


@pytest.mark.parametrize("status", range(400, 600))
def test_the_status_alone_picks_the_class_whatever_the_body_says(status: int) -> None:
    body = json.dumps(
        {"status": 429, "error": {"code": "QUOTA_EXCEEDED", "message": "said by the service"}}
    )
    error = api_error(ATTEMPT, Refusal(status, body.encode(), {}))
    assert type(error) is BRANCHED.get(status, errors.ApiError)
    assert (error.status, error.code) == (status, "QUOTA_EXCEEDED")
    assert str(status) in str(error)
    assert "read index `products`" in str(error)


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
@pytest.mark.parametrize("status", [401, 402, 403, 422, 429, 500, 502, 503, 504])
def test_what_any_operation_may_be_refused_with_has_a_next_step(
    operation_id: str, status: int
) -> None:
    attempt = Attempt(
        operation_id=operation_id,
        doing="try",
        api_version="2026-07",
        method=OPERATIONS[operation_id].method,
        path="/",
        changes=OPERATIONS[operation_id].changes,
        keys_tried=("PINECONE_API_KEY",),
    )
    text = str(api_error(attempt, Refusal(status, b"", {})))
    step = text.rpartition(").")[2]
    assert len(step.strip()) > 10, text
