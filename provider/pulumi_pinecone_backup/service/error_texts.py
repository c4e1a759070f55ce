"""What errors say: what was attempted, what came back, and the next step where one is known.

The HTTP status picks the class and the next step; code and text inside a body are shown, never
branched on. Text of the service is shortened, freed of control characters, and of anything that
looks like a key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_pinecone_backup.errors import (
    ApiError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionError,
)
from pulumi_pinecone_backup.service.next_steps import next_step

_LONGEST_MESSAGE: Final = 500
_LONGEST_EXCERPT: Final = 160
_SHORTEST_KEY: Final = 6
_KEY_PATTERN: Final = re.compile(r"pcsk_[A-Za-z0-9_]+")
_REQUEST_ID_HEADERS: Final = ("x-request-id", "x-pinecone-request-id", "request-id")
_CLASSES: Final[dict[int, type[ApiError]]] = {
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionError,
}


@dataclass(frozen=True)
class Attempt:
    """What a request was for, as far as messages need it.

    Attributes:
        operation_id: The operation's id in the API description.
        doing: Completes "Could not ...", with the object's name.
        api_version: The version asked for.
        method: HTTP method.
        path: Path without host and query.
        changes: True if the request may change something.
        secrets: Keys, to be cut out of whatever the service echoes.
        keys_tried: Sources of the API keys that were refused, in order.
    """

    operation_id: str
    doing: str
    api_version: str
    method: str
    path: str
    changes: bool
    secrets: Sequence[str] = ()
    keys_tried: Sequence[str] = ()

    @property
    def doubt(self) -> str:
        """A sentence, after a blank, for where a request may have changed something unseen."""
        return " It may have taken effect all the same." if self.changes else ""


@dataclass(frozen=True)
class Refusal:
    """An answer with a status of 4xx or 5xx."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    retry_after_seconds: float | None = None


def api_error(attempt: Attempt, refusal: Refusal) -> ApiError:
    """Build the error for an answer with a status of 4xx or 5xx."""
    code, message, readable = _read_body(refusal.body, attempt.secrets)
    request_id = request_id_of(refusal.headers)
    answered = " ".join(part for part in (str(refusal.status), code) if part)
    said = _said(message, readable=readable)
    in_doubt = attempt.changes and refusal.status >= 500
    step = next_step(attempt.operation_id, refusal.status, attempt.keys_tried)
    text = f"Could not {attempt.doing}: the service answered {answered}{said} "
    text += f"({origin(attempt, request_id)}).{attempt.doubt if in_doubt else ''} {step}"
    return _CLASSES.get(refusal.status, ApiError)(
        text.rstrip(),
        status=refusal.status,
        code=code,
        message=message,
        method=attempt.method,
        path=attempt.path,
        request_id=request_id,
        retry_after_seconds=refusal.retry_after_seconds,
        may_have_happened=in_doubt,
    )


def origin(attempt: Attempt, request_id: str | None) -> str:
    """Return what support needs to find the request: version and request id."""
    known = f"request id `{request_id}`" if request_id else "no request id"
    return f"API {attempt.api_version}, {known}"


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Return the service's request id, whatever its header is called."""
    lowered = {name.lower(): value for name, value in headers.items()}
    for name in _REQUEST_ID_HEADERS:
        value = _printable(lowered.get(name, ""))
        if value:
            return value[:80]
    return None


def excerpt(body: bytes, secrets: Sequence[str]) -> str:
    """Return the start of a body that is not what it should be, safe to show."""
    return _shortened(_cleaned(body.decode("utf-8", "replace"), secrets), _LONGEST_EXCERPT)


def _said(message: str, *, readable: bool) -> str:
    if readable and message:
        return f' "{message}"'
    return f' with a body that starts "{message}"' if message else " without a text"


def _read_body(body: bytes, secrets: Sequence[str]) -> tuple[str, str, bool]:
    """Return code, message, and whether the body was a text made for people."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        text = excerpt(body, secrets)
        plain = not any(sign in text for sign in "<{[")
        return "", text, plain
    error = parsed.get("error", parsed) if isinstance(parsed, dict) else None
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        message = _shortened(_cleaned(error["message"], secrets), _LONGEST_MESSAGE)
        return _code(error.get("code"), secrets), message, True
    if isinstance(parsed, str):
        return "", _shortened(_cleaned(parsed, secrets), _LONGEST_EXCERPT), True
    return "", excerpt(body, secrets), False


def _code(value: object, secrets: Sequence[str]) -> str:
    return _shortened(_cleaned(value, secrets), 40) if isinstance(value, str) else ""


def _cleaned(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        if len(secret) >= _SHORTEST_KEY:
            text = text.replace(secret, "***")
    return _printable(_KEY_PATTERN.sub("pcsk_***", text))


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest].rstrip() + "…"
