"""Rows and answers that are not as described: what is kept, and what is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import InvalidResponseError

from .conftest import KEY, ClientOf

BACKUP = {"source_index_name": "docs", "source_index_id": "i", "status": "Ready"}
INDEX = {"name": "docs", "status": {"ready": True, "state": "Ready"}}
SCHEDULE_ID = "670e8400-e29b-41d4-a716-446655440000"


def _page(*rows: Any) -> dict[str, Any]:
    return {"data": [{"backup_id": "good", **BACKUP}, *rows]}


@pytest.mark.parametrize(
    ("row", "label", "problem"),
    [
        ({"backup_id": "odd", **BACKUP, "status": None}, "odd", "`status`: Input should be"),
        ({"backup_id": "odd", "status": "Ready"}, "odd", "`source_index_name`: Field required"),
        ({"backup_id": [1], **BACKUP}, "number 2", "`backup_id`: Input should be"),
        ({}, "number 2", "`backup_id`: Field required"),
        (None, "number 2", "it is not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_with_one_warning_that_names_it(
    client_of: ClientOf, emulator: Emulator, row: object, label: str, problem: str
) -> None:
    warnings: list[str] = []
    client = client_of(on_warning=warnings.append)
    emulator.add_fault("list_project_backups", "body", body=_page(row), times=3)
    for _ in range(3):
        assert [backup.backup_id for backup in client.list_project_backups()] == ["good"]
    assert len(warnings) == 1
    start = f"Could not list the backups of the project completely: row `{label}` cannot be read"
    assert warnings[0].startswith(start)
    assert problem in warnings[0]


def test_an_index_without_a_status_does_not_hide_the_others(
    client_of: ClientOf, emulator: Emulator
) -> None:
    warnings: list[str] = []
    client = client_of(on_warning=warnings.append)
    rows = [INDEX, {**INDEX, "name": "odd", "status": None}]
    emulator.add_fault("list_indexes", "body", body={"indexes": rows})
    assert [index.name for index in client.list_indexes()] == ["docs"]
    assert "row `odd`" in warnings[0]


def test_a_list_whose_only_row_cannot_be_read_is_an_empty_list_with_a_warning(
    client_of: ClientOf, emulator: Emulator
) -> None:
    warnings: list[str] = []
    client = client_of(on_warning=warnings.append)
    body = {"data": [{"backup_id": "odd", "status": None}]}
    emulator.add_fault("list_project_backups", "body", body=body)
    assert client.list_project_backups() == []
    assert len(warnings) == 1


def test_what_cannot_be_read_is_an_error_where_it_is_asked_for_alone(
    client_of: ClientOf, emulator: Emulator
) -> None:
    body = {**INDEX, "status": None}
    emulator.add_fault("describe_index", "status", status=200, body=body)
    with pytest.raises(InvalidResponseError, match="`status`: Input should be"):
        client_of().describe_index("docs")


def test_rows_with_tags_of_other_kinds_are_listed(client_of: ClientOf, emulator: Emulator) -> None:
    warnings: list[str] = []
    tags = {"priority": 1, "keep": True, "owner": {"name": "x"}, "team": "search"}
    page = _page({"backup_id": "tagged", **BACKUP, "tags": tags})
    emulator.add_fault("list_project_backups", "body", body=page)
    _, tagged = client_of(on_warning=warnings.append).list_project_backups()
    assert tagged.tags == {"priority": "1", "keep": "true", "team": "search"}
    assert warnings == []


def test_a_warning_about_a_row_does_not_show_a_key(client_of: ClientOf, emulator: Emulator) -> None:
    warnings: list[str] = []
    page = _page({"backup_id": f"row {KEY}", "status": KEY})
    emulator.add_fault("list_project_backups", "body", body=page)
    client_of(on_warning=warnings.append).list_project_backups()
    assert len(warnings) == 1
    assert KEY not in warnings[0]


def test_many_odd_rows_do_not_flood_the_user(client_of: ClientOf, emulator: Emulator) -> None:
    warnings: list[str] = []
    page = _page(*({"backup_id": f"odd-{n}"} for n in range(1000)))
    emulator.add_fault("list_project_backups", "body", body=page)
    client_of(on_warning=warnings.append).list_project_backups()
    assert 0 < len(warnings) <= 20


@pytest.mark.parametrize("odd", [None, True, [], {"state": "Ready"}])
@pytest.mark.parametrize("name", ["status", "source_index_name", "tags", "created_at", "metric"])
def test_the_id_of_a_backup_that_was_made_is_never_lost(
    client_of: ClientOf, emulator: Emulator, name: str, odd: object
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    answer = {"backup_id": "made", **BACKUP, name: odd}
    emulator.add_fault("create_backup", "body", body=answer)
    backup = client.create_backup("docs")
    assert (backup.backup_id, backup.source_index_name) == (
        "made",
        "5" if odd == 5 and name == "source_index_name" else "docs",
    )


def test_the_id_of_a_schedule_that_was_made_is_never_lost(
    client_of: ClientOf, emulator: Emulator
) -> None:
    client = client_of()
    client.create_index("docs", dimension=8)
    emulator.add_fault("create_backup_schedule", "body", body={"schedule_id": SCHEDULE_ID})
    made = client.create_backup_schedule(
        "docs", name="nightly", frequency="daily", expire_after_days=7
    )
    assert (made.schedule_id, made.frequency, made.enabled) == (SCHEDULE_ID, "daily", True)


@pytest.mark.parametrize(
    "text",
    [
        '{"backup_id": "b", "record_count": NaN, "size_bytes": 1e400, ',
        '{"backup_id": "b", "record_count": 1' + "0" * 5000 + ", ",
        '{"backup_id": "b", "schema": {"fields": {"x": {"boost": 1' + "0" * 310 + "}}}, ",
        '{"backup_id": "b", "record_count": -Infinity, "description": "\\ud800", ',
        '{"backup_id": "b", "tags": {"a": "\\udfff", "\\ud83d": "b"}, ',
    ],
    ids=range(5),
)
def test_everything_that_was_read_can_be_written_again(
    client_of: ClientOf, emulator: Emulator, text: str
) -> None:
    body = text + json.dumps(BACKUP)[1:]
    emulator.add_fault("describe_backup", "status", status=200, body=body)
    backup = client_of().describe_backup("b")
    assert backup.record_count is None
    written = json.dumps(backup.model_dump(mode="json"), allow_nan=False, ensure_ascii=False)
    assert float(sum(_numbers(json.loads(written.encode())))) == 0


def _numbers(value: Any) -> list[int]:
    """Returns every number in a value."""
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return [number for item in items for number in _numbers(item)]
    return [value] if isinstance(value, int) else []
