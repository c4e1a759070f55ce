from __future__ import annotations

from typing import Any

import pytest
from contract.emulator.api import Api
from pulumi_pinecone_backup.emulator import Emulator


class Index:
    """One index's data plane."""

    def __init__(self, api: Api, name: str = "docs") -> None:
        self.api = api
        self.host = api.host(name)

    def post(self, path: str, body: Any) -> Any:
        return self.api.post(f"{self.host}/{path}", body)

    def get(self, path: str, **query: Any) -> Any:
        return self.api.get(f"{self.host}/{path}", **query)

    def refused(self, path: str, body: Any) -> str:
        response = self.api.send("POST", f"{self.host}/{path}", body)
        assert response.status_code == 400, response.text
        answer = response.json()
        assert answer["code"] == 3
        return str(answer["message"])

    def ids(self, **query: Any) -> list[str]:
        return [row["id"] for row in self.get("vectors/list", **query)["vectors"]]


@pytest.fixture
def index(api: Api) -> Index:
    api.create_index(dimension=2)
    return Index(api)


def test_records_come_back_as_they_were_sent(index: Index) -> None:
    record = {
        "id": "a",
        "values": [0.1, -2.5e-7],
        "metadata": {"s": "ü", "n": 1.5, "b": True, "l": ["x", "y"]},
    }
    assert index.post("vectors/upsert", {"vectors": [record]}) == {"upsertedCount": 1}
    fetched = index.get("vectors/fetch", ids=["a", "missing"])
    assert fetched["vectors"] == {"a": record}
    assert fetched["namespace"] == ""


def test_an_upsert_replaces_the_whole_record(index: Index) -> None:
    index.post("vectors/upsert", {"vectors": [{"id": "a", "values": [1, 1], "metadata": {"n": 1}}]})
    index.post("vectors/upsert", {"vectors": [{"id": "a", "values": [2, 2]}]})
    assert index.get("vectors/fetch", ids="a")["vectors"] == {"a": {"id": "a", "values": [2, 2]}}


def test_the_last_of_two_records_with_one_id_wins(index: Index) -> None:
    vectors = [{"id": "a", "values": [1, 1]}, {"id": "a", "values": [2, 2]}]
    index.post("vectors/upsert", {"vectors": vectors})
    assert index.get("vectors/fetch", ids="a")["vectors"]["a"]["values"] == [2, 2]
    assert index.api.count() == 1


@pytest.mark.parametrize(
    ("vector", "reason"),
    [
        ({"id": "a", "values": [1]}, "dimension 1 does not match the dimension of the index 2"),
        ({"id": "a", "values": [0, 0]}, "non-zero"),
        ({"id": "a", "values": ["1", 2]}, "list of numbers"),
        ({"id": "a", "values": [True, 2]}, "list of numbers"),
        ({"id": "a", "values": [1e300, 2]}, "too large"),
        ({"id": "a", "values": [10**400, 2]}, "infinity"),
        ({"id": "a"}, "needs `values`"),
        ({"values": [1, 2]}, "ID"),
        ({"id": "", "values": [1, 2]}, "ID"),
        ({"id": 5, "values": [1, 2]}, "ID"),
        ({"id": "a" * 513, "values": [1, 2]}, "512"),
        ({"id": "ü", "values": [1, 2]}, "ASCII"),
        ({"id": "a", "values": [1, 2], "metadata": {"x": None}}, "got 'null' for field 'x'"),
        ({"id": "a", "values": [1, 2], "metadata": {"x": {"y": 1}}}, "field 'x'"),
        ({"id": "a", "values": [1, 2], "metadata": {"x": [1]}}, "field 'x'"),
        ({"id": "a", "values": [1, 2], "metadata": {"x": "y" * 41_000}}, "40960"),
        ({"id": "a", "values": [1, 2], "metadata": []}, "object"),
        ({"id": "a", "values": [1, 2], "sparseValues": {"indices": [1], "values": [1]}}, "sparse"),
        ("a", "object"),
    ],
)
def test_a_malformed_record_is_refused(index: Index, vector: Any, reason: str) -> None:
    good = {"id": "good", "values": [1, 2]}
    assert reason in index.refused("vectors/upsert", {"vectors": [good, vector]})
    assert index.api.count() == 0


