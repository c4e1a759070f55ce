"""Every refusal that is described, over HTTP: operation x version x status, exact text each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import ApiError
from pulumi_pinecone_backup.service.client import Client
from unit.service.error_cases import ErrorCase, read_table

from .conftest import KEY, ClientOf

CALLS: dict[str, Callable[[Client], Any]] = {
    "list_indexes": lambda c: c.list_indexes(),
    "create_index": lambda c: c.create_index("docs-copy", dimension=8),
    "describe_index": lambda c: c.describe_index("docs"),
    "configure_index": lambda c: c.configure_index("docs", tags={"a": "b"}),
    "delete_index": lambda c: c.delete_index("docs"),
    "create_backup": lambda c: c.create_backup("docs"),
    "list_index_backups": lambda c: c.list_index_backups("docs"),
    "list_project_backups": lambda c: c.list_project_backups(),
    "describe_backup": lambda c: c.describe_backup("bkp-1"),
    "delete_backup": lambda c: c.delete_backup("bkp-1"),
    "create_index_from_backup_operation": lambda c: c.create_index_from_backup(
        "bkp-1", name="docs-copy"
    ),
    "list_restore_jobs": lambda c: c.list_restore_jobs(),
    "describe_restore_job": lambda c: c.describe_restore_job("job-1"),
    "create_backup_schedule": lambda c: c.create_backup_schedule(
        "docs", name="docs-copy", frequency="daily", expire_after_days=1
    ),
    "list_backup_schedules": lambda c: c.list_backup_schedules("docs"),
    "describe_backup_schedule": lambda c: c.describe_backup_schedule("sch-1"),
    "update_backup_schedule": lambda c: c.update_backup_schedule("sch-1", enabled=False),
    "delete_backup_schedule": lambda c: c.delete_backup_schedule("sch-1"),
    "list_backup_schedule_history": lambda c: c.list_backup_schedule_history("sch-1"),
}


@pytest.mark.parametrize(
    "case", read_table(), ids=lambda case: f"{case.operation_id}-{case.version}-{case.status}"
)
def test_every_described_refusal_has_exactly_this_text_over_http(
    client_of: ClientOf, emulator: Emulator, case: ErrorCase
) -> None:
    client = client_of(case.version, config={"pinecone-backup:apiKey": KEY}, key="")
    headers = {"x-pinecone-request-id": "req-1"}
    emulator.add_fault(
        case.operation_id, "status", status=case.status, body=case.body, headers=headers, times=6
    )
    with pytest.raises(ApiError) as caught:
        CALLS[case.operation_id](client)
    assert str(caught.value) == case.text


def test_every_operation_of_the_table_is_called() -> None:
    assert {case.operation_id for case in read_table()} == set(CALLS)
