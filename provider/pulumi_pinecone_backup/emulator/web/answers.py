"""Answers on the wire: those of operations, refusals, and those that faults give."""

from __future__ import annotations

import itertools
from typing import Any

import orjson
from starlette.responses import Response

from pulumi_pinecone_backup.emulator.call import Answer, Operation
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import ServiceError
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion
from pulumi_pinecone_backup.emulator.web.rewriting import rewritten, swollen

_JSON = "application/json"
# The data plane names codes by the numbers of gRPC.
_GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 412: 9, 413: 8, 422: 3, 500: 13, 503: 14}
_request_numbers = itertools.count(1)


def _headers() -> dict[str, str]:
    return {"x-pinecone-request-id": f"emulated-{next(_request_numbers)}"}


def rendered(answer: Answer) -> Response:
    """Return what an operation answered."""
    if answer.payload is None:
        return Response(status_code=answer.status, headers=_headers())
    content = answer.payload
    if not isinstance(content, bytes):
        content = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(content, answer.status, _headers(), media_type=_JSON)


def refusal(
    error: ServiceError, operation: Operation | None, version: ApiVersion | None
) -> Response:
    """Return an error in the shape of the plane and the version."""
    if operation is not None and operation.plane == "data":
        code = _GRPC_CODES.get(error.status, 2)
        payload: Any = {"code": code, "message": error.message, "details": []}
    elif error.status == 401 and version is not None and version.plain_unauthorized:
        return Response(error.message, 401, _headers(), media_type="text/plain")
    else:
        detail = {"code": error.code, "message": error.message}
        payload = {"status": error.status, "error": detail}
    return Response(orjson.dumps(payload), error.status, _headers(), media_type=_JSON)


def planned(fault: Fault) -> Response:
    """Return the answer that a fault gives in place of the service's."""
    status = fault.status or 500
    if isinstance(fault.body, str):
        response = Response(fault.body, status, _headers(), media_type="text/plain")
    else:
        body = fault.body
        if body is None and status >= 400:
            detail = {"code": "UNKNOWN", "message": "This error was asked for"}
            body = {"status": status, "error": detail}
        content = b"" if body is None else orjson.dumps(body)
        response = Response(content, status, _headers(), media_type=_JSON)
    for name, value in fault.headers.items():
        response.headers[name] = value
    return response


def spoiled(response: Response, fault: Fault) -> Response:
    """Return a good answer as a fault leaves it; others stay as they are."""
    if response.status_code >= 300 or fault.kind not in ("body", "rewrite", "swell"):
        return response
    return Response(
        _spoiled_body(bytes(response.body), fault),
        response.status_code,
        _headers(),
        media_type=_JSON,
    )


def _spoiled_body(body: bytes, fault: Fault) -> bytes:
    if fault.kind == "rewrite":
        return orjson.dumps(rewritten(orjson.loads(body), fault)) if body else body
    if fault.kind == "swell":
        return orjson.dumps(swollen(orjson.loads(body), fault.count or 0)) if body else body
    if "body" not in fault.model_fields_set:
        return body[: len(body) // 2]
    return fault.body.encode() if isinstance(fault.body, str) else orjson.dumps(fault.body)
