from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_pinecone_backup.service.models import (
    BackupModel,
    IndexModel,
    IndexStats,
    RestoreJobModel,
    to_properties,
)
from pulumi_pinecone_backup.service.shapes import comparable_schemas
from pydantic import ValidationError

SPEC_VERSIONS = ("2025-04", "2025-10", "2026-04")
DEPLOYMENT_VERSIONS = ("2026-01.alpha", "2026-07")
READY = {"ready": True, "state": "Ready"}
ON_DEMAND = {"mode": "OnDemand", "status": {"state": "Ready"}}
PLACE = {"cloud": "aws", "region": "us-east-1"}
EMBED_PARAMETERS = {
    "read_parameters": {"input_type": "query"},
    "write_parameters": {"input_type": "passage"},
}


def _spec_index(version: str, **values: Any) -> dict[str, Any]:
    serverless: dict[str, Any] = dict(PLACE)
    if version != "2025-04":
        serverless["read_capacity"] = ON_DEMAND
    return {
        "name": "docs",
        "host": "docs-abc1234.svc.aped-4627-b74a.pinecone.io",
        "status": READY,
        "spec": {"serverless": serverless},
        "deletion_protection": "disabled",
        **values,
    }


def _deployment_index(version: str, fields: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "name": "docs",
        "host": "docs-abc1234.svc.aped-4627-b74a.pinecone.io",
        "status": READY,
        "deployment": {"deployment_type": "managed", **PLACE},
        "schema": {"fields": fields},
        "deletion_protection": "disabled",
        "read_capacity": ON_DEMAND,
        **({"tags": None} if version == "2026-07" else {}),
        **values,
    }


def _dense_index(version: str) -> dict[str, Any]:
    if version in SPEC_VERSIONS:
        return _spec_index(version, dimension=8, metric="cosine", vector_type="dense")
    fields = {
        "_values": {"type": "dense_vector", "dimension": 8, "metric": "cosine"},
        "_sparse_values": {"type": "sparse_vector", "metric": "dotproduct"},
    }
    return _deployment_index(version, fields)


def _sparse_index(version: str) -> dict[str, Any]:
    if version in SPEC_VERSIONS:
        return _spec_index(version, metric="dotproduct", vector_type="sparse")
    return _deployment_index(version, {"_sparse_values": {"type": "sparse_vector"}})


def _embedding_index(version: str) -> dict[str, Any]:
    if version in SPEC_VERSIONS:
        embed = {
            "model": "multilingual-e5-large",
            "field_map": {"text": "chunk"},
            "metric": "cosine",
            "dimension": 1024,
            "vector_type": "dense",
            **EMBED_PARAMETERS,
        }
        return _spec_index(
            version, dimension=1024, metric="cosine", vector_type="dense", embed=embed
        )
    field = {
        "type": "semantic_text",
        "model": "multilingual-e5-large",
        "metric": "cosine",
        **EMBED_PARAMETERS,
    }
    return _deployment_index(version, {"chunk": field})


def _backup(version: str, **values: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"dimension": 8, "metric": "cosine"}
    if version in DEPLOYMENT_VERSIONS:
        told = {"schema": _dense_index(version)["schema"]}
    return {
        "backup_id": "bkp-1",
        "source_index_name": "docs",
        "source_index_id": "idx-1",
        "status": "Ready",
        **PLACE,
        **told,
        **values,
    }


def _schemas(make: Any) -> list[Any]:
    versions = (*SPEC_VERSIONS, *DEPLOYMENT_VERSIONS)
    return [IndexModel.model_validate(make(version)).schema_ for version in versions]


