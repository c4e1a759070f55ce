"""What a preview finds out at the service, and how little it asks for that."""

from __future__ import annotations

import re

import pytest
from support.live_service import OTHER_KEY, Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

COUNT = 15
PROGRAM = """
    for n in range({count}):
        Backup(f"backup{{n}}", index_name="products")
        RestoredIndex(
            f"index{{n}}", backup_id="{backup}", on_backup_change="replace", triggers=[{attempt}]
        )
"""
NOTHING_CHECKED = "nothing was checked at the service"
PODS = {
    "name": "pods",
    "dimension": 2,
    "metric": "cosine",
    "spec": {"pod": {"environment": "us-east1-gcp", "pod_type": "p1.x1"}},
}


def back_up(service: Service, index: str = "products") -> str:
    """Take a backup behind Pulumi's back and return its id."""
    return str(service.call("POST", f"/indexes/{index}/backups", {})["backup_id"])


def asked(service: Service, before: dict[str, int]) -> dict[str, int]:
    """Return what was asked for since then, by operation."""
    now = service.emulator.requests()
    return {name: n - before.get(name, 0) for name, n in now.items() if n > before.get(name, 0)}


def test_a_preview_asks_for_each_list_once_however_many_resources_there_are(
    stack: Stack, service: Service
) -> None:
    service.index()
    first = back_up(service)
    stack.program(PROGRAM.format(count=COUNT, backup=first, attempt=1))
    before = service.emulator.requests()
    stack.preview()
    assert asked(service, before) == {"list_indexes": 1, "list_project_backups": 1}

    stack.up(PULUMI_PARALLEL="40")
    before = service.emulator.requests()
    stack.preview("--expect-no-changes")
    assert asked(service, before) == {}

    second = back_up(service)
    stack.program(PROGRAM.format(count=COUNT, backup=second, attempt=1))
    before = service.emulator.requests()
    said = stack.preview().text
    assert f"+-{COUNT} to replace" in said
    assert asked(service, before) == {"list_indexes": 1, "list_project_backups": 1}


def test_what_the_service_would_refuse_later_is_told_at_preview(
    stack: Stack, service: Service
) -> None:
    service.index()
    service.index("sealed", cmek_id="key-1")
    service.session.headers["X-Pinecone-Api-Version"] = "2025-04"
    service.call("POST", "/indexes", PODS)
    theirs = Service(service.emulator)
    theirs.session.headers["Api-Key"] = OTHER_KEY
    foreign = back_up(theirs, theirs.index("elsewhere"))
    pod = "index `pods` is a pod index, and pod indexes cannot be backed up"
    sealed = "index `sealed` uses a customer-managed key, and such indexes cannot be backed up"
    schedule = 'BackupSchedule("s", index_name="{}", frequency="daily", retention_days=1)'
    for program, said in (
        ('Backup("b", index_name="pods")', pod),
        ('Backup("b", index_name="sealed")', sealed),
        (schedule.format("pods"), pod),
        (schedule.format("sealed"), sealed),
        (
            f'RestoredIndex("r", backup_id="{foreign}")',
            f"backup `{foreign}` does not exist in this project",
        ),
    ):
        stack.program(program)
        assert said in stack.preview(code=1).text

    stack.run("config", "set", "pinecone-backup:preflight", "false")
    before = service.emulator.requests()
    stack.preview()
    assert asked(service, before) == {}
    stack.up(code=1)
    assert asked(service, before)["describe_backup"] == 1


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"PINECONE_API_KEY": ""}, "No Pinecone API key"),
        ({"PINECONE_CONTROLLER_HOST": "http://127.0.0.1:1"}, "127.0.0.1"),
    ],
)
def test_without_a_key_or_a_network_a_preview_says_so_once_and_goes_on(
    stack: Stack, service: Service, environment: dict[str, str], why: str
) -> None:
    backup = back_up(service, service.index())
    stack.program(PROGRAM.format(count=COUNT, backup=backup, attempt=1))
    result = stack.run("preview", environment=environment)
    (said,) = re.findall(
        rf"warning: {NOTHING_CHECKED}: .*", result.text.partition("Diagnostics")[2]
    )
    assert why in said
    assert f"+ {2 * COUNT + 1} to create" in result.text
