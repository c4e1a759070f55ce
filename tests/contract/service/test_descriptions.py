from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_pinecone_backup.emulator import Emulator

from .conftest import ClientOf, watch

if TYPE_CHECKING:
    from openapi_core import OpenAPI


def test_an_answer_that_is_not_described_is_noticed(
    client_of: ClientOf, version: str, emulator: Emulator, described: dict[str, OpenAPI]
) -> None:
    client = client_of(version)
    client.create_index("docs", dimension=8)
    problems = watch(client, described[version])
    index = {"name": "docs", "status": {"ready": True, "state": "Ready"}}
    emulator.add_fault("describe_index", "body", body=index)
    client.describe_index("docs")
    assert len(problems) == 1
    assert problems[0].startswith("GET /indexes/docs 200: ")


def test_a_request_that_is_not_described_is_noticed(
    client_of: ClientOf, described: dict[str, OpenAPI]
) -> None:
    client = client_of("2026-04")
    problems = watch(client, described["2025-04"])
    client.create_index("docs", dimension=8)
    assert problems == []
    client.configure_index("docs", read_capacity={"mode": "OnDemand"})
    assert len(problems) >= 1
