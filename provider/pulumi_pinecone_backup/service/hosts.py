"""Which hosts get the API key: addresses, plain http, and the hosts that answers name."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from pulumi_pinecone_backup.errors import ConfigurationError


def is_address(url: str) -> bool:
    """Return whether a URL names a host alone: no user, password, query or fragment."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    usable = usable and parts.scheme in {"http", "https"} and "@" not in parts.netloc
    return usable and not parts.query and not parts.fragment and url.isprintable()


def check_transport_security(url: str, *, allow_http: bool) -> None:
    """Refuse to send a key over plain http to another machine.

    Raises:
        ConfigurationError: The URL is plain http, not loopback, and that was not allowed.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or allow_http or is_loopback(parts.hostname or ""):
        return
    raise ConfigurationError(
        f"`{parts.hostname}` would get the API key over plain http: use https, or set "
        f"`pinecone-backup:allowHttp` to `true` (or `PINECONE_ALLOW_HTTP=1`) to accept that."
    )


def check_data_plane_host(
    host: str, *, control_plane: str, domains: Sequence[str], allow_http: bool
) -> str:
    """Return the base URL of an index, if the key may go there.

    The host comes from an answer: an answer must not choose who gets the key.

    Args:
        host: What the service tells as the index's host, with or without a scheme.
        control_plane: Base URL of the control plane.
        domains: What else is trusted.
        allow_http: True accepts plain http beyond this machine.

    Raises:
        ConfigurationError: It is no host, or none that may get the key.
    """
    url = host if "://" in host else f"https://{host}"
    if not is_address(url):
        raise ConfigurationError(
            "the index's host, as the service tells it, is not the address of a service, so "
            "nothing was sent there. Report this if the service is Pinecone's"
        )
    check_transport_security(url, allow_http=allow_http)
    name, control = urlsplit(url).hostname or "", urlsplit(control_plane).hostname or ""
    trusted = [control.removeprefix("api."), *domains]
    if any(name == domain or name.endswith(f".{domain}") for domain in trusted):
        return url.rstrip("/")
    if is_loopback(name) and is_loopback(control):
        return url.rstrip("/")
    raise ConfigurationError(
        f"`{name}`, which the service tells as an index's host, is outside of the control plane's "
        f"domain `{trusted[0]}`, so it does not get the API key. If it is yours, set "
        "`pinecone-backup:dataPlaneHosts` (or `PINECONE_DATA_PLANE_HOSTS`) to its domain"
    )


def is_loopback(hostname: str) -> bool:
    """Return whether a host name means this machine."""
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False
