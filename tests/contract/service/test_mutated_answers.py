"""Whatever part of an answer is odd: a model or an error of ours, never anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from contract.emulator.conformance import descriptions, version_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.endpoints import OPERATIONS
from pulumi_pinecone_backup.service.models import to_properties
from pulumi_pinecone_backup.service.retries import Backoff
from pydantic import BaseModel
from support.mutations import mutated

from .conftest import ClientOf

EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ONCE = Backoff(attempts=1)
CALLS: dict[str, Callable[[Client, str], Any]] = {
    "list_indexes": lambda client, _: client.list_indexes(),
    "create_index": lambda client, _: client.create_index("other", dimension=2),
    "describe_index": lambda client, _: client.describe_index("docs"),
    "configure_index": lambda client, _: client.configure_index("docs", tags={"a": "b"}),
    "describe_index_stats": lambda client, host: client.describe_index_stats(host),
    "create_backup": lambda client, _: client.create_backup("docs"),
    "describe_backup": lambda client, _: client.describe_backup("b"),
    "list_index_backups": lambda client, _: client.list_index_backups("docs"),
    "list_project_backups": lambda client, _: client.list_project_backups(),
    "create_index_from_backup_operation": lambda client, _: client.create_index_from_backup(
        "b", name="copy"
    ),
    "list_restore_jobs": lambda client, _: client.list_restore_jobs(),
    "describe_restore_job": lambda client, _: client.describe_restore_job("j"),
    "create_backup_schedule": lambda client, _: client.create_backup_schedule(
        "docs", name="daily", frequency="daily", expire_after_days=1
    ),
    "describe_backup_schedule": lambda client, _: client.describe_backup_schedule("s"),
    "update_backup_schedule": lambda client, _: client.update_backup_schedule("s", enabled=True),
    "list_backup_schedules": lambda client, _: client.list_backup_schedules("docs"),
}
INDEX_2025 = {
    "name": "docs",
    "dimension": 2,
    "metric": "cosine",
    "host": "docs-abc.svc.pinecone.io",
    "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}},
    "status": {"ready": True, "state": "Ready"},
    "vector_type": "dense",
    "tags": {"a": "b"},
    "deletion_protection": "disabled",
    "embed": {"model": "m", "field_map": {"text": "t"}},
}
INDEX_2026 = {
    **{key: INDEX_2025[key] for key in ("name", "host", "status", "tags", "deletion_protection")},
    "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
    "schema": {"fields": {"_values": {"type": "dense_vector", "dimension": 2, "metric": "cosine"}}},
    "read_capacity": {
        "mode": "Dedicated",
        "dedicated": {
            "node_type": "b1",
            "scaling": "Manual",
            "manual": {"shards": 1, "replicas": 1},
        },
        "status": {"state": "Ready", "current_shards": 1, "current_replicas": 1},
    },
    "source_backup_id": "b",
}
BACKUP = {
    "backup_id": "b",
    "source_index_name": "docs",
    "source_index_id": "i",
    "name": "daily-20261121T060000Z",
    "status": "Ready",
    "cloud": "aws",
    "region": "us-east-1",
    "dimension": 2,
    "metric": "cosine",
    "schema": {"fields": {"title": {"filterable": True}}},
    "record_count": 2,
    "namespace_count": 1,
    "size_bytes": 100,
    "tags": {"a": "b"},
    "created_at": "2026-11-20T06:00:00.123456Z",
}
JOB = {
    "restore_job_id": "j",
    "backup_id": "b",
    "target_index_name": "copy",
    "target_index_id": "i",
    "status": "Completed",
    "created_at": "2026-11-21T06:00:00+00:00",
    "completed_at": "2026-11-21T06:01:00Z",
    "percent_complete": 100.0,
}
SCHEDULE = {
    "schedule_id": "s",
    "name": "daily",
    "index_id": "i",
    "project_id": "p",
    "schedule": {"type": "time-based", "frequency": "daily"},
    "retention": {"expire_after_days": 7},
    "enabled": True,
    "next_scheduled_run": "2026-11-22T06:00:00Z",
    "created_at": "2026-11-20T06:00:00Z",
}
STATS = {
    "namespaces": {"": {"vectorCount": 1}, "b": {"vectorCount": 2}},
    "dimension": 2,
    "totalVectorCount": 3,
}


def own_answers(operation_id: str) -> list[Any]:
    """Return answers in the forms that the versions have."""
    page = {"pagination": {"next": None}}
    answers: dict[str, list[Any]] = {
        "list_indexes": [{"indexes": [INDEX_2025, INDEX_2026]}],
        "create_index": [INDEX_2025, INDEX_2026],
        "describe_index": [INDEX_2025, INDEX_2026],
        "configure_index": [INDEX_2025, INDEX_2026],
        "describe_index_stats": [STATS],
        "create_backup": [BACKUP],
        "describe_backup": [BACKUP],
        "list_index_backups": [{"data": [BACKUP, {**BACKUP, "backup_id": "c"}], **page}],
        "list_project_backups": [{"data": [BACKUP, {**BACKUP, "backup_id": "c"}], **page}],
        "create_index_from_backup_operation": [{"restore_job_id": "j", "index_id": "i"}],
        "list_restore_jobs": [{"data": [JOB], **page}],
        "describe_restore_job": [JOB],
        "create_backup_schedule": [SCHEDULE],
        "describe_backup_schedule": [SCHEDULE],
        "update_backup_schedule": [SCHEDULE],
        "list_backup_schedules": [{"data": [SCHEDULE], **page}],
    }
    return answers[operation_id]


@cache
def published_answers(version: str) -> dict[str, list[Any]]:
    """Return the examples of good answers in a version's description, if it is there."""
    found: dict[str, list[Any]] = {}
    for path in descriptions():
        if version_of(path) != version:
            continue
        document = yaml.safe_load(path.read_text("utf-8"))
        for methods in document["paths"].values():
            for operation in methods.values():
                if not isinstance(operation, dict):
                    continue
                for status, response in operation.get("responses", {}).items():
                    content = response.get("content", {}).get("application/json", {})
                    if str(status).startswith("2"):
                        examples = [row["value"] for row in content.get("examples", {}).values()]
                        found.setdefault(operation["operationId"], []).extend(examples)
    return found


