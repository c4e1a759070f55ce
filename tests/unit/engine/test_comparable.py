from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pulumi
import pytest
from pulumi_pinecone_backup.engine.comparable import comparable, same
from pulumi_pinecone_backup.errors import ConfigurationError


class Tier(enum.Enum):
    GOLD = "gold"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("text", "text"),
        (1, 1),
        (True, True),
        (None, None),
        (date(2026, 11, 30), "2026-11-30"),
        (datetime(2026, 11, 30, 6, tzinfo=timezone.utc), "2026-11-30T06:00:00+00:00"),
        (time(6, 30), "06:30:00"),
        (timedelta(minutes=1), 60.0),
        (Tier.GOLD, "gold"),
        (Decimal("1.50"), "1.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("a/b"), "a/b"),
        ((1, [2]), [1, [2]]),
        ({"b", "a"}, ["a", "b"]),
        ({"b": 1, "a": None, 3: Tier.GOLD}, {"b": 1, "3": "gold"}),
    ],
)
def test_a_value_becomes_what_a_state_can_hold(value: object, stored: object) -> None:
    assert comparable(value) == stored


@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        ([1], [1.0], True),
        ([1], [True], False),
        ([0], [False], False),
        ([{"a": 1, "b": 2}], [{"b": 2.0, "a": 1}], True),
        (["1"], [1], False),
        ([None], [], False),
        (None, None, True),
    ],
)
def test_numbers_are_compared_as_numbers_and_kinds_are_not_mixed(
    first: object, second: object, are_one: bool
) -> None:
    assert same(first, second) is are_one


def test_an_asset_is_its_content(tmp_path: Path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("one")
    first = comparable(pulumi.FileAsset(str(path)))
    assert first == comparable(pulumi.StringAsset("one"))
    assert comparable(pulumi.FileArchive(str(tmp_path))) == comparable(
        pulumi.AssetArchive({"data.txt": pulumi.StringAsset("one")})
    )
    path.write_text("two")
    assert comparable(pulumi.FileAsset(str(path))) != first


@pytest.mark.parametrize(
    "value", [object(), b"x", [bytearray()], pulumi.RemoteAsset("https://a.example/x")]
)
def test_what_cannot_be_compared_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="give its"):
        comparable(value)
