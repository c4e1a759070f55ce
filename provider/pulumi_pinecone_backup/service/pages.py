"""Reading a list to its end, whatever form its pages have.

Pages are offsets into a list that others change: rows come twice or slip through between two
requests. So rows are taken once by their id, and a list of several pages is read until two
readings agree.

Source: `pagination.next` (descriptions), `pagination_token` (restore guide), the end as a missing
or null pagination. A token is sent alone: the service refuses a `limit` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from pulumi_pinecone_backup.errors import InvalidResponseError

PAGE_LIMIT: Final = 100
MOST_PAGES: Final = 2000
MOST_READINGS: Final = 4
_TOKEN_NAMES: Final = ("next", "pagination_token", "paginationToken", "next_token")

Row = TypeVar("Row")
Page = tuple[list[tuple[str, Row]], str | None]
"""Rows with their ids, and the token of the next page."""


def read_all(fetch: Callable[[dict[str, str]], Page[Row]], *, confirm: bool = True) -> list[Row]:
    """Read all pages of a list.

    Args:
        fetch: Gets one page for the given query parameters.
        confirm: Read a list of several pages again until two readings have the same rows. False
            suits a caller who asks again anyway.

    Raises:
        InvalidResponseError: The pages do not come to an end.
    """
    everything, pages = _read_once(fetch)
    latest = everything
    for _ in range(MOST_READINGS - 1 if confirm and pages > 1 else 0):
        before, (latest, _) = latest, _read_once(fetch)
        if latest.keys() == before.keys():
            return list(latest.values())
        everything = {**everything, **latest}
    return list(everything.values())


def _read_once(fetch: Callable[[dict[str, str]], Page[Row]]) -> tuple[dict[str, Row], int]:
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
    places: tuple[Any, ...] = (answer.get("pagination"), answer)
    for place in places:
        tokens = [place]
        if isinstance(place, Mapping):
            tokens = [place.get(name) for name in _TOKEN_NAMES]
        for token in tokens:
            if isinstance(token, str) and token:
                return token
    return None
