"""The answers with an error status that the API describes, and what each one has to say.

`error_texts.txt` is the table: operation, version and status, a tab, and the exact text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.emulator.conformance import descriptions, version_of
from pulumi_pinecone_backup.service.endpoints import OPERATIONS

PARAMS = {
    "index_name": "docs",
    "name": "docs-copy",
    "backup_id": "bkp-1",
    "job_id": "job-1",
    "schedule_id": "sch-1",
    "host": "docs-abc1234.svc.pinecone.io",
}
CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "PAYMENT_REQUIRED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    422: "UNPROCESSABLE_ENTITY",
    500: "UNKNOWN",
}


@dataclass(frozen=True)
class ErrorCase:
    """One line of the table."""

    operation_id: str
    version: str
    status: int
    text: str

    @property
    def body(self) -> Any:
        """The answer's body: JSON, but plain text for the 401 of the newest version."""
        if self.status == 401 and self.version == "2026-07":
            return "Invalid API key"
        error = {"code": CODES[self.status], "message": f"The service says {self.status}."}
        return {"status": self.status, "error": error}

    @property
    def raw_body(self) -> bytes:
        """The body as it is sent."""
        body = self.body
        return (body if isinstance(body, str) else json.dumps(body)).encode()


def read_table() -> list[ErrorCase]:
    """Read every line of the table."""
    lines = Path(__file__).with_name("error_texts.txt").read_text("utf-8").splitlines()
    return [_case(line) for line in lines]


def _case(line: str) -> ErrorCase:
    key, text = line.split("\t")
    operation_id, version, status = key.split(" ")
    return ErrorCase(operation_id, version, int(status), text)


def described_errors() -> set[tuple[str, str, int]]:
    """Return operation, version and status of every error in the published descriptions."""
    import yaml

    found = set()
    for path in descriptions():
        description = yaml.safe_load(path.read_text("utf-8"))
        version = version_of(path)
        for item in description["paths"].values():
            for operation in item.values():
                if not isinstance(operation, dict) or operation["operationId"] not in OPERATIONS:
                    continue
                statuses = [int(status) for status in operation["responses"]]
                found |= {(operation["operationId"], version, s) for s in statuses if s >= 400}
    return found
