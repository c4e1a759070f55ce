"""From an operation's id to models: send, read every page, parse.

Exceptions of pydantic end here. An answer that cannot be parsed is an error of its own, because
the request was accepted and may have changed something.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.service.operations import OPERATIONS
from pulumi_pinecone_backup.service.pages import Page, next_token, read_all
from pulumi_pinecone_backup.service.transport import Transport

Model = TypeVar("Model", bound=BaseModel)
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
            confirm: See `pages.read_all`.

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
            problems = "; ".join(
                f"`{'.'.join(str(part) for part in problem['loc'])}`: {problem['msg']}"
                if problem["loc"]
                else "it is not a JSON object"
                for problem in error.errors(include_url=False, include_input=False)
            )
            raise self._invalid(operation_id, params, problems) from error

    def _invalid(self, operation_id: str, params: Params, problems: str) -> InvalidResponseError:
        about = self._transport.about(OPERATIONS[operation_id], params)
        return InvalidResponseError(
            f"Could not {about.doing}: the service accepted the request, but its answer is not as "
            f"described for API {about.api_version}: {problems}.{about.doubt} Check "
            "`pinecone-backup:host`, and report this if the service is Pinecone's.",
            may_have_happened=about.changes,
        )
