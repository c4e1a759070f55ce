"""One request to the service: headers, key, timeouts, retries, and errors of our own.

`requests` is known here only, and its exceptions end here. A key never reaches a message, a `repr`
or the locals of a traceback: it is a text that hides itself, and what a failed connection left
behind is cut from the error that is kept as the cause.
"""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version as distribution_version
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from pulumi_pinecone_backup.errors import InvalidResponseError, NotFoundError
from pulumi_pinecone_backup.service.connection_errors import transport_error
from pulumi_pinecone_backup.service.error_texts import (
    Attempt,
    Refusal,
    api_error,
    excerpt,
    origin,
    request_id_of,
)
from pulumi_pinecone_backup.service.operations import Operation
from pulumi_pinecone_backup.service.retries import SECONDS as RETRY_SECONDS
from pulumi_pinecone_backup.service.retries import attempts_of, retry_after_seconds
from pulumi_pinecone_backup.service.settings import ENVIRONMENT_API_KEY, Settings, is_loopback

CONNECT_TIMEOUT_SECONDS: Final = 10.0
READ_TIMEOUT_SECONDS: Final = 60.0
POOL_SIZE: Final = 64
_NO_PROXIES: Final = {"http": "", "https": "", "all": ""}
_LOGGER: Final = logging.getLogger(__name__)


class _HiddenText(str):
    """Text that `repr` does not show, for header values that tracebacks may print."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"


class _Keys:
    """The key in use, and the one to try when the service refuses it."""

    def __init__(self, settings: Settings, on_warning: Callable[[str], None]) -> None:
        self._settings = settings
        self._on_warning = on_warning
        self._lock = threading.Lock()
        self._uses_fallback = False

    def candidates(self) -> list[tuple[str, _HiddenText]]:
        """Return source and key of each candidate, in the order to try."""
        settings = self._settings
        found = [(settings.api_key_source, _HiddenText(settings.api_key.get_secret_value()))]
        if settings.fallback_api_key is not None:
            value = _HiddenText(settings.fallback_api_key.get_secret_value())
            found.append((ENVIRONMENT_API_KEY, value))
        return found[1:] if self._uses_fallback else found

    def secrets(self) -> list[str]:
        """Return every key, for cutting them out of texts."""
        settings = self._settings
        keys = [settings.api_key, settings.fallback_api_key]
        return [_HiddenText(key.get_secret_value()) for key in keys if key is not None]

    def accepted(self, source: str) -> None:
        """Keep to the key that the service took after refusing the other; say so once."""
        with self._lock:
            if self._uses_fallback or source == self._settings.api_key_source:
                return
            self._uses_fallback = True
        self._on_warning(
            f"The API key from `{self._settings.api_key_source}` was refused; `{source}` is used "
            "instead. `destroy` and `refresh` use the configuration of the last `up`: run "
            "`pulumi up` with the new key to renew it."
        )


class Transport:
    """Sends requests; may be used by many threads at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        user_agent_suffix: str | None = None,
        on_warning: Callable[[str], None] | None = None,
        read_timeout_seconds: float = READ_TIMEOUT_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
        cancelled: threading.Event | None = None,
    ) -> None:
        self._settings = settings
        self._cancelled = cancelled
        self._retry_seconds = retry_seconds
        self._timeouts = (CONNECT_TIMEOUT_SECONDS, read_timeout_seconds)
        self._keys = _Keys(settings, on_warning or _LOGGER.warning)
        self._session = _session()
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
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        base_url: str | None = None,
    ) -> Any:
        """Send a request and return the JSON of its answer, or None where there is no body.

        A `DELETE` that finds nothing when it is sent again has done its work before.

        Args:
            operation: What to request.
            params: Parameters of the path, and names for messages.
            query: Query parameters.
            body: JSON body.
            base_url: Where to send it, if not to the control plane.

        Raises:
            ApiError: The service answered with a status of 4xx or 5xx.
            TransportError: No answer arrived.
            InvalidResponseError: The answer cannot be read.
        """
        for attempt in attempts_of(operation, self._retry_seconds, self._cancelled):
            with attempt:
                try:
                    return self._send_once(operation, params, query, body, base_url)
                except NotFoundError:
                    if operation.method == "DELETE" and attempt.retry_state.attempt_number > 1:
                        return None
                    raise
        raise AssertionError("a retry ends with an answer or an error")

    def _send_once(
        self,
        operation: Operation,
        params: Mapping[str, str],
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        base_url: str | None,
    ) -> Any:
        tried: list[str] = []
        for source, key in self._keys.candidates():
            tried.append(source)
            about = self.about(operation, params, tried)
            url = (base_url or self._settings.host) + about.path
            response = self._exchange(about, url, key, query, body)
            if response.status_code != 401:
                if response.status_code < 500 and response.status_code != 429:
                    self._keys.accepted(source)
                break
        return _read(about, response)

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
        key: _HiddenText,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
    ) -> requests.Response:
        place = urlsplit(url)
        # A proxy would carry a key for this machine away, and in plain text.
        proxies = _NO_PROXIES if is_loopback(place.hostname or "") else None
        try:
            return self._session.request(
                about.method,
                url,
                params=query,
                json=body,
                headers={**self._headers, "Api-Key": key},
                timeout=self._timeouts,
                # A redirect would carry the key to wherever it points.
                allow_redirects=False,
                auth=_keep_headers,
                proxies=proxies,
            )
        except (requests.RequestException, HTTPError, ValueError, OSError) as error:
            failure = transport_error(about, place.netloc, error)
        # Raised outside the handler: the library's error holds the request, and with it the key.
        raise failure


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for an authentication, so that a `.netrc` adds none of its own."""
    return request


def _session() -> requests.Session:
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _user_agent(suffix: str | None) -> str:
    own = f"pulumi-pinecone-backup/{distribution_version('pulumi-pinecone-backup')}"
    parts = [own, f"Python/{platform.python_version()}", f"requests/{requests.__version__}", suffix]
    return " ".join(part for part in parts if part)


def _read(about: Attempt, response: requests.Response) -> Any:
    if response.status_code >= 400:
        wait = retry_after_seconds(response.headers)
        raise api_error(
            about, Refusal(response.status_code, response.content, response.headers, wait)
        )
    where = origin(about, request_id_of(response.headers))
    if response.status_code >= 300:
        raise InvalidResponseError(
            f"Could not {about.doing}: the answer was {response.status_code}, a redirect, which is "
            f"not followed ({where}). Check `pinecone-backup:host`."
        )
    if not response.content.strip():
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        start = excerpt(response.content, about.secrets)
    raise InvalidResponseError(
        f"Could not {about.doing}: the service answered {response.status_code}, but the body is "
        f'not JSON; it starts "{start}" ({where}).{about.doubt} Check `pinecone-backup:host` and '
        "any proxy.",
        may_have_happened=about.changes,
    )