@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (_dense_index, {"_values": {"type": "dense_vector", "dimension": 8, "metric": "cosine"}}),
        (_sparse_index, {"_sparse_values": {"type": "sparse_vector"}}),
        (
            _embedding_index,
            {
                "chunk": {
                    "type": "semantic_text",
                    "model": "multilingual-e5-large",
                    "metric": "cosine",
                    **EMBED_PARAMETERS,
                }
            },
        ),
    ],
)
def test_the_schema_of_an_index_is_equal_in_all_versions(make: Any, fields: dict[str, Any]) -> None:
    assert _schemas(make) == [{"fields": fields}] * 5


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_dense_index, (8, "cosine", "dense")),
        (_sparse_index, (None, "dotproduct", "sparse")),
    ],
)
@pytest.mark.parametrize("version", [*SPEC_VERSIONS, *DEPLOYMENT_VERSIONS])
def test_dimension_metric_and_vector_type_are_told_in_all_versions(
    make: Any, expected: tuple[Any, ...], version: str
) -> None:
    index = IndexModel.model_validate(make(version))
    assert (index.dimension, index.metric, index.vector_type) == expected


def test_the_embedding_of_an_index_is_equal_in_all_versions() -> None:
    versions = (*SPEC_VERSIONS, *DEPLOYMENT_VERSIONS)
    embeds = [IndexModel.model_validate(_embedding_index(version)).embed for version in versions]
    expected = {
        "model": "multilingual-e5-large",
        "field_map": {"text": "chunk"},
        "metric": "cosine",
        **EMBED_PARAMETERS,
    }
    assert embeds == [expected] * 5


def test_the_schema_of_a_backup_is_equal_in_all_versions() -> None:
    versions = (*SPEC_VERSIONS, *DEPLOYMENT_VERSIONS)
    backups = [BackupModel.model_validate(_backup(version)) for version in versions]
    fields = {"_values": {"type": "dense_vector", "dimension": 8, "metric": "cosine"}}
    assert [backup.schema_ for backup in backups] == [{"fields": fields}] * 5
    assert {(b.dimension, b.metric, b.vector_type) for b in backups} == {(8, "cosine", "dense")}


def test_an_index_with_fields_of_its_own_keeps_their_names() -> None:
    fields = {
        "embedding": {"type": "dense_vector", "dimension": 768, "metric": "dotproduct"},
        "keywords": {"type": "sparse_vector"},
        "title": {"type": "string", "full_text_search": {"language": "en"}},
    }
    index = IndexModel.model_validate(_deployment_index("2026-07", fields))
    assert index.schema_ == {"fields": fields}
    assert (index.dimension, index.metric, index.vector_type) == (768, "dotproduct", "dense")


def test_filterable_fields_stay_beside_the_vectors_that_an_old_shape_tells_apart() -> None:
    raw = _backup("2025-10", schema={"fields": {"genre": {"filterable": True}}})
    assert BackupModel.model_validate(raw).schema_ == {
        "fields": {
            "_values": {"type": "dense_vector", "dimension": 8, "metric": "cosine"},
            "genre": {"filterable": True},
        }
    }


@pytest.mark.parametrize("values", [{"schema": None}, {}])
def test_what_no_version_tells_is_none(values: dict[str, Any]) -> None:
    raw = {**_backup("2026-07"), **values}
    if not values:
        del raw["schema"]
    backup = BackupModel.model_validate(raw)
    assert (backup.schema_, backup.dimension, backup.metric, backup.vector_type) == (None,) * 4


def test_a_backup_without_a_metric_keeps_its_dimension() -> None:
    raw = _backup("2025-04")
    del raw["metric"]
    backup = BackupModel.model_validate(raw)
    assert backup.schema_ == {"fields": {"_values": {"type": "dense_vector", "dimension": 8}}}
    assert (backup.metric, backup.vector_type) == (None, "dense")


