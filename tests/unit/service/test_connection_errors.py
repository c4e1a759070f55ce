from __future__ import annotations

import socket
import ssl

import pytest
import requests
from pulumi_pinecone_backup.service.connection_errors import transport_error
from pulumi_pinecone_backup.service.error_texts import Attempt
from urllib3 import exceptions as urllib3_errors

POST = Attempt("create_backup", "take a backup of index `docs`", "2026-07", "POST", "/x", True)
GET = Attempt("describe_index", "read index `docs`", "2026-07", "GET", "/x", False)
NETWORK = "Check the network, the proxy settings and `pinecone-backup:host`, then run again."
TLS = "Check `pinecone-backup:host`, and `REQUESTS_CA_BUNDLE` or `SSL_CERT_FILE` behind a proxy."


def _caused(outer: Exception, inner: BaseException) -> Exception:
    outer.__cause__ = inner
    return outer


CASES = [
    (
        requests.exceptions.ConnectTimeout("pcsk_secret"),
        "connecting took too long",
        False,
        NETWORK,
    ),
    (requests.exceptions.ReadTimeout("pcsk_secret"), "the answer took too long", True, NETWORK),
    (
        _caused(requests.exceptions.ConnectionError(), socket.gaierror(-2, "unknown")),
        "its name cannot be resolved",
        False,
        NETWORK,
    ),
    (
        _caused(requests.exceptions.ConnectionError(), ConnectionRefusedError()),
        "the connection was refused",
        False,
        NETWORK,
    ),
    (
        requests.exceptions.ConnectionError(
            urllib3_errors.ProtocolError("Connection aborted.", ConnectionResetError())
        ),
        "the connection broke",
        True,
        NETWORK,
    ),
    (
        _caused(requests.exceptions.SSLError(), ssl.SSLCertVerificationError()),
        "its certificate is not trusted",
        False,
        TLS,
    ),
    (requests.exceptions.SSLError(), "TLS failed", True, TLS),
    (requests.exceptions.ProxyError(), "the proxy failed", True, NETWORK),
    (requests.exceptions.ChunkedEncodingError(), "the connection broke", True, NETWORK),
    (requests.exceptions.InvalidURL("pcsk_secret"), "its address cannot be used", False, NETWORK),
]


@pytest.mark.parametrize(("error", "reason", "may_have_happened", "step"), CASES)
def test_a_request_without_an_answer_says_why_and_what_next(
    error: Exception, reason: str, may_have_happened: bool, step: str
) -> None:
    doubt = " It may have taken effect all the same." if may_have_happened else ""
    result = transport_error(POST, "api.pinecone.io", error)
    assert str(result) == (
        "Could not take a backup of index `docs`: no answer from `api.pinecone.io`, "
        f"{reason}.{doubt} {step}"
    )
    assert result.may_have_happened is may_have_happened


@pytest.mark.parametrize("error", [case[0] for case in CASES])
def test_a_request_that_only_reads_leaves_no_doubt(error: Exception) -> None:
    result = transport_error(GET, "api.pinecone.io", error)
    assert result.may_have_happened is False
    assert "taken effect" not in str(result)
