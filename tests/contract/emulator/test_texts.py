from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from contract.emulator.api import Api
from pulumi_pinecone_backup.emulator import Emulator

TEXTS = {"a": "the cat sat on the mat", "b": "stocks fell on monday", "c": "a dog and a cat"}


@pytest.fixture(params=["multilingual-e5-large", "pinecone-sparse-english-v0"])
def api(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Api]:
    client = Api(emulator, "2025-10")
    embed = {"model": request.param, "field_map": {"text": "body"}}
    body = {"name": "texts", "cloud": "aws", "region": "us-east-1", "embed": embed}
    client.post("/indexes/create-for-model", body)
    lines = [json.dumps({"_id": key, "body": text, "n": 1}) for key, text in TEXTS.items()]
    response = upsert(client, "\n".join(lines))
    assert (response.status_code, response.content) == (201, b"")
    yield client
    client.close()


def upsert(api: Api, lines: str) -> Any:
    url = f"{api.host('texts')}/records/namespaces/n/upsert"
    return api.session.post(url, data=lines.encode(), timeout=30)


def search(api: Api, index: str = "texts", **body: Any) -> list[dict[str, Any]]:
    answer = api.post(f"{api.host(index)}/records/namespaces/n/search", body)
    hits: list[dict[str, Any]] = answer["result"]["hits"]
    return hits


def test_texts_that_share_words_are_near(api: Api) -> None:
    hits = search(api, query={"inputs": {"text": "CAT, mat!"}, "top_k": 3})
    assert [hit["_id"] for hit in hits][:2] == ["a", "c"]
    assert hits[0]["fields"] == {"body": TEXTS["a"], "n": 1}


def test_a_search_gives_the_fields_that_are_asked_for(api: Api) -> None:
    body: dict[str, Any] = {"query": {"id": "b", "top_k": 1, "filter": {"n": 1}}, "fields": ["n"]}
    assert [(hit["_id"], hit["fields"]) for hit in search(api, **body)] == [("b", {"n": 1})]


def test_an_empty_filter_is_none_in_a_search(api: Api) -> None:
    body: dict[str, Any] = {"query": {"id": "b", "top_k": 50}}
    everything = search(api, **body)
    body["query"]["filter"] = {}
    assert search(api, **body) == everything != []


def test_a_star_asks_for_every_field(api: Api) -> None:
    hits = search(api, query={"id": "b", "top_k": 1}, fields=["*"])
    assert hits[0]["fields"] == {"body": TEXTS["b"], "n": 1}


def test_texts_are_in_a_restored_index_too(api: Api) -> None:
    before = search(api, query={"inputs": {"text": "cat"}, "top_k": 3})
    backup_id = api.create_backup("texts")["backup_id"]
    api.restore(backup_id)
    assert search(api, "restored", query={"inputs": {"text": "cat"}, "top_k": 3}) == before
    assert api.get("/indexes/restored")["embed"] == api.get("/indexes/texts")["embed"]


@pytest.mark.parametrize(
    "lines",
    ["", "{", "[]", '{"_id": "x"}', '{"body": "x"}', '{"_id": "x", "body": 5}', "{}\n" * 97],
)
def test_malformed_records_are_refused(api: Api, lines: str) -> None:
    assert upsert(api, lines).status_code in (400, 422)
    assert api.count("texts") == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": {}},
        {"query": {"top_k": 1}},
        {"query": {"inputs": {}, "top_k": 1}},
        {"query": {"inputs": {"text": "x"}, "id": "a", "top_k": 1}},
        {"query": {"id": "missing", "top_k": 1}},
        {"query": {"vector": [1], "top_k": 1}},
        {"query": {"inputs": {"text": "x"}, "top_k": 0}},
        {"query": {"inputs": {"text": "x"}, "top_k": 1}, "rerank": {}},
        {"query": {"inputs": {"text": "x"}, "top_k": 1}, "fields": "n"},
    ],
)
def test_malformed_searches_are_refused(api: Api, body: dict[str, Any]) -> None:
    url = f"{api.host('texts')}/records/namespaces/n/search"
    assert api.send("POST", url, body).status_code == 400


def test_an_index_without_embedding_takes_no_text(emulator: Emulator) -> None:
    api = Api(emulator, "2025-10")
    api.create_index("texts")
    assert upsert(api, '{"_id": "x", "body": "y"}').status_code == 400
    api.close()
