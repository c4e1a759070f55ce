"""The same bodies over all versions of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
)
from pulumi_pinecone_backup.service.models import BackupModel
from pulumi_pinecone_backup.service.versions import API_VERSIONS

from .conftest import ClientOf, watch

if TYPE_CHECKING:
    from openapi_core import OpenAPI

DEDICATED = {
    "mode": "Dedicated",
    "dedicated": {"node_type": "t1", "scaling": "Manual", "manual": {"shards": 1, "replicas": 2}},
}


def test_every_exchange_of_a_backup_and_its_restore_is_as_described(
    client_of: ClientOf, version: str, described: dict[str, OpenAPI], emulator: Emulator
) -> None:
    emulator.configure(described_statuses=True)
    client = client_of(version)
    problems = watch(client, described[version])

    source = client.create_index("docs", dimension=8, tags={"team": "search"})
    assert client.describe_index("docs").is_ready
    backup = client.create_backup("docs", name="docs-1", description="before the change")
    assert client.describe_backup(backup.backup_id).is_ready
    assert [b.backup_id for b in client.list_index_backups("docs")] == [backup.backup_id]
    assert [b.backup_id for b in client.list_project_backups()] == [backup.backup_id]

    started = client.create_index_from_backup(
        backup.backup_id, name="docs-copy", deletion_protection="enabled"
    )
    job = client.describe_restore_job(started.restore_job_id)
    assert job.is_completed
    assert (job.backup_id, job.target_index_name) == (backup.backup_id, "docs-copy")
    assert [j.restore_job_id for j in client.list_restore_jobs()] == [started.restore_job_id]
    assert {index.name for index in client.list_indexes()} == {"docs", "docs-copy"}

    restored = client.describe_index("docs-copy")
    assert restored.deletion_protection == "enabled"
    assert restored.tags == {"team": "search"}
    assert restored.schema_ == source.schema_
    assert restored.project == source.project
    assert restored.project is not None
    changed = client.configure_index(
        "docs-copy", tags={"team": "", "stage": "dr"}, deletion_protection="disabled"
    )
    assert (changed.tags, changed.deletion_protection) == ({"stage": "dr"}, "disabled")

    client.delete_index("docs-copy")
    client.delete_index("docs")
    client.delete_backup(backup.backup_id)
    with pytest.raises(NotFoundError):
        client.describe_backup(backup.backup_id)
    assert problems == []


def test_every_refusal_of_the_service_is_as_described(
    client_of: ClientOf, version: str, described: dict[str, OpenAPI], emulator: Emulator
) -> None:
    emulator.configure(described_statuses=True)
    client = client_of(version)
    problems = watch(client, described[version])
    client.create_index("docs", dimension=8, deletion_protection="enabled")
    backup = client.create_backup("docs")

    with pytest.raises(NotFoundError):
        client.describe_index("other")
    with pytest.raises(ForbiddenError):
        client.delete_index("docs")
    with pytest.raises(ConflictError):
        client.create_index_from_backup(backup.backup_id, name="docs")
    with pytest.raises(NotFoundError):
        client.create_index_from_backup("00000000-0000-0000-0000-000000000000", name="copy")
    assert problems == []


def test_what_one_version_made_reads_the_same_in_all(client_of: ClientOf, version: str) -> None:
    maker = client_of(version)
    maker.create_index("dense", dimension=8, metric="euclidean")
    maker.create_index("sparse", dimension=None)
    backup = maker.create_backup("dense", name="b")

    clients = [client_of(name) for name in API_VERSIONS]
    for name, schema in (
        ("dense", {"_values": {"type": "dense_vector", "dimension": 8, "metric": "euclidean"}}),
        ("sparse", {"_sparse_values": {"type": "sparse_vector"}}),
    ):
        models = [client.describe_index(name) for client in clients]
        assert [model.schema_ for model in models] == [{"fields": schema}] * 5
        assert len({(m.dimension, m.metric, m.vector_type, m.project) for m in models}) == 1
        assert len({(m.deployment_type, m.cloud, m.region) for m in models}) == 1
    backups = [client.describe_backup(backup.backup_id) for client in clients]
    assert len({_told(model) for model in backups}) == 1


def _told(backup: BackupModel) -> str:
    return repr(
        (
            backup.schema_,
            backup.dimension,
            backup.metric,
            backup.vector_type,
            backup.created_at,
            backup.tags,
            backup.record_count,
        )
    )


def test_read_capacity_is_changed_in_place_where_the_version_has_it(
    client_of: ClientOf, version: str, emulator: Emulator
) -> None:
    client = client_of(version)
    client.create_index("docs", dimension=8)
    if not client.supports("read_capacity"):
        with pytest.raises(ConfigurationError, match="has no read capacity"):
            client.configure_index("docs", read_capacity=DEDICATED)
        assert "configure_index" not in emulator.requests()
        return
    client.configure_index("docs", read_capacity=DEDICATED)
    capacity = client.describe_index("docs").read_capacity
    assert capacity is not None
    assert capacity.mode == "Dedicated"
    assert capacity.dedicated is not None
    assert capacity.dedicated.manual is not None
    assert (capacity.dedicated.manual.shards, capacity.dedicated.manual.replicas) == (1, 2)


def test_read_capacity_is_restored_with_where_the_version_takes_it(
    client_of: ClientOf, version: str, emulator: Emulator
) -> None:
    client = client_of(version)
    client.create_index("docs", dimension=8)
    backup = client.create_backup("docs")
    if client.supports("restore_read_capacity"):
        client.create_index_from_backup(backup.backup_id, name="copy", read_capacity=DEDICATED)
        capacity = client.describe_index("copy").read_capacity
        assert capacity is not None
        assert capacity.mode == "Dedicated"
        return
    with pytest.raises(ConfigurationError, match="no read capacity in a restore request"):
        client.create_index_from_backup(backup.backup_id, name="copy", read_capacity=DEDICATED)
    assert "create_index_from_backup_operation" not in emulator.requests()


def test_schedules_are_served_where_the_version_has_them(
    client_of: ClientOf, version: str, emulator: Emulator, described: dict[str, OpenAPI]
) -> None:
    client = client_of(version)
    problems = watch(client, described[version])
    client.create_index("docs", dimension=8)
    if not client.supports("backup_schedules"):
        before = emulator.requests()
        for call in (
            lambda: client.create_backup_schedule(
                "docs", name="nightly", frequency="daily", expire_after_days=7
            ),
            lambda: client.describe_backup_schedule("x"),
            lambda: client.update_backup_schedule("x", enabled=False),
            lambda: client.delete_backup_schedule("x"),
            lambda: client.list_backup_schedules("docs"),
            lambda: client.list_backup_schedule_history("x"),
        ):
            with pytest.raises(ConfigurationError, match=r"no backup schedules.* to `2026-07`"):
                call()
        assert emulator.requests() == before
        return
    schedule = client.create_backup_schedule(
        "docs", name="nightly", frequency="daily", expire_after_days=7
    )
    assert (schedule.enabled, schedule.frequency) == (True, "daily")
    with pytest.raises(ConflictError):
        client.create_backup_schedule("docs", name="b", frequency="daily", expire_after_days=7)
    changed = client.update_backup_schedule(
        schedule.schedule_id, frequency="weekly", expire_after_days=30, enabled=False
    )
    assert (changed.frequency, changed.retention_expire_after_days) == ("weekly", 30)
    assert client.describe_backup_schedule(schedule.schedule_id).enabled is False
    listed = client.list_backup_schedules("docs")
    assert [row.schedule_id for row in listed] == [schedule.schedule_id]
    client.update_backup_schedule(schedule.schedule_id, enabled=True)
    history = client.list_backup_schedule_history(schedule.schedule_id)
    assert [row.source_index_name for row in history][:1] == ["docs"]
    client.delete_backup_schedule(schedule.schedule_id)
    with pytest.raises(NotFoundError):
        client.describe_backup_schedule(schedule.schedule_id)
    assert problems == []


def test_backups_of_a_deleted_index_are_listed_by_name_where_the_version_can(
    client_of: ClientOf, version: str
) -> None:
    client = client_of(version)
    client.create_index("docs", dimension=8)
    backup = client.create_backup("docs")
    client.delete_index("docs")
    with pytest.raises(NotFoundError):
        client.list_index_backups("docs")
    assert [b.backup_id for b in client.list_project_backups()] == [backup.backup_id]
    if client.supports("include_deleted"):
        listed = client.list_index_backups("docs", include_deleted=True)
        assert [b.backup_id for b in listed] == [backup.backup_id]
        assert listed[0].source_index_deleted_at is not None
    else:
        with pytest.raises(ConfigurationError, match="set `pinecone-backup:apiVersion`"):
            client.list_index_backups("docs", include_deleted=True)


@pytest.mark.parametrize("status", ["Initializing", "InitializationFailed"])
def test_a_backup_that_is_not_ready_or_failed_says_so(
    client_of: ClientOf, version: str, status: str, emulator: Emulator
) -> None:
    kind = "never_finish" if status == "Initializing" else "fail_job"
    emulator.add_fault("create_backup", kind)
    client = client_of(version)
    client.create_index("docs", dimension=8)
    backup = client.describe_backup(client.create_backup("docs").backup_id)
    assert not backup.is_ready
    assert backup.is_failed is (kind == "fail_job")


def test_counts_come_from_the_index_s_own_host(client_of: ClientOf, version: str) -> None:
    client = client_of(version)
    stats = client.describe_index_stats(client.create_index("docs", dimension=8).host)
    assert (stats.dimension, stats.total_record_count, stats.namespaces) == (8, 0, {})
