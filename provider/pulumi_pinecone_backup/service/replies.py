"""An answer as it came over the wire: its JSON, or the error that it means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.service.error_texts import (
    Attempt,
    Refusal,
    api_error,
    excerpt,
    origin,
    request_id_of,
)
from pulumi_pinecone_backup.service.retries import retry_after_seconds


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_reply(about: Attempt, reply: Reply) -> Any:
    """Return the JSON of an answer, or None where there is no body.

    Raises:
        ApiError: The status is 4xx or 5xx.
        InvalidResponseError: The answer is a redirect, or its body is not JSON.
    """
    if reply.status >= 400:
        wait = retry_after_seconds(reply.headers)
        raise api_error(about, Refusal(reply.status, reply.body, reply.headers, wait))
    where = origin(about, request_id_of(reply.headers))
    if reply.status >= 300:
        raise InvalidResponseError(
            f"Could not {about.doing}: the answer was {reply.status}, a redirect, which is not "
            f"followed ({where}). Check `pinecone-backup:host`."
        )
    if not reply.body.strip():
        return None
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        start = excerpt(reply.body, about.secrets)
    raise InvalidResponseError(
        f"Could not {about.doing}: the service answered {reply.status}, but the body is not JSON; "
        f'it starts "{start}" ({where}).{about.doubt} Check `pinecone-backup:host` and any proxy.',
        may_have_happened=about.changes,
    )
