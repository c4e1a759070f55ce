"""Who gets the key: certificates, proxies, and the hosts that answers name."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import ApiError, ConfigurationError, TransportError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.retries import Backoff
from pulumi_pinecone_backup.service.settings import Settings

from .conftest import KEY, ClientOf


class Empty(BaseHTTPRequestHandler):
    """A project without indexes."""

    def do_GET(self) -> None:
        """Answer with an empty list."""
        body = json.dumps({"indexes": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that no machine trusts."""
    return trustme.CA()


@pytest.fixture(scope="module")
def secure_host(authority: trustme.CA) -> Iterator[str]:
    """Address of a server with a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("localhost", 0), Empty)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def client(host: str, **environ: str) -> Client:
    """Return a client that asks once."""
    found = Settings.resolve({"pinecone-backup:host": host}, {"PINECONE_API_KEY": KEY, **environ})
    return Client(found, backoff=Backoff(attempts=1))


@pytest.fixture(autouse=True)
def no_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no certificates of the machine count."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_a_private_authority_is_trusted_by_ssl_cert_file(
    secure_host: str, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with client(secure_host, SSL_CERT_FILE=str(bundle)) as trusting:
        assert trusting.list_indexes() == []


def test_without_it_the_error_names_both_variables(secure_host: str) -> None:
    with client(secure_host) as wary, pytest.raises(TransportError) as caught:
        wary.list_indexes()
    assert "its certificate is not trusted" in str(caught.value)
    assert "`REQUESTS_CA_BUNDLE` or `SSL_CERT_FILE`" in str(caught.value)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_that_do_not_exist_are_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"`{name}` names `/nowhere/ca.pem`, which does"):
        client("https://api.example.com", **{name: "/nowhere/ca.pem"})


def test_a_socks_proxy_without_its_library_is_a_wrong_setting_not_an_outage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    resolved = Settings.resolve(
        {"pinecone-backup:host": "https://api.example.com"}, {"PINECONE_API_KEY": KEY}
    )
    with Client(resolved) as behind_socks, pytest.raises(ConfigurationError) as caught:
        behind_socks.create_backup("docs")
    assert "pip install 'requests[socks]'" in str(caught.value)
    assert "taken effect" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "docs-abc.svc.aped.pinecone.io.evil.example",
        "evil.example",
        "https://evilpinecone.io",
        "169.254.169.254",
        "http://127.0.0.1:1",
        "localhost",
    ],
)
def test_a_host_outside_of_the_control_planes_domain_does_not_get_the_key(host: str) -> None:
    with client("https://api.pinecone.io") as asked, pytest.raises(ConfigurationError) as caught:
        asked.describe_index_stats(host)
    assert "does not get the API key" in str(caught.value)
    assert "`pinecone-backup:dataPlaneHosts`" in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "https://user:pw@docs.svc.pinecone.io",
        "https://docs.svc.pinecone.io?key=1",
        "https://docs.svc.pinecone.io#part",
        "http://[::1",
        "ftp://docs.svc.pinecone.io",
        "https://",
        "docs.svc.pinecone.io:port",
    ],
)
def test_what_is_no_host_is_refused_before_anything_is_sent(host: str) -> None:
    with client("https://api.pinecone.io") as asked, pytest.raises(ConfigurationError) as caught:
        asked.describe_index_stats(host)
    assert "is not the address of a service" in str(caught.value)


@pytest.mark.parametrize("allowed", ["127.0.0.1", "*.vectors.example, 127.0.0.1"])
def test_a_configured_domain_gets_the_key(emulator: Emulator, allowed: str) -> None:
    host = f"{emulator.url}/data/none"
    settings = {"PINECONE_DATA_PLANE_HOSTS": allowed}
    with client("https://api.pinecone.io", **settings) as asked:
        with pytest.raises(ApiError, match="the service answered 401"):
            asked.describe_index_stats(host)
        with pytest.raises(ConfigurationError):
            asked.describe_index_stats("evil.example")


def test_loopback_trusts_loopback(client_of: ClientOf, emulator: Emulator) -> None:
    asked = client_of()
    index = asked.create_index("docs", dimension=2)
    assert asked.describe_index_stats(index.host).total_record_count == 0
    port = emulator.url.rpartition(":")[2]
    there = index.host.replace(emulator.url, f"http://localhost:{port}")
    assert asked.describe_index_stats(there).total_record_count == 0


@pytest.mark.parametrize("value", ["https://x.example", "a b", ",x:1x", "x.example/path?y"])
def test_domains_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="`PINECONE_DATA_PLANE_HOSTS` must be domains"):
        client("https://api.pinecone.io", PINECONE_DATA_PLANE_HOSTS=value)
