from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest
from pulumi_pinecone_backup.emulator.state.clock import Clock, timestamp


def test_the_clock_is_real_time_plus_what_it_was_advanced_by() -> None:
    clock = Clock(100)
    before = time.time()
    clock.advance(50)
    assert 150 <= clock.now() - before < 160
    assert clock.offset_seconds == 150


@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan"), -1e-9])
def test_the_clock_is_not_set_back_or_to_nowhere(seconds: float) -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="seconds"):
        clock.advance(seconds)
    assert clock.offset_seconds == 0


@pytest.mark.parametrize("suffix", ["Z", "+00:00"])
def test_a_timestamp_keeps_its_microseconds_and_names_utc(suffix: str) -> None:
    text = timestamp(1_700_000_000.25, suffix=suffix)
    assert text == f"2023-11-14T22:13:20.250000{suffix}"
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert parsed == datetime(2023, 11, 14, 22, 13, 20, 250_000, tzinfo=timezone.utc)
