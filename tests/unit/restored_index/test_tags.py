from __future__ import annotations

from typing import Any

import pytest
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.restored_index import tags
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel
from pulumi_pinecone_backup.service.settings import Settings

MARK = "0123456789ab-01234567"
OTHER_MARK = "ba9876543210-76543210"
UNREACHABLE = Settings.resolve(
    {}, {"PINECONE_API_KEY": "key", "PINECONE_CONTROLLER_HOST": "http://127.0.0.1:9"}
)


def inputs(**properties: Any) -> RestoredIndexInputs:
    return parse(RestoredIndexInputs, {"backup_id": "b", "name": "recovered", **properties})


def backup(**given: str) -> BackupModel:
    return BackupModel(backup_id="b", status="Ready", source_index_name="products", tags=given)


def index(**given: str) -> IndexModel:
    return IndexModel.model_validate(
        {"name": "recovered", "status": {"ready": True, "state": "Ready"}, "tags": given}
    )


def many(number: int, prefix: str = "k") -> dict[str, str]:
    return {f"{prefix}{n}": "v" for n in range(number)}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"team": "search", "tier": "gold"}),
        ({"inherit_tags": True}, {"team": "search", "tier": "gold"}),
        ({"tags": {}}, {}),
        ({"tags": {"own": "1"}}, {"own": "1"}),
        ({"tags": {"own": "1"}, "inherit_tags": False}, {"own": "1"}),
        (
            {"tags": {"own": "1", "tier": "silver"}, "inherit_tags": True},
            {"own": "1", "team": "search", "tier": "silver"},
        ),
        ({"tags": {}, "inherit_tags": True}, {"team": "search", "tier": "gold"}),
    ],
)
def test_a_restore_gets_given_or_inherited_tags_and_a_mark_of_its_own(
    given: dict[str, Any], expected: dict[str, str]
) -> None:
    source = backup(team="search", tier="gold", **{MARK_TAG: OTHER_MARK})
    assert tags.for_restore(inputs(**given), source, MARK, Call()) == {**expected, MARK_TAG: MARK}


@pytest.mark.parametrize("number", [18, 19])
def test_up_to_19_inherited_tags_leave_room_for_the_mark(number: int) -> None:
    assert len(tags.for_restore(inputs(), backup(**many(number)), MARK, Call())) == number + 1


def test_twenty_inherited_tags_leave_the_mark_out_and_say_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = tags.for_restore(inputs(name="full"), backup(**many(20)), MARK, Call())
    assert found == many(20)
    assert "all 20 tags of index `full` are in use" in capsys.readouterr().err


def test_more_tags_than_the_service_takes_are_refused_before_anything_is_sent() -> None:
    asked = inputs(tags=many(5, "own"), inherit_tags=True)
    with pytest.raises(ConfigurationError, match="are 25 together, but an index takes 20"):
        tags.for_restore(asked, backup(**many(20)), MARK, Call())


@pytest.mark.parametrize(
    ("given", "live", "expected"),
    [
        (None, {"team": "search"}, {}),
        ({"team": "search"}, {"team": "search"}, {}),
        ({"team": "ops"}, {"team": "search"}, {"team": "ops"}),
        ({"team": "search"}, {}, {"team": "search"}),
        ({}, {"team": "search", "rogue": "x"}, {"rogue": "", "team": ""}),
        ({"own": "1"}, {"rogue": "x"}, {"own": "1", "rogue": ""}),
    ],
)
def test_a_patch_holds_what_differs_and_never_the_mark(
    given: dict[str, str] | None, live: dict[str, str], expected: dict[str, str]
) -> None:
    asked = inputs() if given is None else inputs(tags=given)
    with Client(UNREACHABLE) as client:
        found = tags.patch(client, asked, index(**live, **{MARK_TAG: MARK}), {})
    assert found == expected


@pytest.mark.parametrize(
    ("recorded", "live", "expected"),
    [
        ({}, {"team": "search"}, None),
        ({"tags": {"own": "1"}}, {"own": "1"}, {"own": "1"}),
        ({"tags": {"own": "1"}}, {"own": "2", "rogue": "x"}, {"own": "2", "rogue": "x"}),
        ({"tags": {}}, {}, {}),
        (
            {
                "tags": {"own": "1"},
                "inherit_tags": True,
                "effective_tags": {"own": "1", "team": "s"},
            },
            {"own": "1", "team": "s"},
            {"own": "1"},
        ),
        (
            {
                "tags": {"own": "1"},
                "inherit_tags": True,
                "effective_tags": {"own": "1", "team": "s"},
            },
            {"own": "1"},
            {"own": "1", "team": ""},
        ),
        (
            {
                "tags": {"own": "1"},
                "inherit_tags": True,
                "effective_tags": {"own": "1", "team": "s"},
            },
            {"own": "1", "team": "other", "rogue": "x"},
            {"own": "1", "rogue": "x", "team": "other"},
        ),
    ],
    ids=[
        "omitted tags are nobody's business",
        "given tags as they are",
        "drift of given tags and a rogue one",
        "the empty set is owned",
        "inherited tags stay out",
        "a lost inherited tag shows",
        "a changed inherited tag and a rogue one show",
    ],
)
def test_a_refresh_reports_the_tags_that_the_program_owns(
    recorded: dict[str, Any], live: dict[str, str], expected: dict[str, str] | None
) -> None:
    assert tags.observed(recorded, index(**live, **{MARK_TAG: MARK})) == expected
