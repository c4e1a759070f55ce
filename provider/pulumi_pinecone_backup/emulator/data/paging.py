"""Pages of a list that is ordered by name: what is asked for, and the token of the next one."""

from __future__ import annotations

from typing import Any

from pulumi_pinecone_backup.emulator.call import (
    Call,
    decode_token,
    encode_token,
    whole_number,
)
from pulumi_pinecone_backup.emulator.state.problems import invalid


def asked_page(call: Call) -> tuple[int, str]:
    """Return how many rows a request asks for, and the name that they follow."""
    limit = 100
    if (asked := call.query.get("limit")) is not None:
        limit = whole_number(asked, "limit", minimum=1, maximum=100)
    token = call.query.get("paginationToken", call.query.get("pagination_token"))
    if token is None:
        return limit, ""
    value = decode_token(token).get("skip_past")
    if not isinstance(value, str):
        raise invalid("Invalid pagination token")
    return limit, value


def next_page(last: str) -> dict[str, Any]:
    """Return what an answer says of the page after a name."""
    return {"next": encode_token({"skip_past": last})}
