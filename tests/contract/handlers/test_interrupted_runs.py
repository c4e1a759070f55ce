"""What killed runs leave behind is found by the next one, however late it shows."""

from __future__ import annotations

from collections.abc import Callable

from live_service import Service
from pulumi_pinecone_backup import session
from pulumi_pinecone_backup.emulator import Emulator
from state_entry import Entry


def test_a_restore_that_a_killed_run_has_posted_late_is_continued(
    restored: Entry,
    service: Service,
    emulator: Emulator,
    backup_id: str,
    process: Callable[..., session.Session],
    version: str,
) -> None:
    process(version)
    lost = restored.copy()
    lost.up(backup_id=backup_id)
    process(version)
    emulator.add_fault("describe_index", "hide")
    restored.up(backup_id=backup_id)
    assert emulator.requests()["create_index_from_backup_operation"] == 2
    assert restored.id == lost.id
    assert restored.outputs["owner_mark"] != lost.outputs["owner_mark"]
    assert service.indexes() == {"products", restored.id}
