"""Why no answer arrived, told from the exceptions of the HTTP library.

What the library raised may hold the request with its key, in attributes and in the frames of its
traceback. So it is read here and dropped: the error that leaves names the reason in our words.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from pulumi_pinecone_backup.errors import ConfigurationError, TransportError
from pulumi_pinecone_backup.service.error_texts import Attempt
from pulumi_pinecone_backup.service.exchange import NETWORK_STEP

_BEFORE_SENDING = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    socket.gaierror,
    ConnectionRefusedError,
    ssl.SSLCertVerificationError,
)


def transport_error(
    about: Attempt, place: str, error: Exception
) -> TransportError | ConfigurationError:
    """Build the error for a request that got no answer; a wrong setting is not worth a retry.

    Args:
        about: The request.
        place: Host and port that were asked.
        error: What the HTTP library raised.
    """
    causes = list(_causes(error))
    if any(isinstance(cause, requests.exceptions.InvalidSchema) for cause in causes):
        return ConfigurationError(
            f"Could not {about.doing}: the proxy for `{place}` is of a kind that is not installed. "
            "A SOCKS proxy needs `pip install 'requests[socks]'`; else check `HTTPS_PROXY` and "
            "`ALL_PROXY`. Nothing was sent."
        )
    arrived = about.changes and not any(isinstance(cause, _BEFORE_SENDING) for cause in causes)
    text = f"Could not {about.doing}: no answer from `{place}`, {_reason(causes)}."
    text += about.doubt if arrived else ""
    return TransportError(f"{text} {_step(causes)}", may_have_happened=arrived)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps, by chain, argument or `reason`."""
    pending: list[BaseException] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = (current.__cause__, current.__context__, getattr(current, "reason", None))
        pending += [cause for cause in (*linked, *current.args) if isinstance(cause, BaseException)]


def _reason(causes: list[BaseException]) -> str:
    for kinds, reason in (
        (requests.exceptions.InvalidURL, "its address cannot be used"),
        ((requests.exceptions.ProxyError, urllib3.exceptions.ProxyError), "the proxy failed"),
        ((socket.gaierror, urllib3.exceptions.NameResolutionError), "its name cannot be resolved"),
        (ssl.SSLCertVerificationError, "its certificate is not trusted"),
        ((ssl.SSLError, requests.exceptions.SSLError), "TLS failed"),
        (ConnectionRefusedError, "the connection was refused"),
        (requests.exceptions.ConnectTimeout, "connecting took too long"),
        (requests.exceptions.Timeout, "the answer took too long"),
        (urllib3.exceptions.ReadTimeoutError, "the answer took too long"),
        (urllib3.exceptions.NewConnectionError, "there is no connection"),
    ):
        if any(isinstance(cause, kinds) for cause in causes):
            return reason
    return "the connection broke"


def _step(causes: list[BaseException]) -> str:
    if any(isinstance(cause, ssl.SSLError | requests.exceptions.SSLError) for cause in causes):
        return (
            "Check `pinecone-backup:host`, and `REQUESTS_CA_BUNDLE` or `SSL_CERT_FILE` behind a "
            "proxy."
        )
    return NETWORK_STEP
