from __future__ import annotations

from datetime import datetime, timezone

import pytest
from pulumi_pinecone_backup.emulator.state.runs import first_run, following, run_name


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    ("frequency", "at", "expected"),
    [
        ("daily", "2026-02-28T10:00:00", "2026-03-01T10:00:00"),
        ("weekly", "2026-12-30T10:00:00", "2027-01-06T10:00:00"),
        ("monthly", "2026-01-15T10:00:00", "2026-02-15T10:00:00"),
        ("monthly", "2026-01-31T10:00:00", "2026-02-28T10:00:00"),
        ("monthly", "2028-01-31T10:00:00", "2028-02-29T10:00:00"),
        ("monthly", "2026-12-31T10:00:00", "2027-01-31T10:00:00"),
    ],
)
def test_the_next_run_is_one_period_later(frequency: str, at: str, expected: str) -> None:
    assert following(seconds(at), frequency) == seconds(expected)


def test_a_run_is_named_after_its_schedule_and_time() -> None:
    assert run_name("nightly", seconds("2026-02-28T10:00:07")) == "nightly-20260228T100007Z"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-04-23T16:36:00", "2026-04-24T06:00:00"),
        ("2026-04-23T05:59:59", "2026-04-23T06:00:00"),
        ("2026-04-23T06:00:00", "2026-04-24T06:00:00"),
        ("2026-12-31T23:00:00", "2027-01-01T06:00:00"),
    ],
)
def test_the_first_run_is_at_the_next_six_o_clock(now: str, expected: str) -> None:
    assert first_run(seconds(now)) == seconds(expected)
