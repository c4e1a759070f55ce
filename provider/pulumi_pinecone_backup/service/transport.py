"""One request to the service: headers, key, timeouts, retries, and errors of our own.

`requests` is known here only, and its exceptions end here. A key never reaches a message, a `repr`
or the locals of a traceback: it is a text that hides itself, and what a failed connection left
behind is cut from the error that is kept as the cause.
"""

from __future__ import annotations

import importlib.metadata
import logging
import platform
import threading
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from pulumi_pinecone_backup.errors import NotFoundError, PineconeBackupError
from pulumi_pinecone_backup.service import retries
from pulumi_pinecone_backup.service.connection_errors import left_error, transport_error
from pulumi_pinecone_backup.service.endpoints import Operation
from pulumi_pinecone_backup.service.error_texts import Attempt
from pulumi_pinecone_backup.service.exchange import (
    CANCEL_GRACE_SECONDS,
    CHANGE_GRACE_SECONDS,
    Left,
    exchanged,
)
from pulumi_pinecone_backup.service.hosts import is_loopback
from pulumi_pinecone_backup.service.keys import HiddenText, Keys
from pulumi_pinecone_backup.service.replies import Parse, Reply, read_reply
from pulumi_pinecone_backup.service.settings import Settings

CONNECT_TIMEOUT_SECONDS: Final = 10.0
READ_TIMEOUT_SECONDS: Final = 60.0
POOL_SIZE: Final = 64
_PART_BYTES: Final = 65536
_NO_PROXIES: Final = {"http": "", "https": "", "all": ""}
_LOGGER: Final = logging.getLogger(__name__)

Query = Mapping[str, str | list[str]]
Body = Mapping[str, Any] | bytes
"""Values, or a JSON text as it is sent."""


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
        self._session = _session(settings.ca_bundle)
        self._headers = {
            "Accept": "application/json",
            "User-Agent": _user_agent(user_agent_suffix),
            "X-Pinecone-Api-Version": settings.api_version,
        }

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

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
        place = urlsplit(url)

        def exchange(left: threading.Event) -> Reply | PineconeBackupError:
            try:
                return self._reply(about.method, url, key, query, body, left)
            except (requests.RequestException, HTTPError, ValueError, OSError) as error:
                # What the library raised holds the request, and with it the key: it ends here.
                return transport_error(about, place.netloc, error)

        answer = exchanged(
            exchange,
            seconds=self._timeouts[1],
            grace_seconds=CHANGE_GRACE_SECONDS if about.changes else CANCEL_GRACE_SECONDS,
            cancelled=self._cancelled,
        )
        if isinstance(answer, Left):
            raise left_error(about, place.netloc, answer)
        if isinstance(answer, PineconeBackupError):
            raise answer
        return answer

    def _reply(
        self,
        method: str,
        url: str,
        key: HiddenText,
        query: Query | None,
        body: Body | None,
        left: threading.Event,
    ) -> Reply:
        """Send a request and read its answer, unless nobody waits for it any more."""
        # A proxy would carry a key for this machine away, and in plain text.
        proxies = _NO_PROXIES if is_loopback(urlsplit(url).hostname or "") else None
        content = bytearray()
        text = body if isinstance(body, bytes) else None
        kind = {} if text is None else {"Content-Type": "application/json"}
        with self._session.request(
            method,
            url,
            params=query,
            json=body if text is None else None,
            data=text,
            headers={**self._headers, **kind, "Api-Key": key},
            timeout=self._timeouts,
            # A redirect would carry the key to wherever it points.
            allow_redirects=False,
            auth=_keep_headers,
            proxies=proxies,
            stream=True,
        ) as response:
            while not left.is_set():
                part = response.raw.read1(_PART_BYTES, decode_content=True)
                if not part:
                    break
                content += part
            return Reply(response.status_code, response.headers, bytes(content))


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for an authentication, so that a `.netrc` adds none of its own."""
    return request


def _session(ca_bundle: str | None) -> requests.Session:
    session = requests.Session()
    if ca_bundle is not None:
        session.verify = ca_bundle
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _user_agent(suffix: str | None) -> str:
    own = f"pulumi-pinecone-backup/{importlib.metadata.version('pulumi-pinecone-backup')}"
    parts = [own, f"Python/{platform.python_version()}", f"requests/{requests.__version__}", suffix]
    return " ".join(part for part in parts if part)
