"""One request on its way through the emulator, and what every operation of both planes shares."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from starlette.datastructures import QueryParams

from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.nesting import loads
from pulumi_pinecone_backup.emulator.state.problems import invalid, unreadable
from pulumi_pinecone_backup.emulator.state.state import State
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request after authentication: what an operation's function gets.

    Attributes:
        state: The emulated service.
        version: The API version that was asked for.
        project: Project of the key.
        base_url: Where clients reach the emulator.
        parameters: Values from the path.
        query: Values from the query string.
        body: The raw body.
        fault: The fault that hits this request, if any.
    """

    state: State
    version: ApiVersion
    project: str
    base_url: str
    parameters: Mapping[str, str]
    query: QueryParams
    body: bytes
    fault: Fault | None

    def host(self, index_name: str) -> str:
        """Return where an index's data plane is."""
        return f"{self.base_url}/data/{index_name}-{self.project}"

    def status(self, described: int) -> int:
        """Return the described status where the settings ask for it, else the service's 200."""
        return described if self.state.settings.described_statuses else 200


@dataclass(frozen=True)
class Answer:
    """What an operation answers; no payload is an empty body, bytes are JSON already."""

    status: int
    payload: Any = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the API.

    Attributes:
        id: Its operation id.
        method: HTTP method.
        path: Path with parameters in braces, in the data plane after the index's host.
        permission: What the key's role must include.
        run: Its function, called with the state's lock held.
        plane: Decides how the version is checked and how errors look.
        feature: The field of `ApiVersion` without which the operation does not exist.
    """

    id: str
    method: str
    path: str
    permission: str
    run: Callable[[Call], Answer]
    plane: Literal["control", "data"] = "control"
    feature: str | None = None


def read_object(raw: bytes) -> dict[str, Any]:
    """Read a body that must be a JSON object.

    Raises:
        ServiceError: 400 where it is no JSON or nested too deep, 422 where it is no object.
    """
    try:
        value = loads(raw)
    except ValueError as error:
        raise invalid(f"Failed to parse the request body as JSON: {error}") from error
    if not isinstance(value, dict):
        raise unreadable("expected an object")
    return value


def encode_token(values: Mapping[str, Any]) -> str:
    """Return a page token, as the service makes them."""
    return base64.b64encode(orjson.dumps(values)).decode()


def decode_token(token: str) -> dict[str, Any]:
    """Read a page token.

    Raises:
        ServiceError: 400 where it is none of ours.
    """
    try:
        values = orjson.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid pagination token") from error
    if not isinstance(values, dict):
        raise invalid("Invalid pagination token")
    return values


def whole_number(text: str, name: str, *, minimum: int, maximum: int | None) -> int:
    """Read a whole number from a query string.

    Raises:
        ServiceError: 400 where it is none or out of its limits.
    """
    # int() also takes spaces, underscores and other scripts' digits, which the service does not.
    if not (text.isascii() and text.lstrip("-").isdigit() and len(text) < 20):
        raise invalid(f"`{name}` must be an integer")
    try:
        value = int(text)
    except ValueError as error:
        raise invalid(f"`{name}` must be an integer") from error
    if value < minimum or (maximum is not None and value > maximum):
        limit = f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
        raise invalid(f"`{name}` must be {limit}")
    return value


def page(
    call: Call,
    rows: Sequence[Any],
    render: Callable[[Any], dict[str, Any]],
    identify: Callable[[Any], set[str]],
) -> Answer:
    """Answer one page of a list.

    Tokens are offsets, so pages shift when rows come and go. A limit beside a token changes the
    length of the page but not where it begins, as in the service.

    Args:
        call: The request.
        rows: All rows that the list has.
        render: Turns one row into JSON.
        identify: Returns the ids and names of one row, for faults that hide rows.
    """
    version = call.version
    limit, offset = version.page_default, 0
    token = call.query.get("paginationToken", call.query.get("pagination_token"))
    if token is not None:
        values = decode_token(token)
        limit, offset = values.get("limit", limit), values.get("offset", 0)
        if type(limit) is not int or type(offset) is not int or limit < 1 or offset < 0:
            raise invalid("Invalid pagination token")
    if (asked := call.query.get("limit")) is not None:
        limit = whole_number(asked, "limit", minimum=1, maximum=version.page_maximum)
    if call.fault and call.fault.kind == "hide":
        hidden = None if call.fault.ids is None else set(call.fault.ids)
        rows = [row for row in rows if hidden is not None and not hidden & identify(row)]
    start = offset
    if call.fault and call.fault.kind == "shift":
        start = max(0, offset - (call.fault.count or 0))
    selected = rows[start : start + limit]
    payload: dict[str, Any] = {"data": [render(row) for row in selected]}
    if start + limit < len(rows):
        token = encode_token({"limit": limit, "offset": start + limit})
        payload["pagination"] = {"next": token}
    elif version.explicit_nulls:
        payload["pagination"] = None
    return Answer(200, payload)


def is_true(text: str, name: str) -> bool:
    """Read a boolean from a query string."""
    if text.lower() not in ("true", "false"):
        raise invalid(f"`{name}` must be true or false")
    return text.lower() == "true"
