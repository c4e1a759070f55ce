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
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.service.endpoints import OPERATIONS
from pulumi_pinecone_backup.service.error_texts import excerpt
from pulumi_pinecone_backup.service.transport import Transport

if TYPE_CHECKING:
    from pulumi_pinecone_backup.service.connections import Query

PAGE_LIMIT: Final = 100
MOST_PAGES: Final = 2000
MOST_READINGS: Final = 4
MOST_ROWS: Final = MOST_PAGES * PAGE_LIMIT
MOST_PAGES_WITHOUT_NEWS: Final = 20
MOST_WARNINGS: Final = 20
_TOKEN_NAMES: Final = ("next", "pagination_token", "paginationToken", "next_token")

Model = TypeVar("Model", bound=BaseModel)
Row = TypeVar("Row")
Page = tuple[list[tuple[str, Row]], str | None]
"""Rows with their ids, and the token of the next page."""
Params = Mapping[str, str]


class Calls:
    """Requests whose answers are models.

    Args:
        transport: Sends the requests.
        on_warning: Called with a text for the user about each row that cannot be read.
    """

    def __init__(self, transport: Transport, on_warning: Callable[[str], None]) -> None:
        self._transport = transport
        self._on_warning = on_warning
        self._warned: set[str] = set()

    def nothing(self, operation_id: str, params: Params) -> None:
        """Send a request whose answer has no content of interest."""
        self._transport.send(OPERATIONS[operation_id], params)

    def raw(
        self,
        operation_id: str,
        params: Params,
        *,
        query: Query | None = None,
        content: bytes | None = None,
        base_url: str | None = None,
    ) -> Any:
        """Send a request and return its answer as it is, read quickly: for records by the thousand.

        Args:
            operation_id: What to request.
            params: Parameters of the path.
            query: Query parameters.
            content: JSON text of the request.
            base_url: Where to send it, if not to the control plane.
        """
        import orjson  # not needed by what does not copy records

        return self._transport.send(
            OPERATIONS[operation_id],
            params,
            query=query,
            body=content,
            base_url=base_url,
            parse=orjson.loads,
        )

    def one(
        self,
        operation_id: str,
        params: Params,
        model: type[Model],
        body: Mapping[str, Any] | None = None,
        *,
        query: Query | None = None,
        base_url: str | None = None,
        known: Mapping[str, Any] | None = None,
    ) -> Model:
        """Send a request and return its answer.

        Args:
            operation_id: What to request.
            params: Parameters of the path.
            model: What the answer is.
            body: JSON body of the request.
            query: Query parameters.
            base_url: Where to send it, if not to the control plane.
            known: What stands in for fields of the answer that cannot be read, so that the id of
                something that was made is not lost with them.

        Raises:
            InvalidResponseError: The answer is not as described.
        """
        operation = OPERATIONS[operation_id]
        answer = self._transport.send(operation, params, query=query, body=body, base_url=base_url)
        try:
            return model.model_validate(answer)
        except ValidationError as error:
            repaired = _repaired(answer, error, known or {})
            cause, problems = error, _problems(error)
        try:
            return model.model_validate(repaired)
        except ValidationError:
            raise self._invalid(operation_id, params, problems) from cause

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
        base_url: str | None = None,
    ) -> list[Model]:
        """Return all rows of a list, each once; a row that cannot be read is left out.

        Args:
            operation_id: What to list.
            params: Parameters of the path.
            model: What a row is.
            id_field: The field of a row that tells rows apart.
            query: Query parameters of every page.
            rows: The field of the answer that holds the rows.
            pages: False for a list that the service does not cut into pages.
            confirm: See `read_all`.
            base_url: Where to send it, if not to the control plane.

        Raises:
            InvalidResponseError: An answer is not as described, or the pages do not end.
        """

        def fetch(page_query: dict[str, str]) -> Page[Model]:
            full_query = {**(query or {}), **page_query} if pages else {}
            answer = self._transport.send(
                OPERATIONS[operation_id], params, query=full_query, base_url=base_url
            )
            found = self._rows(operation_id, params, answer, rows)
            models = self._readable(operation_id, params, model, id_field, found)
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

    def _readable(
        self, operation_id: str, params: Params, model: type[Model], id_field: str, rows: list[Any]
    ) -> list[Model]:
        """Return the rows that can be read, and warn of those that cannot.

        Rows of which none can be read nor named are not the rows that were asked for.
        """
        models: list[Model] = []
        unreadable: dict[str, str] = {}
        is_one_named = False
        for number, row in enumerate(rows, start=1):
            try:
                models.append(model.model_validate(row))
            except ValidationError as error:
                row_id = _text_id(row, id_field)
                is_one_named = is_one_named or row_id is not None
                unreadable[row_id or f"number {number}"] = _problems(error)
        if unreadable and not models and not is_one_named:
            raise self._invalid(operation_id, params, next(iter(unreadable.values())))
        for label, problems in unreadable.items():
            self._warn_once(operation_id, params, label, problems)
        return models

    def _warn_once(self, operation_id: str, params: Params, label: str, problems: str) -> None:
        about = self._transport.about(OPERATIONS[operation_id], params)
        shown = excerpt(label.encode("utf-8", "replace"), about.secrets)
        if shown in self._warned or len(self._warned) >= MOST_WARNINGS:
            return
        self._warned.add(shown)
        self._on_warning(
            f"Could not {about.doing} completely: row `{shown}` cannot be read and is left out "
            f"({problems}). Report this if the service is Pinecone's."
        )

    def _invalid(self, operation_id: str, params: Params, problems: str) -> InvalidResponseError:
        about = self._transport.about(OPERATIONS[operation_id], params)
        return InvalidResponseError(
            f"Could not {about.doing}: the service accepted the request, but its answer is not as "
            f"described for API {about.api_version}: {problems}.{about.doubt} Check "
            "`pinecone-backup:host`, and report this if the service is Pinecone's.",
            may_have_happened=about.changes,
        )


def _text_id(row: object, id_field: str) -> str | None:
    """Return the id of a row that cannot be read otherwise."""
    value = row.get(id_field) if isinstance(row, Mapping) else None
    return value if value and isinstance(value, str) else None


def _repaired(answer: Any, error: ValidationError, known: Mapping[str, Any]) -> Any:
    """Return an answer with known values in the place of those that cannot be read."""
    if not isinstance(answer, Mapping):
        return answer
    wrong = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
    return {**answer, **{name: known[name] for name in wrong if name in known}}


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
    """Return the rows of one reading by their ids, and how many pages it had.

    A service that ignores the limit may send any number of rows with every page: pages that bring
    nothing new, and rows beyond all bounds, end the reading long before the last page.
    """
    rows: dict[str, Row] = {}
    seen: set[str] = set()
    query = {"limit": str(PAGE_LIMIT)}
    without_news = 0
    for number in range(1, MOST_PAGES + 1):
        page, token = fetch(query)
        before = len(rows)
        rows.update(page)
        if token is None:
            return rows, number
        without_news = 0 if len(rows) > before else without_news + 1
        if token in seen or without_news > MOST_PAGES_WITHOUT_NEWS:
            what = "a page token" if token in seen else "the same rows under new page tokens"
            raise InvalidResponseError(
                f"Could not read a list to its end: the service repeats {what}. Run again."
            )
        if len(rows) > MOST_ROWS:
            raise InvalidResponseError(
                f"Could not read a list to its end: more than {MOST_ROWS} rows."
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
