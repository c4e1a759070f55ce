"""From an operation's id to models: send, read every page, parse.

Exceptions of pydantic end here. An answer that cannot be parsed is an error of its own, because
the request was accepted and may have changed something.

Pages are offsets into a list that others change: rows come twice or slip through between two
requests. So rows are taken once by their id, and a list of several pages is read until two
readings agree.

Source: `pagination.next` (descriptions), `pagination_token` (restore guide), the end as a missing
or null pagination. A token is sent alone: the service refuses a `limit` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.service.operations import OPERATIONS
from pulumi_pinecone_backup.service.transport import Transport

PAGE_LIMIT: Final = 100
MOST_PAGES: Final = 2000
MOST_READINGS: Final = 4
_TOKEN_NAMES: Final = ("next", "pagination_token", "paginationToken", "next_token")

Model = TypeVar("Model", bound=BaseModel)
Row = TypeVar("Row")
Page = tuple[list[tuple[str, Row]], str | None]
"""Rows with their ids, and the token of the next page."""
Params = Mapping[str, str]


class Calls:
    """Requests whose answers are models."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def nothing(self, operation_id: str, params: Params) -> None:
        """Send a request whose answer has no content of interest."""
        self._transport.send(OPERATIONS[operation_id], params)

    def one(
        self,
        operation_id: str,
        params: Params,
        model: type[Model],
        body: Mapping[str, Any] | None = None,
        *,
        base_url: str | None = None,
    ) -> Model:
        """Send a request and return its answer.

        Raises:
            InvalidResponseError: The answer is not as described.
        """
        operation = OPERATIONS[operation_id]
        answer = self._transport.send(operation, params, body=body, base_url=base_url)
        return self._parse(operation_id, params, model, answer)

    def all(
        self,
        operation_id: str,
        params: Params,
        model: type[Model],
        id_field: str,
        *,
        query: Params | None = None,
        rows: str = "data",
        pages: bool = True,
        confirm: bool = True,
    ) -> list[Model]:
        """Return all rows of a list, each once.

        Args:
            operation_id: What to list.
            params: Parameters of the path.
            model: What a row is.
            id_field: The field of a row that tells rows apart.
            query: Query parameters of every page.
            rows: The field of the answer that holds the rows.
            pages: False for a list that the service does not cut into pages.
            confirm: See `read_all`.

        Raises:
            InvalidResponseError: An answer is not as described, or the pages do not end.
        """

        def fetch(page_query: dict[str, str]) -> Page[Model]:
            full_query = {**(query or {}), **page_query} if pages else {}
            answer = self._transport.send(OPERATIONS[operation_id], params, query=full_query)
            found = self._rows(operation_id, params, answer, rows)
            models = [self._parse(operation_id, params, model, row) for row in found]
            return [(str(getattr(row, id_field)), row) for row in models], next_token(answer)

        return read_all(fetch, confirm=confirm)

    def _rows(self, operation_id: str, params: Params, answer: Any, name: str) -> list[Any]:
        if not isinstance(answer, Mapping):
            raise self._invalid(operation_id, params, "it is not a JSON object")
        found = answer.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            raise self._invalid(operation_id, params, f"`{name}` is not a list")
        return found

    def _parse(self, operation_id: str, params: Params, model: type[Model], answer: Any) -> Model:
        try:
            return model.model_validate(answer)
        except ValidationError as error:
            raise self._invalid(operation_id, params, _problems(error)) from error

    def _invalid(self, operation_id: str, params: Params, problems: str) -> InvalidResponseError:
        about = self._transport.about(OPERATIONS[operation_id], params)
        return InvalidResponseError(
            f"Could not {about.doing}: the service accepted the request, but its answer is not as "
            f"described for API {about.api_version}: {problems}.{about.doubt} Check "
            "`pinecone-backup:host`, and report this if the service is Pinecone's.",
            may_have_happened=about.changes,
        )


def _problems(error: ValidationError) -> str:
    """Return what does not fit, without the values."""
    texts = []
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"])
        texts.append(f"`{place}`: {problem['msg']}" if place else "it is not a JSON object")
    return "; ".join(texts)


def read_all(fetch: Callable[[dict[str, str]], Page[Row]], *, confirm: bool = True) -> list[Row]:
    """Read all pages of a list.

    Args:
        fetch: Gets one page for the given query parameters.
        confirm: Read a list of several pages again until two readings have the same rows. False
            suits a caller who asks again anyway.

    Raises:
        InvalidResponseError: The pages do not come to an end.
    """
    latest, pages = _read_once(fetch)
    if pages == 1 or not confirm:
        return list(latest.values())
    everything = latest
    for _ in range(MOST_READINGS - 1):
        before = latest
        latest, _ = _read_once(fetch)
        if latest.keys() == before.keys():
            return list(latest.values())
        everything = {**everything, **latest}
    return list(everything.values())


def _read_once(fetch: Callable[[dict[str, str]], Page[Row]]) -> tuple[dict[str, Row], int]:
    """Return the rows of one reading by their ids, and how many pages it had."""
    rows: dict[str, Row] = {}
    seen: set[str] = set()
    query = {"limit": str(PAGE_LIMIT)}
    for number in range(1, MOST_PAGES + 1):
        page, token = fetch(query)
        rows.update(page)
        if token is None:
            return rows, number
        if token in seen:
            raise InvalidResponseError(
                "Could not read a list to its end: the service repeats a page token. Run again."
            )
        seen.add(token)
        query = {"paginationToken": token}
    raise InvalidResponseError(f"Could not read a list to its end: more than {MOST_PAGES} pages.")


def next_token(answer: Mapping[str, Any]) -> str | None:
    """Return the token of the next page, from any documented place; None at the end."""
    pagination = answer.get("pagination")
    tokens = [pagination]
    for place in (pagination, answer):
        if isinstance(place, Mapping):
            tokens += [place.get(name) for name in _TOKEN_NAMES]
    return next((token for token in tokens if isinstance(token, str) and token), None)
