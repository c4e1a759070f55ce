from __future__ import annotations

import pytest
from contract.emulator.conformance import descriptions
from pulumi_pinecone_backup.errors import (
    ApiError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionError,
)
from pulumi_pinecone_backup.service.endpoints import OPERATIONS
from pulumi_pinecone_backup.service.error_texts import Attempt, Refusal, api_error

from .error_cases import PARAMS, ErrorCase, described_errors, read_table

KEY = "pcsk_3aB9x_secretsecret"
CLASSES = {
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionError,
}


def _attempt(operation_id: str, version: str = "2026-07", *keys: str) -> Attempt:
    operation = OPERATIONS[operation_id]
    return Attempt(
        operation_id=operation_id,
        doing=operation.describe(PARAMS),
        api_version=version,
        method=operation.method,
        path=operation.render_path(PARAMS),
        changes=operation.changes,
        secrets=(KEY, "plainkey"),
        keys_tried=keys or ("pinecone-backup:apiKey",),
    )


def _text(body: bytes, status: int = 418, request_id: str | None = None) -> str:
    headers = {"X-Request-Id": request_id} if request_id else {}
    return str(api_error(_attempt("describe_backup"), Refusal(status, body, headers)))


@pytest.mark.parametrize(
    "case", read_table(), ids=lambda case: f"{case.operation_id}-{case.version}-{case.status}"
)
def test_every_described_refusal_has_exactly_this_text(case: ErrorCase) -> None:
    attempt = _attempt(case.operation_id, case.version)
    error = api_error(attempt, Refusal(case.status, case.raw_body, {"x-request-id": "req-1"}))
    assert str(error) == case.text
    assert type(error) is CLASSES.get(case.status, ApiError)
    assert (error.status, error.request_id) == (case.status, "req-1")
    assert (error.method, error.path) == (attempt.method, attempt.path)


@pytest.mark.skipif(not descriptions(), reason="the service's descriptions are not here")
def test_the_table_covers_every_status_that_is_described_for_an_operation_used() -> None:
    covered = {(case.operation_id, case.version, case.status) for case in read_table()}
    assert described_errors() - covered == set()


def test_the_table_has_a_line_for_each_version_and_operation_once() -> None:
    keys = [(case.operation_id, case.version, case.status) for case in read_table()]
    assert len(keys) == len(set(keys)) == 331


def test_the_status_of_the_answer_decides_and_never_the_one_in_the_body() -> None:
    body = b'{"status": 429, "error": {"code": "QUOTA_EXCEEDED", "message": "Name taken"}}'
    error = api_error(_attempt("create_index_from_backup_operation"), Refusal(409, body, {}))
    assert type(error) is ConflictError
    assert (error.status, error.code, error.message) == (409, "QUOTA_EXCEEDED", "Name taken")


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        (b"", "418 without a text"),
        (b"   \r\n ", "418 without a text"),
        (b"Unauthorized", '418 "Unauthorized"'),
        (b'"Unauthorized"', '418 "Unauthorized"'),
        (b"<html>\n <h1>Bad</h1>", '418 with a body that starts "<html> <h1>Bad</h1>"'),
        (b'{"oops": 1}', '418 with a body that starts "{"oops": 1}"'),
        (b'{"error": {"code": 5}}', '418 with a body that starts "{"error": {"code": 5}}"'),
        (b"[1, 2]", '418 with a body that starts "[1, 2]"'),
        (b'{"message": "flat"}', '418 "flat"'),
        (b'{"error": {"code": "X", "message": "two\\nlines"}}', '418 X "two lines"'),
        (b"\xff\xfe\x1b[31mred", '418 with a body that starts "\ufffd\ufffd [31mred"'),
    ],
)
def test_a_body_of_any_kind_gives_one_readable_line(body: bytes, answered: str) -> None:
    assert _text(body) == (
        f"Could not read backup `bkp-1`: the service answered {answered} "
        "(API 2026-07, no request id)."
    )


def test_a_deeply_nested_body_is_still_an_error_of_ours() -> None:
    assert "418" in _text(b"[" * 100_000)


def test_a_long_body_is_shortened() -> None:
    assert len(_text(b"x" * 100_000)) < 300
    assert len(_text(b'{"error": {"message": "' + b"x" * 100_000 + b'"}}')) < 700


@pytest.mark.parametrize(
    "body",
    [
        f"Key {KEY} is wrong",
        f'{{"error": {{"code": "{KEY}", "message": "Key {KEY} is wrong"}}}}',
        "pcsk_another_one",
        "the key plainkey",
        f"{'x' * 150} {KEY}",
    ],
)
def test_a_key_that_the_service_echoes_is_cut_out(body: str) -> None:
    text = _text(body.encode())
    assert "***" in text or text.count("x") >= 150
    for secret in (KEY, "secretsecret", "another_one", "plainkey"):
        assert secret not in text


def test_a_request_id_is_shown_whatever_its_header_is_called() -> None:
    assert "(API 2026-07, request id `req-9`)" in _text(b"", request_id="req-9")


@pytest.mark.parametrize(
    ("operation_id", "status", "expected"),
    [
        ("create_backup", 500, True),
        ("create_backup", 504, True),
        ("configure_index", 502, True),
        ("create_backup", 429, False),
        ("describe_backup", 500, False),
    ],
)
def test_a_failure_of_the_service_leaves_a_doubt_only_where_something_changes(
    operation_id: str, status: int, expected: bool
) -> None:
    error = api_error(_attempt(operation_id), Refusal(status, b"", {}))
    assert error.may_have_happened is expected
    assert ("may have taken effect" in str(error)) is expected


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        (
            ("PINECONE_API_KEY",),
            "The API key from `PINECONE_API_KEY` was refused: set it to a valid key.",
        ),
        (
            ("pinecone:apiKey",),
            "The API key from `pinecone:apiKey` was refused: set a valid one with `pulumi config "
            "set --secret pinecone:apiKey`. `destroy` and `refresh` still use the key of the last "
            "`up`: set `PINECONE_API_KEY` to a valid key for them.",
        ),
        (
            ("pinecone-backup:apiKey", "PINECONE_API_KEY"),
            "The API keys from `pinecone-backup:apiKey` and `PINECONE_API_KEY` were both refused: "
            "put a valid one into each.",
        ),
    ],
)
def test_a_refused_key_is_named_by_its_source(keys: tuple[str, ...], step: str) -> None:
    error = api_error(_attempt("list_indexes", "2026-07", *keys), Refusal(401, b"", {}))
    assert str(error).endswith(f"(API 2026-07, no request id). {step}")


def test_too_many_requests_says_to_come_back() -> None:
    error = api_error(_attempt("create_backup"), Refusal(429, b"", {}, 7.0))
    assert str(error).endswith("Too many requests: run again later.")
    assert error.retry_after_seconds == 7.0
