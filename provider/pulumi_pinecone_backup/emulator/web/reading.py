"""Bodies from the wire: read up to a limit."""

from __future__ import annotations

from starlette.requests import Request

from pulumi_pinecone_backup.emulator.state.problems import ServiceError

# The service takes 2 MB in one request; a little more leaves room for how clients count.
BODY_LIMIT = 4 * 1024 * 1024


async def read_limited(request: Request) -> bytes:
    """Read a body, but not more than the service takes.

    Raises:
        ServiceError: 413 where it is larger.
    """
    if request.method == "GET":
        return b""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            raise ServiceError(
                413,
                "PAYLOAD_TOO_LARGE",
                f"The request is larger than the maximum of {BODY_LIMIT} bytes",
            )
        chunks.append(chunk)
    return b"".join(chunks)
