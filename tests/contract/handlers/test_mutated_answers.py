"""Whatever part of an answer is odd: the id of what was made is kept, and no state is dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from contract.service.test_mutated_answers import BACKUP, INDEX_2025, INDEX_2026, JOB, SCHEDULE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.engine.plugin_process import OneLineError
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import Service
from support.mutations import mutated
from support.state_entry import Entry

NewProcess = Callable[..., Session]
EXAMPLES = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SCHEDULED = {"index_name": "products", "frequency": "daily", "retention_days": 7, "enabled": True}
INDEX = {"2026-07": INDEX_2026}
POSTED = {"restore_job_id": "j", "index_id": "i"}


def odd(emulator: Emulator, operation: str, body: Any) -> None:
    """Let an operation take effect and answer oddly, as often as it is asked."""
    emulator.add_fault(operation, "status", status=200, body=body, after=True, times=1000)


@EXAMPLES
@given(data=st.data())
def test_the_id_of_a_backup_is_never_lost(
    emulator: Emulator, service: Service, process: NewProcess, version: str, data: st.DataObject
) -> None:
    emulator.reset()
    service.index()
    process(version)
    entry = Entry("Backup", "nightly")
    odd(emulator, "create_backup", data.draw(mutated(BACKUP, kept=["backup_id"])))
    entry.up(index_name="products", wait=False)
    assert entry.id == "b"
    emulator.clear_faults()
    odd(emulator, "describe_backup", data.draw(mutated(BACKUP, kept=["backup_id"])))
    keeps(entry)


@EXAMPLES
@given(data=st.data())
def test_the_name_of_a_restored_index_is_never_lost(
    emulator: Emulator, service: Service, process: NewProcess, version: str, data: st.DataObject
) -> None:
    emulator.reset()
    service.index()
    made = service.call("POST", "/indexes/products/backups", {"name": "first"})
    process(version)
    entry = Entry("RestoredIndex", "recovered")
    inputs = {"backup_id": made["backup_id"], "name": "docs", "wait": False}
    ids = data.draw(st.sampled_from([["restore_job_id", "index_id"], ["index_id"], []]))
    odd(
        emulator,
        "create_index_from_backup_operation",
        data.draw(mutated({**POSTED, "more": [1]}, kept=ids)),
    )
    index = INDEX.get(version, INDEX_2025)
    odd(emulator, "describe_index", data.draw(mutated(index, kept=["name"])))
    odd(emulator, "describe_restore_job", data.draw(mutated(JOB)))
    try:
        entry.up(**inputs)
    except OneLineError as error:
        assert "docs" in str(error)  # noqa: PT017 - whether it is raised is not what is tested
        emulator.clear_faults()
        process(version)
        entry.up(**inputs)
    assert entry.id == "docs"
    assert service.indexes() == {"products", "docs"}
    emulator.clear_faults()
    odd(emulator, "describe_index", data.draw(mutated(index, kept=["name"])))
    odd(emulator, "list_restore_jobs", data.draw(mutated({"data": [JOB]})))
    keeps(entry)


@EXAMPLES
@given(data=st.data())
def test_the_id_of_a_schedule_is_never_lost(
    emulator: Emulator, service: Service, process: NewProcess, data: st.DataObject
) -> None:
    emulator.reset()
    service.index()
    process()
    entry = Entry("BackupSchedule", "daily")
    odd(emulator, "create_backup_schedule", data.draw(mutated(SCHEDULE, kept=["schedule_id"])))
    odd(emulator, "update_backup_schedule", data.draw(mutated(SCHEDULE, kept=["schedule_id"])))
    entry.up(**SCHEDULED)
    assert entry.id == "s"
    emulator.clear_faults()
    odd(emulator, "describe_backup_schedule", data.draw(mutated(SCHEDULE, kept=["schedule_id"])))
    keeps(entry)


def keeps(entry: Entry) -> None:
    """Assert that a refresh drops nothing, whether it can read the object or not."""
    object_id = entry.id
    try:
        assert entry.refresh()
    except OneLineError:
        return
    assert entry.id == object_id
    assert entry.outputs["identity"] == entry.who["identity"]


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]) -> None:
    """Show nothing of the many warnings."""
    del capfd
