"""The type tokens and property names of the pack are those of the resources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pinecone_backup_policies.kinds import (
    BACKUP,
    BACKUP_SCHEDULE,
    BY_TOKEN,
    INDEX,
    KINDS,
    RESTORE_DRILL,
    RESTORED_INDEX,
    Kind,
)
from pulumi.dynamic import Resource
from pulumi_pinecone_backup import Backup, BackupSchedule, RestoredIndex, RestoreDrill
from pulumi_pinecone_backup.restored_index.verification import VerificationRow
from support.declared import declared_outputs

from .pack_process import PACK

OURS = [
    (BACKUP, Backup),
    (RESTORED_INDEX, RestoredIndex),
    (BACKUP_SCHEDULE, BackupSchedule),
    (RESTORE_DRILL, RestoreDrill),
]


@pytest.mark.parametrize(("kind", "resource"), OURS)
def test_a_token_is_that_of_the_resource(kind: Kind, resource: type[Resource]) -> None:
    assert kind.token == f"pulumi-python:{resource._resource_type_name}"
    assert kind.label == resource.__name__


def test_the_token_of_the_official_index_is_its_published_one() -> None:
    assert INDEX.token == "pinecone:index/index:Index"


def test_an_index_of_a_program_from_a_template_is_an_index_too() -> None:
    assert BY_TOKEN["pinecone:index:PineconeIndex"] is INDEX


def test_every_kind_is_found_by_its_token() -> None:
    assert [BY_TOKEN[kind.token] for kind in KINDS] == list(KINDS)


def test_the_rules_read_properties_that_the_resources_have() -> None:
    """The official index has no class here; it spells `name`, `tags` and one more."""
    sources = [path.read_text() for path in (PACK / "pinecone_backup_policies").glob("*.py")]
    reading = re.compile(r"""resource\.(?:text|flag|number|mapping|rows|get)\("(\w+)"\)""")
    read = {name for source in sources for name in reading.findall(source)}
    has = {name for _, resource in OURS for name in declared_outputs(resource)}
    assert {"deletion_protection", "tags", "verify", "status"} <= read
    assert read <= has


def test_the_verification_that_the_rules_read_is_that_of_the_resource() -> None:
    assert {"name", "result"} <= VerificationRow.model_fields.keys()
    rule = (PACK / "pinecone_backup_policies" / "restores.py").read_text()
    assert 'row.get("name")' in rule
    assert 'row.get("result")' in rule


def test_the_tokens_are_written_down_once() -> None:
    for path in Path(PACK / "pinecone_backup_policies").glob("*.py"):
        if path.name != "kinds.py":
            assert "dynamic/pinecone" not in path.read_text(), path


def test_the_pack_does_not_import_the_provider() -> None:
    for path in PACK.rglob("*.py"):
        if ".venv" not in path.parts:
            assert "import pulumi_pinecone_backup" not in path.read_text(), path
            assert "from pulumi_pinecone_backup" not in path.read_text(), path