@pytest.mark.parametrize("version", [*SPEC_VERSIONS, *DEPLOYMENT_VERSIONS])
@pytest.mark.parametrize("make", [_dense_index, _sparse_index, _embedding_index])
def test_a_normalised_index_can_be_read_again(make: Any, version: str) -> None:
    index = IndexModel.model_validate(make(version))
    assert IndexModel.model_validate(index.model_dump(by_alias=True)) == index
    assert IndexModel.model_validate(to_properties(index)) == index


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"serverless": PLACE}, ("managed", "aws", "us-east-1", None)),
        ({"byoc": {"environment": "aws-1-b92"}}, ("byoc", None, None, "aws-1-b92")),
        (
            {"pod": {"environment": "us-east1-gcp", "pod_type": "p1.x1"}},
            ("pod", None, None, "us-east1-gcp"),
        ),
    ],
)
def test_an_old_spec_tells_how_an_index_is_deployed(
    spec: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    raw = {**_spec_index("2025-04", dimension=8, metric="cosine"), "spec": spec}
    index = IndexModel.model_validate(raw)
    assert (index.deployment_type, index.cloud, index.region, index.environment) == expected


@pytest.mark.parametrize(
    "deployment",
    [
        {"deployment_type": "pod", "environment": "us-east1-gcp", "pod_type": "p1.x1"},
        {"deployment_type": "byoc", "environment": "us-east1-gcp"},
    ],
)
def test_a_new_deployment_tells_the_same(deployment: dict[str, Any]) -> None:
    raw = {**_deployment_index("2026-07", {}), "deployment": deployment}
    index = IndexModel.model_validate(raw)
    assert index.deployment_type == deployment["deployment_type"]
    assert (index.cloud, index.environment) == (None, "us-east1-gcp")


@pytest.mark.parametrize("version", ["2025-10", "2026-04", *DEPLOYMENT_VERSIONS])
def test_read_capacity_is_found_wherever_a_version_puts_it(version: str) -> None:
    capacity = IndexModel.model_validate(_dense_index(version)).read_capacity
    assert capacity is not None
    assert (capacity.mode, capacity.is_ready) == ("OnDemand", True)


@pytest.mark.parametrize(("state", "is_ready"), [("Scaling", False), ("Error", False)])
def test_capacity_that_changes_or_failed_is_not_ready(state: str, is_ready: bool) -> None:
    dedicated = {"node_type": "t1", "scaling": "Manual", "manual": {"shards": 1, "replicas": 2}}
    capacity = {"mode": "Dedicated", "dedicated": dedicated, "status": {"state": state}}
    raw = {**_dense_index("2026-07"), "read_capacity": capacity}
    index = IndexModel.model_validate(raw)
    assert index.read_capacity is not None
    assert index.read_capacity.is_ready is is_ready
    assert to_properties(index)["read_capacity"] == capacity


@pytest.mark.parametrize(
    ("host", "project"),
    [
        ("docs-abc1234.svc.aped-4627-b74a.pinecone.io", "abc1234"),
        ("https://docs-abc1234.svc.aped-4627-b74a.pinecone.io", "abc1234"),
        ("docs-abc1234.svc.pinecone.io:443", "abc1234"),
        ("http://127.0.0.1:5081/data/docs-abc1234", "abc1234"),
        ("127.0.0.1:5081/data/docs-abc1234", "abc1234"),
        ("docs-abc1234", "abc1234"),
        ("", None),
        ("other-abc1234.svc.pinecone.io", None),
        ("my-docs-abc1234.svc.pinecone.io", None),
        ("docs-.svc.pinecone.io", None),
        ("http://[::1", None),
        ("https://docs-abc\u2100.pinecone.io", None),
        (None, None),
        (5, None),
    ],
)
def test_the_project_is_the_part_of_the_host_after_the_name(
    host: object, project: str | None
) -> None:
    assert IndexModel.model_validate({**_dense_index("2026-07"), "host": host}).project == project


def test_a_name_with_hyphens_does_not_hide_the_project() -> None:
    raw = {**_dense_index("2026-07"), "name": "a-b-c", "host": "a-b-c-xyz7890.svc.pinecone.io"}
    assert IndexModel.model_validate(raw).project == "xyz7890"


@pytest.mark.parametrize(
    ("status", "ready_failed_terminating"),
    [
        (READY, (True, False, False)),
        ({"ready": False, "state": "Initializing"}, (False, False, False)),
        ({"ready": False, "state": "SomethingNew"}, (False, False, False)),
        ({"ready": True, "state": "ScalingUp"}, (True, False, False)),
        ({"ready": False, "state": "InitializationFailed"}, (False, True, False)),
        ({"ready": False, "state": "Failed"}, (False, True, False)),
        ({"ready": True, "state": "Terminating"}, (False, False, True)),
    ],
)
def test_the_state_of_an_index_decides_what_it_is_good_for(
    status: dict[str, Any], ready_failed_terminating: tuple[bool, ...]
) -> None:
    index = IndexModel.model_validate({**_dense_index("2026-07"), "status": status})
    assert (index.is_ready, index.is_failed, index.is_terminating) == ready_failed_terminating


@pytest.mark.parametrize(
    ("status", "ready_failed"),
    [
        ("Ready", (True, False)),
        ("Initializing", (False, False)),
        ("Scheduled", (False, False)),
        ("Pondering", (False, False)),
        ("Failed", (False, True)),
        ("InitializationFailed", (False, True)),
    ],
)
def test_an_unknown_backup_status_is_still_working(
    status: str, ready_failed: tuple[bool, bool]
) -> None:
    backup = BackupModel.model_validate(_backup("2026-07", status=status))
    assert (backup.is_ready, backup.is_failed) == ready_failed


@pytest.mark.parametrize(
    ("status", "completed_failed"),
    [
        ("Pending", (False, False)),
        ("InProgress", (False, False)),
        ("Completed", (True, False)),
        ("Failed", (False, True)),
        ("Cancelled", (False, True)),
    ],
)
@pytest.mark.parametrize("percent", [None, 100, 100.0])
def test_a_restore_job_of_any_status_is_read(
    status: str, completed_failed: tuple[bool, bool], percent: float | None
) -> None:
    job = RestoreJobModel.model_validate(
        {
            "restore_job_id": "job-1",
            "backup_id": "bkp-1",
            "target_index_name": "docs",
            "target_index_id": "idx-2",
            "status": status,
            "created_at": "2026-07-01T10:00:00Z",
            "percent_complete": percent,
        }
    )
    assert (job.is_completed, job.is_failed) == completed_failed
    assert job.percent_complete == percent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-15T10:30:00Z", "2024-03-15T10:30:00Z"),
        ("2024-03-15T10:30:00.25Z", "2024-03-15T10:30:00.250000Z"),
        ("2024-03-15 10:30:00+00:00", "2024-03-15T10:30:00Z"),
        ("2024-03-15T12:30:00.123456789+02:00", "2024-03-15T10:30:00.123456Z"),
        ("2024-03-15T10:30:00", "2024-03-15T10:30:00Z"),
        (None, None),
        ("", None),
        ("last tuesday", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0002-01-01T00:00:00+14:00", "0001-12-31T10:00:00Z"),
        (True, None),
        (10**400, None),
        ({"seconds": 1}, None),
    ],
)
def test_a_time_of_any_form_becomes_utc_with_z(text: object, expected: str | None) -> None:
    backup = BackupModel.model_validate(_backup("2026-07", created_at=text))
    assert to_properties(backup)["created_at"] == expected


