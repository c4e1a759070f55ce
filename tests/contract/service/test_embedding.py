from __future__ import annotations

from typing import Any

import pytest
import requests
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.service.shapes import comparable_schemas
from pulumi_pinecone_backup.service.versions import API_VERSIONS

from .conftest import KEY, ClientOf

PLACE = {"cloud": "aws", "region": "us-east-1"}
MODEL = "multilingual-e5-large"
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "2025-10": (
        "/indexes/create-for-model",
        {"name": "docs", **PLACE, "embed": {"model": MODEL, "field_map": {"text": "chunk"}}},
    ),
    "2026-01.alpha": (
        "/indexes",
        {
            "name": "docs",
            "deployment": {"deployment_type": "managed", **PLACE},
            "schema": {"fields": {"chunk": {"type": "semantic_text", "model": MODEL}}},
        },
    ),
}


@pytest.mark.parametrize("made_by", BODIES)
def test_an_embedding_reads_the_same_in_all_versions_and_survives_a_restore(
    client_of: ClientOf, emulator: Emulator, made_by: str
) -> None:
    path, body = BODIES[made_by]
    headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": made_by}
    answer = requests.post(emulator.url + path, json=body, headers=headers, timeout=10)
    assert answer.status_code == 201, answer.text

    clients = [client_of(name) for name in API_VERSIONS]
    backup_id = clients[0].create_backup("docs").backup_id
    clients[0].create_index_from_backup(backup_id, name="copy")
    sources = [client.describe_index("docs") for client in clients]
    copies = [client.describe_index("copy") for client in clients]
    assert sources[0].embed is not None
    assert sources[0].embed["model"] == MODEL
    assert sources[0].embed["field_map"] == {"text": "chunk"}
    for models in (sources, copies):
        assert [model.embed for model in models] == [sources[0].embed] * 5
        assert [model.schema_ for model in models] == [sources[0].schema_] * 5
    for client, copy in zip(clients, copies, strict=True):
        backup = client.describe_backup(backup_id)
        expected, actual = comparable_schemas(backup.schema_, copy.schema_)
        assert expected == actual
