"""What exists may break the rules for programs: it is read, kept and deleted all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pulumi_pinecone_backup.cli.adoption import Owner, backup_entry
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session, current
from support.live_service import Service
from support.state_entry import Entry, Refused

NewProcess = Callable[..., Session]
DAY = 86400.0


@pytest.fixture
def scheduled(service: Service, emulator: Emulator, products: str) -> str:
    """A backup that a schedule has taken, whose name no program may choose."""
    service.call(
        "POST",
        f"/indexes/{products}/backup-schedules",
        {
            "name": "daily",
            "schedule": {"type": "time-based", "frequency": "daily"},
            "retention": {"expire_after_days": 7},
        },
    )
    emulator.advance(DAY + 1)
    (backup_id,) = service.backups()
    return backup_id


def test_a_lost_inherited_tag_is_seen_by_every_refresh_until_it_is_back(
    restored: Entry, service: Service, backup_id: str, process: NewProcess, version: str
) -> None:
    given = {"backup_id": backup_id, "inherit_tags": True, "tags": {"cost": "12"}}
    process(version)
    restored.up(**given)
    service.call("PATCH", f"/indexes/{restored.id}", {"tags": {"team": ""}})
    for _ in range(3):
        process(version)
        assert restored.refresh()
        assert restored.outputs["tags"] == {"cost": "12", "team": ""}
    process(version)
    assert restored.up(**given) == "updated"
    assert service.call("GET", f"/indexes/{restored.id}")["tags"]["team"] == "search"


def test_the_backup_of_a_schedule_is_read_imported_and_lived_with(
    backup: Entry, service: Service, scheduled: str, process: NewProcess
) -> None:
    name = backup.get(scheduled)["name"]
    assert name.startswith("daily-2")
    assert name.endswith("Z")
    owner = Owner("recovery", "test", "nightly")
    taken = backup_entry(current(), owner, scheduled)
    backup.id, backup.inputs, backup.outputs = scheduled, taken["inputs"], taken["outputs"]
    process()
    assert backup.up(index_name="products", wait=True) == "unchanged"
    assert backup.up(index_name="products", name=name, wait=True) == "unchanged"
    assert backup.up(index_name="products", wait=False) == "updated"
    assert backup.refresh()
    with pytest.raises(Refused, match="`name` must be 1 to 45 lower-case"):
        backup.up(index_name="products", name=name.replace("daily", "nightly"))
    backup.down()
    assert service.backups() == set()