def test_properties_have_the_names_of_the_api_and_none_where_nothing_is_told() -> None:
    raw = _backup("2026-07", tags=None, created_at="2026-07-01T10:00:00Z", record_count=100)
    properties = to_properties(BackupModel.model_validate(raw))
    assert properties == {
        "backup_id": "bkp-1",
        "name": None,
        "description": None,
        "status": "Ready",
        "source_index_name": "docs",
        "source_index_id": "idx-1",
        "source_index_deleted_at": None,
        "cloud": "aws",
        "region": "us-east-1",
        "dimension": 8,
        "metric": "cosine",
        "vector_type": "dense",
        "schema": {
            "fields": {"_values": {"type": "dense_vector", "dimension": 8, "metric": "cosine"}}
        },
        "record_count": 100,
        "namespace_count": None,
        "size_bytes": None,
        "tags": {},
        "created_at": "2026-07-01T10:00:00Z",
        "captured_at": "2026-07-01T10:00:00Z",
    }


@pytest.mark.parametrize(
    ("name", "created_at", "captured_at"),
    [
        ("nightly-20260424T060000Z", "2026-04-23T16:36:00Z", "2026-04-24T06:00:00Z"),
        ("nightly-20260424T060000Z", "2026-04-24T06:00:07Z", "2026-04-24T06:00:07Z"),
        ("nightly-20260424T060000Z", "0001-01-01T00:00:00Z", "2026-04-24T06:00:00Z"),
        ("nightly-20260424t060000z", "2026-04-23T16:36:00Z", "2026-04-23T16:36:00Z"),
        ("nightly-20269999T060000Z", "2026-04-23T16:36:00Z", "2026-04-23T16:36:00Z"),
        ("nightly-99991231T235959Z", "2026-04-23T16:36:00Z", "2026-04-23T16:36:00Z"),
        ("20260424T060000Z", "2026-04-23T16:36:00Z", "2026-04-23T16:36:00Z"),
        (None, "2026-04-23T16:36:00Z", "2026-04-23T16:36:00Z"),
        ("nightly", None, None),
    ],
)
def test_the_time_of_capture_is_the_later_of_creation_and_planned_run(
    name: str | None, created_at: str | None, captured_at: str | None
) -> None:
    backup = BackupModel.model_validate(_backup("2026-07", name=name, created_at=created_at))
    assert to_properties(backup)["captured_at"] == captured_at


