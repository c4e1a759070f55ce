from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pulumi_pinecone_backup.backup.properties import BackupInputs, backup_outputs
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.restored_index.properties import (
    RestoredIndexInputs,
    restored_index_outputs,
)
from pulumi_pinecone_backup.restored_index.restore import Restore
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel

AT = datetime(2026, 11, 21, 8, 0, tzinfo=timezone.utc)


def index(**more: Any) -> IndexModel:
    return IndexModel.model_validate(
        {
            "name": "recovered",
            "host": "recovered-abc1234.svc.example.io",
            "status": {"ready": True, "state": "Ready"},
            "dimension": 2,
            "metric": "cosine",
            **more,
        }
    )


def test_outputs_of_a_backup_hold_every_input_as_it_was_given() -> None:
    given = {"index_name": "products", "triggers": [1, {"a": 2}], "wait": True}
    backup = BackupModel(backup_id="b", status="Initializing", source_index_name="products")
    stored = backup_outputs(parse(BackupInputs, given), backup, None)
    assert {key: stored[key] for key in given} == given
    assert None not in stored.values()
    assert "description" not in stored


def test_a_mark_inherited_by_a_backup_is_not_shown() -> None:
    backup = BackupModel(
        backup_id="b",
        status="Ready",
        source_index_name="products",
        tags={"pulumi-owner": "mark", "team": "search"},
    )
    stored = backup_outputs(parse(BackupInputs, {"index_name": "products"}), backup, "p")
    assert stored["tags"] == {"team": "search"}


def test_effective_tags_are_those_of_the_live_index_without_the_mark() -> None:
    restore = Restore(index=index(tags={"pulumi-owner": "mark", "b": "2", "a": "1"}))
    stored = restored_index_outputs(parse(RestoredIndexInputs, {"tags": {"a": "1"}}), restore)
    assert stored["effective_tags"] == {"a": "1", "b": "2"}
    assert stored["tags"] == {"a": "1"}


def test_what_was_known_of_an_index_stays_while_it_cannot_be_seen() -> None:
    first = restored_index_outputs(
        parse(RestoredIndexInputs, {}), Restore(index=index(tags={"a": "1"}))
    )
    again = restored_index_outputs(parse(RestoredIndexInputs, {}), Restore(recorded=first))
    facts = ("host", "dimension", "metric", "vector_type", "schema", "effective_tags")
    assert {key: again[key] for key in facts} == {key: first[key] for key in facts}


DENSE = {"type": "dense_vector", "dimension": 1024, "metric": "cosine"}
EMBEDDED = {"type": "semantic_text", "model": "multilingual-e5-large"}
OLD_SHAPE: dict[str, Any] = {"dimension": 1024, "metric": "cosine"}


@pytest.mark.parametrize(
    ("recorded", "told", "stored"),
    [
        (OLD_SHAPE, {"chunk": EMBEDDED}, {"_values": DENSE}),
        (
            OLD_SHAPE,
            {"_values": DENSE, "genre": {"type": "string"}},
            {"_values": DENSE, "genre": {"type": "string"}},
        ),
        (
            {"schema": {"fields": {"_values": DENSE, "genre": {"type": "string"}}}},
            {"genre": {"filterable": True}},
            {"_values": DENSE, "genre": {"type": "string", "filterable": True}},
        ),
        ({"schema": {"fields": {"chunk": EMBEDDED}}}, {}, {"chunk": EMBEDDED}),
    ],
    ids=[
        "the vectors of an embedding",
        "a field that was not told",
        "an option that was not told",
        "nothing",
    ],
)
def test_a_backup_keeps_its_recorded_definition_whatever_version_tells_it_again(
    recorded: dict[str, Any], told: dict[str, Any], stored: dict[str, Any]
) -> None:
    inputs = parse(BackupInputs, {"index_name": "products"})
    known = {"backup_id": "b", "status": "Ready", "source_index_name": "products"}
    first = backup_outputs(inputs, BackupModel.model_validate({**known, **recorded}), "p")
    live = BackupModel.model_validate({**known, "schema": {"fields": told} if told else None})
    again = backup_outputs(inputs, live, "p", first)
    assert again["schema"] == {"fields": stored}
    assert {**first, "schema": None} == {**again, "schema": None}


def test_an_index_that_got_an_embedding_is_told_as_it_is_now() -> None:
    inputs = parse(RestoredIndexInputs, {})
    first = restored_index_outputs(inputs, Restore(index=index(dimension=1024)))
    live = index(dimension=None, metric=None, schema={"fields": {"chunk": EMBEDDED}})
    again = restored_index_outputs(inputs, Restore(index=live, recorded=first))
    assert again["schema"] == {"fields": {"chunk": EMBEDDED}}
    assert again["embed"]["model"] == EMBEDDED["model"]
    assert again["dimension"] == 1024


@pytest.mark.parametrize(
    ("recovery_point", "started", "seconds"),
    [(AT, AT + timedelta(minutes=90), 5400.0), (None, AT, None), (AT, None, None)],
)
def test_the_recovery_point_objective_is_told_where_both_times_are_known(
    recovery_point: datetime | None, started: datetime | None, seconds: float | None
) -> None:
    restore = Restore(recovery_point_at=recovery_point, restore_started_at=started)
    stored = restored_index_outputs(parse(RestoredIndexInputs, {}), restore)
    assert stored.get("rpo_seconds") == seconds


def test_times_are_stored_as_text_in_utc() -> None:
    stored = restored_index_outputs(parse(RestoredIndexInputs, {}), Restore(recovery_point_at=AT))
    assert stored["recovery_point_at"] == "2026-11-21T08:00:00Z"
