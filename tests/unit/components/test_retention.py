"""What a rotation keeps, and that nothing but age ever makes a backup fall out."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_pinecone_backup.components.retention import (
    READY,
    TIERS,
    Held,
    Plan,
    plan,
    problems,
    slot_in,
    slot_text,
)

START = datetime(2026, 1, 1, 0, 20, tzinfo=timezone.utc)
KEEP = {"hourly": 24, "daily": 7, "weekly": 4, "monthly": 12}


def after(state: dict[datetime, Held], planned: Plan) -> dict[datetime, Held]:
    """Return the state after a run that went well."""
    made = {
        slot: state.get(slot) or Held(slot, f"b-{slot_text(slot)}", READY) for slot in planned.slots
    }
    if planned.current is not None:
        made[planned.current] = Held(planned.current, f"b-{slot_text(planned.current)}", READY)
    return made


def listed(state: dict[datetime, Held]) -> dict[str, str]:
    return {each.backup_id: each.status for each in state.values()}


def expected(slots: set[datetime], keep: dict[str, int]) -> set[datetime]:
    """Return what tiers keep, said in another way than the code does."""
    kept = set()
    for name, count in keep.items():
        periods = sorted({TIERS[name](slot) for slot in slots})[-count:] if count else []
        kept |= {max(s for s in slots if TIERS[name](s) == period) for period in periods}
    return kept


def test_a_year_by_the_hour_keeps_exactly_what_the_tiers_say() -> None:
    state: dict[datetime, Held] = {}
    ever: set[datetime] = set()
    for hour in range(366 * 24):
        now = START + timedelta(hours=hour)
        planned = plan(now, KEEP, state.values(), listed(state))
        assert planned.current == now.replace(minute=0)
        gone = {each.slot for each in state.values()} - set(planned.slots)
        assert sorted(planned.drops) == sorted(state[slot].backup_id for slot in gone)
        state = after(state, planned)
        assert planned.newest == now.replace(minute=0)
        assert planned.newest in state
        ever.add(planned.newest)
        if hour % 97 == 0 or hour > 366 * 24 - 30:
            # A tier keeps the latest of a period; what was dropped could not have been kept later.
            assert set(state) == expected(set(state), KEEP)
    assert len(state) <= 24 + 7 + 4 + 12
    months = {slot.strftime("%Y-%m") for slot in state}
    assert len(months) == 12


def test_a_run_in_a_slot_that_is_taken_takes_nothing() -> None:
    slot = START.replace(minute=0)
    held = [Held(slot, "b", READY)]
    planned = plan(START + timedelta(minutes=30), KEEP, held, {"b": READY})
    assert (planned.current, planned.slots, planned.drops) == (None, (slot,), ())


def held_for(hours: int, status: str = READY) -> list[Held]:
    first = START.replace(minute=0)
    return [Held(first + timedelta(hours=n), f"b{n}", status) for n in range(hours)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (None, "the backups could not be listed"),
        ({}, "is not listed"),
        ({"b3": "Failed"}, "backup `b3` of 20260101T03, which is kept, is Failed"),
    ],
)
def test_a_list_that_does_not_show_what_is_kept_holds_every_removal_back(
    change: dict[str, str] | None, why: str
) -> None:
    held = held_for(4)
    seen = None if change is None else {each.backup_id: READY for each in held} | change
    if change == {}:
        seen = {"b0": READY}
    planned = plan(START + timedelta(hours=4), {"hourly": 2}, held, seen)
    assert planned.drops == ()
    assert len(planned.slots) == 5
    assert why in planned.held_back


def test_a_clock_that_jumps_back_takes_and_removes_nothing() -> None:
    held = held_for(6)
    seen = {each.backup_id: READY for each in held}
    planned = plan(START - timedelta(days=365), {"hourly": 2}, held, seen)
    assert planned.current is None
    assert planned.drops == ()
    assert len(planned.slots) == 6


def test_a_failed_backup_is_repeated_in_its_slot_and_goes_afterwards() -> None:
    held = [*held_for(2), Held(START.replace(minute=0) + timedelta(hours=2), "bad", "Failed")]
    seen = {"b0": READY, "b1": READY, "bad": "Failed"}
    same = plan(START + timedelta(hours=2, minutes=5), KEEP, held, seen)
    assert (len(same.slots), same.drops) == (3, ())
    for now in (START + timedelta(hours=3), START - timedelta(days=9)):
        later = plan(now, KEEP, held, seen)
        assert later.drops == ("bad",)
        assert held[2].slot not in later.slots


def test_what_is_still_being_made_is_waited_for() -> None:
    held = [
        *held_for(1),
        Held(START.replace(minute=0) + timedelta(hours=1), "slow", "Initializing"),
    ]
    later = plan(START + timedelta(hours=5), {"hourly": 1}, held, {"b0": READY})
    assert held[1].slot in later.slots
    assert "slow" not in later.drops


@settings(max_examples=300, deadline=None)
@given(
    hours=st.lists(st.integers(0, 24 * 90), min_size=1, max_size=40, unique=True),
    now=st.integers(-24 * 400, 24 * 400),
    keep=st.fixed_dictionaries(
        {}, optional={name: st.integers(0, 5) for name in TIERS}
    ).filter(lambda keep: any(keep.values())),
    statuses=st.lists(st.sampled_from([READY, READY, READY, "Failed", "Initializing"]), min_size=40,
                      max_size=40),
    lost=st.sets(st.integers(0, 39)),
    readable=st.booleans(),
)  # fmt: skip
def test_nothing_that_is_needed_ever_falls_out(
    hours: list[int],
    now: int,
    keep: dict[str, int],
    statuses: list[str],
    lost: set[int],
    readable: bool,
) -> None:
    first = START.replace(minute=0)
    held = [
        Held(first + timedelta(hours=hour), f"b{n}", statuses[n]) for n, hour in enumerate(hours)
    ]
    seen = {f"b{n}": statuses[n] for n in range(len(hours)) if n not in lost}
    planned = plan(START + timedelta(hours=now), keep, held, seen if readable else None)
    ready = {each.backup_id: each for each in held if each.status == READY}
    dropped = [ready[each] for each in planned.drops if each in ready]
    declared = [each for each in held if each.slot in planned.slots]
    assert {each.backup_id for each in held} == {
        *planned.drops, *(each.backup_id for each in declared)
    }, "a backup is either declared or dropped"  # fmt: skip
    if dropped:
        newest = max(ready.values(), key=lambda each: each.slot)
        is_older_than_all = planned.current is not None and planned.current > newest.slot
        assert newest not in dropped or is_older_than_all
        assert readable
        assert all(
            seen.get(each.backup_id) == READY for each in declared if each.status == READY
        ), "something was dropped although what is kept was not seen"


@pytest.mark.parametrize(
    ("keep", "text"),
    [
        ({"minutely": 3}, "`keep` has no tier `minutely`: hourly, daily"),
        ({"daily": -1}, "something else than 0 to 1000: -1"),
        ({"daily": True}, "something else than 0 to 1000: True"),
        ({"daily": 0}, "`keep` keeps nothing"),
        ({}, "`keep` keeps nothing"),
    ],
)
def test_tiers_that_cannot_be_used_are_refused(keep: dict[str, int], text: str) -> None:
    assert text in "; ".join(problems(keep))


def test_a_slot_is_read_from_a_name() -> None:
    slot = START.replace(minute=0)
    assert slot_in("hist-20260101T00", ["hist"]) == slot
    assert slot_in("old-20260101t00", ["hist", "old"]) == slot
    assert slot_in("hist-20261301T00", ["hist"]) is None
    assert slot_in("hist2-20260101T00", ["hist"]) is None