@pytest.mark.parametrize("version", SPEC_VERSIONS)
def test_a_dimension_of_zero_is_not_told(version: str) -> None:
    raw = {**_backup(version), "dimension": 0}
    del raw["metric"]
    backup = BackupModel.model_validate(raw)
    assert (backup.dimension, backup.metric, backup.vector_type, backup.schema_) == (None,) * 4


@pytest.mark.parametrize("version", SPEC_VERSIONS)
def test_a_dimension_of_zero_does_not_make_a_sparse_backup_dense(version: str) -> None:
    raw = {**_backup(version), "dimension": 0, "metric": "dotproduct"}
    backup = BackupModel.model_validate(raw)
    index = IndexModel.model_validate(_sparse_index(version))
    assert (backup.dimension, backup.vector_type) == (None, "sparse")
    assert backup.schema_ == index.schema_


def test_a_dimension_of_zero_inside_a_schema_is_not_told() -> None:
    fields = {"_values": {"type": "dense_vector", "dimension": 0}}
    backup = BackupModel.model_validate(_backup("2026-07", schema={"fields": fields}))
    assert backup.dimension is None
    assert backup.schema_ == {"fields": {"_values": {"type": "dense_vector"}}}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (
            {"n": 7, "f": 1.5, "b": True, "s": "x", "o": {"a": 1}, "l": [1], "z": None},
            {"n": "7", "f": "1.5", "b": "true", "s": "x"},
        ),
        ("team", {}),
        ([1], {}),
        (None, {}),
    ],
)
def test_tags_that_are_no_texts_become_text_or_are_left_out(
    tags: object, expected: dict[str, str]
) -> None:
    assert BackupModel.model_validate(_backup("2025-10", tags=tags)).tags == expected


@pytest.mark.parametrize("odd", [None, [], {}, "x", -1, 1.5, float("inf"), 2**63])
def test_what_a_backup_can_be_used_without_never_makes_it_unreadable(odd: object) -> None:
    needed = ("backup_id", "status", "source_index_name")
    names = set(BackupModel.model_fields) - {*needed, "schema_"}
    values = {**dict.fromkeys(names, odd), "schema": odd}
    backup = BackupModel.model_validate(_backup("2026-07", **values))
    assert backup.record_count is None
    assert backup.is_ready