@pytest.mark.parametrize("vectors", [[], None, {}, "x", [{"id": "a", "values": [1, 2]}] * 1001])
def test_a_batch_has_1_to_1000_records(index: Index, vectors: Any) -> None:
    assert "vectors" in index.refused("vectors/upsert", {"vectors": vectors})


def test_ids_are_listed_in_order_with_prefix_and_pages(index: Index) -> None:
    names = ["a%1", "a_1", "a_2", "b_1", "ab"]
    vectors = [{"id": name, "values": [1, 2]} for name in names]
    index.post("vectors/upsert", {"vectors": vectors, "namespace": "n"})
    assert index.ids(namespace="n") == sorted(names)
    assert index.ids(namespace="n", prefix="a_") == ["a_1", "a_2"]
    assert index.ids(namespace="n", prefix="a%") == ["a%1"]
    assert index.ids() == []
    seen, query = [], {"namespace": "n", "limit": 2}
    while True:
        answer = index.get("vectors/list", **query)
        seen.append([row["id"] for row in answer["vectors"]])
        if "pagination" not in answer:
            break
        query["paginationToken"] = answer["pagination"]["next"]
    assert seen == [["a%1", "a_1"], ["a_2", "ab"], ["b_1"]]


def test_the_default_namespace_has_two_names(index: Index) -> None:
    vectors = [{"id": "a", "values": [1, 2]}]
    index.post("vectors/upsert", {"vectors": vectors, "namespace": "__default__"})
    assert index.ids() == index.ids(namespace="__default__") == ["a"]


def test_statistics_count_by_namespace_and_filter(index: Index) -> None:
    for namespace, count in (("", 2), ("n", 3)):
        vectors = [
            {"id": f"{number}", "values": [1, 2], "metadata": {"n": number}}
            for number in range(count)
        ]
        index.post("vectors/upsert", {"vectors": vectors, "namespace": namespace})
    stats = index.post("describe_index_stats", {})
    assert stats["namespaces"] == {"": {"vectorCount": 2}, "n": {"vectorCount": 3}}
    assert (stats["totalVectorCount"], stats["dimension"]) == (5, 2)
    filtered = index.post("describe_index_stats", {"filter": {"n": 2}})
    assert filtered["totalVectorCount"] == 1


def fill(index: Index) -> None:
    vectors = [
        {"id": f"id-{number}", "values": [1, number + 1], "metadata": {"n": number}}
        for number in range(10)
    ]
    index.post("vectors/upsert", {"vectors": vectors})


def test_records_are_deleted_by_id_filter_and_all(index: Index) -> None:
    fill(index)
    index.post("vectors/delete", {"ids": ["id-0", "id-1", "missing"]})
    assert index.api.count() == 8
    index.post("vectors/delete", {"filter": {"n": {"$gte": 5}}})
    assert index.ids() == ["id-2", "id-3", "id-4"]
    index.post("vectors/delete", {"deleteAll": True})
    assert index.api.count() == 0
    assert index.post("describe_index_stats", {})["namespaces"] == {"": {"vectorCount": 0}}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": ["a"], "deleteAll": True},
        {"deleteAll": "yes"},
        {"ids": "a"},
        {"ids": ["x"] * 1001},
        {"filter": {}},
        {"filter": []},
    ],
)
def test_a_malformed_deletion_is_refused(index: Index, body: dict[str, Any]) -> None:
    fill(index)
    index.refused("vectors/delete", body)
    assert index.api.count() == 10


def test_deleting_in_no_namespace_is_not_found(index: Index) -> None:
    response = index.api.send(
        "POST", f"{index.host}/vectors/delete", {"ids": ["a"], "namespace": "missing"}
    )
    assert (response.status_code, response.json()["code"]) == (404, 5)


