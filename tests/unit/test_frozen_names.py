"""Names that stand in users' states, programs and settings: a change here breaks them."""

from __future__ import annotations

import importlib.metadata
import re

import pulumi_pinecone_backup
import pytest
from click.testing import CliRunner
from pulumi.dynamic import Resource
from pulumi_pinecone_backup import Backup, BackupSchedule, RestoredIndex, RestoreDrill, handlers
from pulumi_pinecone_backup.backup.properties import BackupInputs, backup_outputs
from pulumi_pinecone_backup.backup_schedule.properties import (
    BackupScheduleInputs,
    backup_schedule_outputs,
)
from pulumi_pinecone_backup.cli import main
from pulumi_pinecone_backup.components.fleet_parts import FleetReport, FleetStart
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, derived_name, identity_of
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.restored_index.properties import (
    RestoredIndexInputs,
    restored_index_outputs,
)
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.service import setting_names
from pulumi_pinecone_backup.service.models import BackupModel, BackupScheduleModel

DISTRIBUTION = "pulumi-pinecone-backup"


def test_distribution_and_import_package_keep_their_names() -> None:
    assert importlib.metadata.metadata(DISTRIBUTION)["Name"] == DISTRIBUTION
    assert pulumi_pinecone_backup.__name__ == "pulumi_pinecone_backup"


def test_the_command_keeps_its_name_and_its_sub_commands() -> None:
    entries = {
        entry.name: entry
        for entry in importlib.metadata.distribution(DISTRIBUTION).entry_points
        if entry.group == "console_scripts"
    }
    assert {name: entry.value for name, entry in entries.items()} == {
        "pinecone-backup": "pulumi_pinecone_backup.cli:main",
        "pulumi-resource-pinecone-backup": "pulumi_pinecone_backup.plugin.server:main",
    }
    main = entries["pinecone-backup"].load()
    context = main.make_context("pinecone-backup", [], resilient_parsing=True)
    assert main.list_commands(context) == [
        "doctor", "drill", "emulator", "import", "recover", "status",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["doctor", "drill", "emulator", "import", "recover", "status"])