@pytest.mark.parametrize("odd", [None, [], {}, 5, True])
def test_what_an_index_can_be_used_without_never_makes_it_unreadable(odd: object) -> None:
    names = set(IndexModel.model_fields) - {"name", "status", "schema_"}
    values = {**dict.fromkeys(names, odd), "schema": odd}
    for version in (*SPEC_VERSIONS, *DEPLOYMENT_VERSIONS):
        index = IndexModel.model_validate({**_dense_index(version), **values})
        assert index.is_ready
        assert (index.deletion_protection, index.host) == ("disabled", "")


@pytest.mark.parametrize("odd", [None, 5, {}])
def test_capacity_in_an_unreadable_state_is_not_ready(odd: object) -> None:
    capacity = {"mode": "Dedicated", "status": {"state": odd}}
    index = IndexModel.model_validate({**_dense_index("2026-07"), "read_capacity": capacity})
    assert index.read_capacity is not None
    assert not index.read_capacity.is_ready


def test_models_cannot_be_changed() -> None:
    backup = BackupModel.model_validate(_backup("2026-07"))
    with pytest.raises(ValidationError):
        backup.status = "Failed"  # type: ignore[misc]
    assert backup.created_at is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            {"dimension": 8, "totalVectorCount": 3, "namespaces": {"a": {"vectorCount": 3}}},
            (8, 3, {"a": 3}),
        ),
        (
            {"total_record_count": 3, "namespaces": {"a": {"record_count": 2}, "b": {}}},
            (None, 3, {"a": 2, "b": 0}),
        ),
        ({"namespaces": {"": {"recordCount": 4}}}, (None, 4, {"": 4})),
        ({"totalRecordCount": "12"}, (None, 12, {})),
        ({"namespaces": {}}, (None, 0, {})),
    ],
)
def test_counts_are_read_under_any_of_their_names(
    raw: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    stats = IndexStats.model_validate(raw)
    assert (stats.dimension, stats.total_record_count, stats.namespaces) == expected


@pytest.mark.parametrize(
    "raw", [{}, {"namespaces": None}, {"namespaces": {"a": {"vectorCount": "x"}}}]
)
def test_an_answer_without_counts_is_not_zero_records(raw: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        IndexStats.model_validate(raw)


def test_a_time_is_aware_of_its_zone() -> None:
    backup = BackupModel.model_validate(_backup("2026-07", created_at="2024-03-15T10:30:00"))
    assert backup.created_at == datetime(2024, 3, 15, 10, 30, tzinfo=timezone.utc)


DENSE_FIELDS = {"_values": {"type": "dense_vector", "dimension": 8, "metric": "cosine"}}
SEMANTIC_FIELDS = {"chunk": {"type": "semantic_text", "model": "m"}}
GENRE = {"genre": {"filterable": True}}


@pytest.mark.parametrize(
    ("backup", "index", "expected"),
    [
        (DENSE_FIELDS, DENSE_FIELDS, (DENSE_FIELDS, DENSE_FIELDS)),
        (SEMANTIC_FIELDS, SEMANTIC_FIELDS, (SEMANTIC_FIELDS, SEMANTIC_FIELDS)),
        (DENSE_FIELDS, SEMANTIC_FIELDS, (None, None)),
        ({**DENSE_FIELDS, **GENRE}, {**SEMANTIC_FIELDS, **GENRE}, (GENRE, GENRE)),
        ({**DENSE_FIELDS, **GENRE}, SEMANTIC_FIELDS, (GENRE, None)),
        (None, SEMANTIC_FIELDS, (None, SEMANTIC_FIELDS)),
    ],
)
def test_an_embedding_that_only_the_index_reports_is_not_compared(
    backup: dict[str, Any] | None, index: dict[str, Any], expected: tuple[Any, Any]
) -> None:
    told = comparable_schemas({"fields": backup} if backup else None, {"fields": index})
    assert told == tuple({"fields": fields} if fields else None for fields in expected)