def test_an_update_changes_what_is_given(index: Index) -> None:
    fill(index)
    index.post("vectors/update", {"id": "id-1", "values": [7, 8], "setMetadata": {"x": "y"}})
    assert index.get("vectors/fetch", ids="id-1")["vectors"]["id-1"] == {
        "id": "id-1",
        "values": [7, 8],
        "metadata": {"n": 1, "x": "y"},
    }
    index.post("vectors/update", {"id": "missing", "values": [7, 8]})
    assert index.api.count() == 10


@pytest.mark.parametrize("empty", [{}, None])
def test_an_empty_filter_is_none_in_a_query_and_refused_in_a_deletion(
    index: Index, empty: Any
) -> None:
    fill(index)
    found = index.post("query", {"vector": [1, 0], "topK": 50, "filter": empty})
    assert len(found["matches"]) == 10
    malformed: tuple[Any, ...] = ([], "", 0)
    for wrong in malformed:
        index.refused("query", {"vector": [1, 0], "topK": 5, "filter": wrong})
    index.refused("vectors/delete", {"filter": {}})


def test_an_update_by_filter_changes_metadata_of_many(index: Index) -> None:
    fill(index)
    body = {"filter": {"n": {"$lt": 3}}, "setMetadata": {"old": True}}
    assert index.post("vectors/update", body | {"dryRun": True}) == {"matchedRecords": 3}
    assert index.post("vectors/fetch_by_metadata", {"filter": {"old": True}})["vectors"] == {}
    assert index.post("vectors/update", body) == {"matchedRecords": 3}
    found = index.post("vectors/fetch_by_metadata", {"filter": {"old": True}})["vectors"]
    assert sorted(found) == ["id-0", "id-1", "id-2"]
    assert found["id-0"]["metadata"] == {"n": 0, "old": True}


def test_fetching_by_metadata_goes_page_by_page(index: Index) -> None:
    fill(index)
    body = {"filter": {"n": {"$gte": 5}}, "limit": 3}
    first = index.post("vectors/fetch_by_metadata", body)
    second = index.post(
        "vectors/fetch_by_metadata", body | {"paginationToken": first["pagination"]["next"]}
    )
    assert [*first["vectors"], *second["vectors"]] == [f"id-{number}" for number in range(5, 10)]
    assert "pagination" not in second


@pytest.mark.parametrize(
    ("metric", "order", "best"),
    [
        ("cosine", ["near", "far", "side"], 1.0),
        ("dotproduct", ["far", "near", "side"], 100.0),
        ("euclidean", ["near", "side", "far"], 0.01),
    ],
)
def test_a_query_ranks_by_the_metric(api: Api, metric: str, order: list[str], best: float) -> None:
    api.create_index(dimension=2, metric=metric)
    index = Index(api)
    vectors = [
        {"id": "near", "values": [1.1, 0]},
        {"id": "far", "values": [100, 1]},
        {"id": "side", "values": [0, 1]},
    ]
    index.post("vectors/upsert", {"vectors": vectors})
    answer = index.post("query", {"vector": [1, 0], "topK": 3})
    assert [row["id"] for row in answer["matches"]] == order
    assert answer["matches"][0]["score"] == pytest.approx(best, abs=1e-4)
    assert set(answer["matches"][0]) == {"id", "score"}


def test_a_query_filters_and_gives_what_is_asked_for(index: Index) -> None:
    fill(index)
    body = {
        "id": "id-3",
        "topK": 2,
        "filter": {"n": {"$in": [3, 4, 9]}},
        "includeValues": True,
        "includeMetadata": True,
    }
    matches = index.post("query", body)["matches"]
    assert [row["id"] for row in matches] == ["id-3", "id-4"]
    assert matches[1]["values"] == [1, 5]
    assert matches[1]["metadata"] == {"n": 4}


def test_a_query_sees_the_best_of_more_records_than_one_piece(api: Api) -> None:
    api.create_index(dimension=2, metric="euclidean")
    index = Index(api)
    for start in range(0, 5000, 1000):
        vectors = [{"id": f"{n}", "values": [n + 1, 1]} for n in range(start, start + 1000)]
        index.post("vectors/upsert", {"vectors": vectors})
    matches = index.post("query", {"vector": [4321, 1], "topK": 3})["matches"]
    assert [row["id"] for row in matches] == ["4320", "4319", "4321"]