def parts(value: Any) -> Iterator[BaseModel]:
    """Yield the models of a result."""
    yield from value if isinstance(value, list) else [value]


@pytest.mark.parametrize("operation_id", CALLS)
@EXAMPLES
@given(data=st.data())
def test_an_odd_answer_is_a_model_or_an_error_of_ours(
    client_of: ClientOf, emulator: Emulator, version: str, operation_id: str, data: st.DataObject
) -> None:
    client = client_of(version, backoff=ONCE, on_warning=lambda _: None)
    if "schedule" in operation_id and not client.supports("backup_schedules"):
        return
    answers = own_answers(operation_id) + published_answers(version).get(operation_id, [])
    body = data.draw(mutated(data.draw(st.sampled_from(answers))))
    emulator.clear_faults()
    emulator.add_fault("*", "status", status=200, body=body)
    found: list[Any] = []
    failure: PineconeBackupError | None = None
    try:
        found.append(CALLS[operation_id](client, f"{emulator.url}/data/docs-x"))
    except PineconeBackupError as error:
        failure = error
    if failure is not None:
        assert failure.may_have_happened is OPERATIONS[operation_id].changes
    for model in (model for result in found for model in parts(result)):
        to_properties(model)
        assert "0001-" not in repr(to_properties(model).get("created_at"))


def test_published_examples_are_among_the_answers() -> None:
    if not descriptions():
        pytest.skip("the service's descriptions are not beside this repository")
    found = published_answers("2025-10")
    assert {"describe_index", "describe_backup", "list_restore_jobs"} <= found.keys()
