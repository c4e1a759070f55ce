"""The connections to the service: `requests` is known here and in `connection_errors` only.

Loaded with the first request: a run that changes nothing sends none.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.service.connection_errors import transport_error
from pulumi_pinecone_backup.service.error_texts import Attempt
from pulumi_pinecone_backup.service.hosts import is_loopback
from pulumi_pinecone_backup.service.replies import Reply

POOL_SIZE: Final = 64
_PART_BYTES: Final = 65536
_NO_PROXIES: Final = {"http": "", "https": "", "all": ""}

Query = Mapping[str, str | list[str]]
Body = Mapping[str, Any] | bytes
"""Values, or a JSON text as it is sent."""


class Connections:
    """A pool of connections that many threads may use at once."""

    def __init__(self, ca_bundle: str | None, timeouts: tuple[float, float]) -> None:
        self._timeouts = timeouts
        self.session = requests.Session()
        if ca_bundle is not None:
            self.session.verify = ca_bundle
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE, max_retries=0)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def exchange(
        self,
        about: Attempt,
        url: str,
        headers: Mapping[str, Any],
        query: Query | None,
        body: Body | None,
        left: threading.Event,
    ) -> Reply | PineconeBackupError:
        """Send a request and read its answer, unless nobody waits for it any more.

        Args:
            about: The request.
            url: Where to send it.
            headers: All headers but the kind of the body.
            query: Query parameters.
            body: JSON body.
            left: Set when nobody waits any more.

        Returns:
            The answer, or why there is none.
        """
        try:
            return self._reply(about.method, url, headers, query, body, left)
        except (requests.RequestException, HTTPError, ValueError, OSError) as error:
            # What the library raised holds the request, and with it the key: it ends here.
            return transport_error(about, urlsplit(url).netloc, error)

    def _reply(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Any],
        query: Query | None,
        body: Body | None,
        left: threading.Event,
    ) -> Reply:
        # A proxy would carry a key for this machine away, and in plain text.
        proxies = _NO_PROXIES if is_loopback(urlsplit(url).hostname or "") else None
        content = bytearray()
        text = body if isinstance(body, bytes) else None
        kind = {} if text is None else {"Content-Type": "application/json"}
        with self.session.request(
            method,
            url,
            params=query,
            json=body if text is None else None,
            data=text,
            headers={**headers, **kind},
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
