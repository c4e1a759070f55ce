"""An answer as it came over the wire: its JSON, or the error that it means."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

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

Parse = Callable[[bytes], Any]

_MOST_DIGITS: Final = 300
"""An integer of more digits is beyond what a float can hold."""


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_reply(about: Attempt, reply: Reply, parse: Parse | None = None) -> Any:
    """Return the JSON of an answer, or None where there is no body.

    Args:
        about: What was asked.
        reply: What came.
        parse: Reads the JSON, instead of `parse_json`; raises `ValueError` where it cannot.

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
        return (parse or parse_json)(reply.body)
    except (ValueError, RecursionError):
        start = excerpt(reply.body, about.secrets)
    raise InvalidResponseError(
        f"Could not {about.doing}: the service answered {reply.status}, but the body is not JSON; "
        f'it starts "{start}" ({where}).{about.doubt} Check `pinecone-backup:host` and any proxy.',
        may_have_happened=about.changes,
    )


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text, of which everything can be written again as strict JSON.

    Numbers beyond what a float can hold become None, halves of characters become `?`.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    value = json.loads(
        body, parse_constant=lambda _: None, parse_float=_finite, parse_int=_within_reason
    )
    if b"\\ud" in body or b"\\uD" in body:
        text = json.dumps(value, ensure_ascii=False)
        value = json.loads(text.encode("utf-8", "replace"))
    return value


def _within_reason(text: str) -> int | None:
    return int(text) if len(text) <= _MOST_DIGITS else None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