def test_sparse_and_dense_values_are_added_up(api: Api) -> None:
    api.create_index(dimension=2, metric="dotproduct")
    index = Index(api)
    sparse = {"indices": [5, 1], "values": [2.0, 3.0]}
    vectors = [
        {"id": "both", "values": [1, 0], "sparseValues": sparse},
        {"id": "dense", "values": [1, 0]},
    ]
    index.post("vectors/upsert", {"vectors": vectors})
    assert index.get("vectors/fetch", ids="both")["vectors"]["both"]["sparseValues"] == sparse
    body = {"vector": [1, 0], "sparseVector": {"indices": [1, 9], "values": [10, 1]}, "topK": 2}
    matches = index.post("query", body)["matches"]
    assert [(row["id"], row["score"]) for row in matches] == [("both", 31), ("dense", 1)]


def test_a_sparse_index_holds_sparse_values_only(emulator: Emulator) -> None:
    api = Api(emulator, "2026-07")
    api.post(
        "/indexes",
        {"name": "docs", "schema": {"fields": {"_sparse_values": {"type": "sparse_vector"}}}},
    )
    index = Index(api)
    index.refused("vectors/upsert", {"vectors": [{"id": "a", "values": [1, 2]}]})
    sparse = {"indices": [1, 2], "values": [1, 2]}
    index.post("vectors/upsert", {"vectors": [{"id": "a", "sparseValues": sparse}]})
    index.post(
        "vectors/upsert",
        {"vectors": [{"id": "b", "sparseValues": {"indices": [3], "values": [1]}}]},
    )
    matches = index.post("query", {"sparseVector": sparse, "topK": 9})["matches"]
    assert [(row["id"], row["score"]) for row in matches] == [("a", 5)]
    assert index.post("describe_index_stats", {})["vectorType"] == "sparse"
    api.close()


@pytest.mark.parametrize(
    "body",
    [
        {"vector": [1, 2]},
        {"vector": [1, 2], "topK": 0},
        {"vector": [1, 2], "topK": "3"},
        {"vector": [1, 2], "topK": 10_001},
        {"topK": 1},
        {"vector": [1], "topK": 1},
        {"id": "missing", "topK": 1},
        {"id": "id-1", "vector": [1, 2], "topK": 1},
        {"vector": [1, 2], "topK": 1, "filter": {"$xor": []}},
        {"vector": [1, 2], "topK": 1, "includeValues": "yes"},
        {"vector": [1, 2], "topK": 1, "namespace": 5},
    ],
)
def test_a_malformed_query_is_refused(index: Index, body: dict[str, Any]) -> None:
    fill(index)
    assert index.refused("query", body)


def test_namespaces_are_created_listed_described_and_deleted(index: Index) -> None:
    fill(index)
    created = index.post(
        "namespaces", {"name": "n", "schema": {"fields": {"g": {"filterable": True}}}}
    )
    assert created["indexed_fields"] == {"fields": ["g"]}
    listed = index.get("namespaces")
    assert [(row["name"], row["record_count"]) for row in listed["namespaces"]] == [
        ("__default__", "10"),
        ("n", "0"),
    ]
    assert listed["total_count"] == 2
    first = index.get("namespaces", limit=1)
    rest = index.get("namespaces", limit=1, paginationToken=first["pagination"]["next"])
    assert [row["name"] for row in rest["namespaces"]] == ["n"]
    assert index.get("namespaces/__default__")["record_count"] == "10"
    assert index.api.send("POST", f"{index.host}/namespaces", {"name": "n"}).status_code == 409
    index.api.delete(f"{index.host}/namespaces/n")
    index.api.delete(f"{index.host}/namespaces/__default__")
    assert index.get("namespaces")["namespaces"] == []
    assert index.api.send("GET", f"{index.host}/namespaces/n").status_code == 404
    assert index.api.send("DELETE", f"{index.host}/namespaces/n").status_code == 404
