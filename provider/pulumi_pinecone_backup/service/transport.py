"""One request to the service: headers, key, timeouts, retries, and errors of our own.

A key never reaches a message, a `repr` or the locals of a traceback: it is a text that hides
itself, and what a failed connection left behind is cut from the error that is kept as the cause.
"""

from __future__ import annotations

import functools
import importlib.metadata
import logging
import platform
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pulumi_pinecone_backup.errors import NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.service import retries
from pulumi_pinecone_backup.service.endpoints import Operation
from pulumi_pinecone_backup.service.error_texts import Attempt
from pulumi_pinecone_backup.service.exchange import (
    CANCEL_GRACE_SECONDS,
    CHANGE_GRACE_SECONDS,
    Left,
    exchanged,
    left_error,
)
from pulumi_pinecone_backup.service.keys import HiddenText, Keys
from pulumi_pinecone_backup.service.replies import Parse, Reply, read_reply
from pulumi_pinecone_backup.service.settings import Settings

if TYPE_CHECKING:
    from pulumi_pinecone_backup.service.connections import Body, Connections, Query

CONNECT_TIMEOUT_SECONDS: Final = 10.0
READ_TIMEOUT_SECONDS: Final = 60.0
_LOGGER: Final = logging.getLogger(__name__)


class Transport:
    """Sends requests; may be used by many threads at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        user_agent_suffix: str | None = None,
        on_warning: Callable[[str], None] | None = None,
        read_timeout_seconds: float = READ_TIMEOUT_SECONDS,
        backoff: retries.Backoff = retries.DEFAULT_BACKOFF,
        cancelled: threading.Event | None = None,
    ) -> None:
        self._settings = settings
        self._cancelled = cancelled or threading.Event()
        self._backoff = backoff
        self._timeouts = (CONNECT_TIMEOUT_SECONDS, read_timeout_seconds)
        self._keys = Keys(settings, on_warning or _LOGGER.warning)
        self._connections: Connections | None = None
        self._connecting = threading.Lock()
        self._headers = {
            "Accept": "application/json",
            "User-Agent": _user_agent(user_agent_suffix),
            "X-Pinecone-Api-Version": settings.api_version,
        }

    def close(self) -> None:
        """Close the connections."""
        with self._connecting:
            if self._connections is not None:
                self._connections.close()

    def connections(self) -> Connections:
        """Return the connections, which are made for the first request."""
        with self._connecting:
            if self._connections is None:
                from pulumi_pinecone_backup.service.connections import Connections

                self._connections = Connections(self._settings.ca_bundle, self._timeouts)
            return self._connections

    def send(
        self,
        operation: Operation,
        params: Mapping[str, str],
        *,
        query: Query | None = None,
        body: Body | None = None,
        base_url: str | None = None,
        parse: Parse | None = None,
    ) -> Any:
        """Send a request and return the JSON of its answer, or None where there is no body.

        A `DELETE` that finds nothing when it is sent again has done its work before.

        Args:
            operation: What to request.
            params: Parameters of the path, and names for messages.
            query: Query parameters; one that has several values is repeated.
            body: JSON body.
            base_url: Where to send it, if not to the control plane.
            parse: Reads the JSON of an answer, instead of `replies.parse_json`.

        Raises:
            ApiError: The service answered with a status of 4xx or 5xx.
            TransportError: No answer arrived.
            InvalidResponseError: The answer cannot be read.
        """
        for attempt in retries.attempts_of(operation, self._backoff, self._cancelled):
            with attempt:
                try:
                    return self._send_once(operation, params, query, body, base_url, parse)
                except NotFoundError:
                    if operation.method == "DELETE" and attempt.retry_state.attempt_number > 1:
                        return None
                    raise
        raise AssertionError("a retry ends with an answer or an error")

    def _send_once(
        self,
        operation: Operation,
        params: Mapping[str, str],
        query: Query | None,
        body: Body | None,
        base_url: str | None,
        parse: Parse | None,
    ) -> Any:
        tried: list[str] = []
        for source, key in self._keys.candidates():
            tried.append(source)
            about = self.about(operation, params, tried)
            url = (base_url or self._settings.host) + about.path
            reply = self._exchange(about, url, key, query, body)
            if reply.status != 401:
                if reply.status < 500 and reply.status != 429:
                    self._keys.accepted(source)
                break
        return read_reply(about, reply, parse)

    def about(
        self, operation: Operation, params: Mapping[str, str], tried: list[str] | None = None
    ) -> Attempt:
        """Return what messages need to know about a request."""
        return Attempt(
            operation_id=operation.operation_id,
            doing=operation.describe(params),
            api_version=self._settings.api_version,
            method=operation.method,
            path=operation.render_path(params),
            changes=operation.changes,
            secrets=self._keys.secrets(),
            keys_tried=tuple(tried or ()),
        )

    def _exchange(
        self,
        about: Attempt,
        url: str,
        key: HiddenText,
        query: Query | None,
        body: Body | None,
    ) -> Reply:
        headers = {**self._headers, "Api-Key": key}
        answer = exchanged(
            functools.partial(self.connections().exchange, about, url, headers, query, body),
            seconds=self._timeouts[1],
            grace_seconds=CHANGE_GRACE_SECONDS if about.changes else CANCEL_GRACE_SECONDS,
            cancelled=self._cancelled,
        )
        if isinstance(answer, Left):
            raise left_error(about, urlsplit(url).netloc, answer)
        if isinstance(answer, PineconeBackupError):
            raise answer
        return answer


def _user_agent(suffix: str | None) -> str:
    own = f"pulumi-pinecone-backup/{importlib.metadata.version('pulumi-pinecone-backup')}"
    library = f"requests/{importlib.metadata.version('requests')}"
    parts = [own, f"Python/{platform.python_version()}", library, suffix]
    return " ".join(part for part in parts if part)