def test_every_sub_command_shows_how_it_is_called(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    examples = re.findall(r"^ *pinecone-backup (\w+)", result.output, flags=re.MULTILINE)
    assert examples
    assert set(examples) == {name}


@pytest.mark.parametrize(
    ("resource", "token"),
    [
        (Backup, "pulumi-python:dynamic/pinecone:Backup"),
        (RestoredIndex, "pulumi-python:dynamic/pinecone:RestoredIndex"),
        (BackupSchedule, "pulumi-python:dynamic/pinecone:BackupSchedule"),
        (RestoreDrill, "pulumi-python:dynamic/pinecone:RestoreDrill"),
        (FleetStart, "pulumi-python:dynamic/pinecone:RestoredFleetStart"),
        (FleetReport, "pulumi-python:dynamic/pinecone:RestoredFleetReport"),
    ],
)
def test_type_tokens_stay(resource: type[Resource], token: str) -> None:
    assert f"pulumi-python:{resource._resource_type_name}" == token


@pytest.mark.parametrize(
    "name",
    [
        "BackupHandler",
        "RestoredIndexHandler",
        "BackupScheduleHandler",
        "RestoreDrillHandler",
        "RestoredFleetStartHandler",
        "RestoredFleetReportHandler",
    ],
)
def test_handlers_stay_where_states_refer_to_them(name: str) -> None:
    handler = getattr(handlers, name)
    assert (handler.__module__, handler.__qualname__) == ("pulumi_pinecone_backup.handlers", name)
    assert "__init__" not in vars(handler)
    assert vars(handler()) == {}
    assert handler.serialize_as_secret_always is False


def test_the_configuration_keeps_its_namespace_and_keys() -> None:
    assert setting_names.NAMESPACE == "pinecone-backup"
    assert setting_names.STACK_SETTINGS == (
        "apiKey",
        "host",
        "apiVersion",
        "allowHttp",
        "preflight",
        "dataPlaneHosts",
        "apiKeyEnv",
    )


def test_an_identity_never_changes() -> None:
    token = "pulumi-python:dynamic/pinecone:RestoredIndex"
    assert identity_of("recovery", "prod", token, "products") == "e65a1cfc5f3d"


@pytest.mark.parametrize(
    ("triggers", "extra", "name"),
    [
        (None, (), "products-2ffaecc"),
        ([], (), "products-2ffaecc"),
        (["2026-11-21", 1], (), "products-c4ba66e"),
        (None, ("backup-1",), "products-bb96b19"),
    ],
)
def test_an_automatic_name_never_changes(
    triggers: list[object] | None, extra: tuple[str, ...], name: str
) -> None:
    assert derived_name("products", "0123456789ab", triggers, *extra) == name


def test_the_tag_of_the_owner_keeps_its_name() -> None:
    assert MARK_TAG == "pulumi-owner"


COMMON = {"identity", "resource_name"}


def test_stored_fields_of_a_backup_stay() -> None:
    inputs = {"index_name": "a", "name": "b", "description": "c", "triggers": [1], "wait": True}
    backup = BackupModel.model_validate(
        {
            "backup_id": "1",
            "status": "Ready",
            "source_index_name": "a",
            "source_index_id": "2",
            "source_index_deleted_at": "2026-11-21T00:00:00Z",
            "cloud": "aws",
            "region": "us-east-1",
            "dimension": 2,
            "metric": "cosine",
            "vector_type": "dense",
            "schema": {"fields": {"genre": {"filterable": True}}},
            "record_count": 1,
            "namespace_count": 1,
            "size_bytes": 1,
            "tags": {"team": "search"},
            "created_at": "2026-11-21T00:00:00Z",
        }
    )
    stored = backup_outputs(
        parse(BackupInputs, {**inputs, "identity": "i", "resource_name": "r"}), backup, "p"
    )
    assert set(stored) == {
        *inputs,
        *COMMON,
        "backup_id",
        "status",
        "source_index_name",
        "source_index_id",
        "source_index_deleted_at",
        "cloud",
        "region",
        "dimension",
        "metric",
        "vector_type",
        "schema",
        "record_count",
        "namespace_count",
        "size_bytes",
        "tags",
        "created_at",
        "captured_at",
        "project",
    }


def test_stored_fields_of_a_restored_index_stay() -> None:
    facts = {
        "host": "h",
        "private_host": "h",
        "dimension": 2,
        "metric": "cosine",
        "vector_type": "dense",
        "schema": {},
        "embed": {},
        "cloud": "aws",
        "region": "r",
        "effective_tags": {"team": "search"},
    }
    inputs = {
        "backup_id": "1",
        "name": "n",
        "tags": {"team": "search"},
        "inherit_tags": True,
        "deletion_protection": "enabled",
        "read_capacity": {"mode": "OnDemand"},
        "verify": "records",
        "allow_empty": False,
        "on_backup_change": "keep",
        "triggers": [1],
        "wait": True,
    }
    at = BackupModel.model_validate(
        {
            "backup_id": "1",
            "status": "Ready",
            "source_index_name": "a",
            "created_at": "2026-11-21T00:00:00Z",
        }
    ).created_at
    restore = Restore(
        index_id="i",
        restore_job_id="j",
        status="Ready",
        recovery_point_at=at,
        restore_started_at=at,
        restore_completed_at=at,
        rto_seconds=1.0,
        owner_mark="m",
        project="p",
        recorded=facts,
    )
    stored = restored_index_outputs(
        parse(RestoredIndexInputs, {**inputs, "identity": "i", "resource_name": "r"}), restore
    )
    assert set(stored) == {
        *inputs,
        *COMMON,
        *facts,
        "index_id",
        "status",
        "restore_job_id",
        "recovery_point_at",
        "restore_started_at",
        "restore_completed_at",
        "rpo_seconds",
        "rto_seconds",
        "verification",
        "owner_mark",
        "project",
    }


def test_stored_fields_of_a_backup_schedule_stay() -> None:
    inputs = {
        "index_name": "a",
        "name": "b",
        "frequency": "daily",
        "retention_days": 7,
        "enabled": True,
    }
    schedule = BackupScheduleModel.model_validate(
        {
            "schedule_id": "s",
            "name": "b",
            "index_id": "i",
            "schedule_type": "time-based",
            "frequency": "daily",
            "retention_expire_after_days": 7,
            "enabled": True,
            "next_scheduled_run": "2026-11-21T00:00:00Z",
            "created_at": "2026-11-21T00:00:00Z",
        }
    )
    stored = backup_schedule_outputs(
        parse(BackupScheduleInputs, {**inputs, "identity": "i", "resource_name": "r"}),
        schedule,
        "p",
    )
    assert set(stored) == {
        *inputs,
        *COMMON,
        "schedule_id",
        "index_id",
        "schedule_type",
        "next_scheduled_run",
        "created_at",
        "project",
    }
