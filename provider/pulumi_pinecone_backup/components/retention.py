"""What a rotation keeps: slots of time, tiers, and what may fall out. Pure: it asks nobody.

A slot is the beginning of a period of the finest tier, in UTC. The latest backup of a period stands
for it in every tier, so a backup may be kept by several tiers, and by none.

A removal is the worst that can go wrong here. So only what this stack's own state holds can fall
out; the list of the service can hold a removal back and never cause one; and a clock that jumps
back takes nothing and removes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from pulumi_pinecone_backup.service.models import FAILED_BACKUP_STATUSES

READY: Final = "Ready"
_FORM: Final = "%Y%m%dT%H"


def _hour(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)


def _day(time: datetime) -> datetime:
    return _hour(time).replace(hour=0)


def _week(time: datetime) -> datetime:
    return _day(time) - timedelta(days=time.weekday())


def _month(time: datetime) -> datetime:
    return _day(time).replace(day=1)


def _year(time: datetime) -> datetime:
    return _month(time).replace(month=1)


TIERS: Final[Mapping[str, Callable[[datetime], datetime]]] = {
    "hourly": _hour,
    "daily": _day,
    "weekly": _week,
    "monthly": _month,
    "yearly": _year,
}
"""From the finest to the coarsest: the beginning of the period that a time is in."""


@dataclass(frozen=True)
class Held:
    """A backup of the rotation that the stack's state holds."""

    slot: datetime
    backup_id: str
    status: str


@dataclass(frozen=True)
class Plan:
    """What a run declares.

    Attributes:
        slots: Of every backup to declare, the oldest first.
        current: The slot that this run takes a backup for; None if it has a good one.
        drops: Ids of the backups that fall out.
        held_back: Why nothing falls out although something would; empty if nothing is held back.
    """

    slots: tuple[datetime, ...]
    current: datetime | None
    drops: tuple[str, ...]
    held_back: str = ""

    @property
    def newest(self) -> datetime:
        """The slot of the newest backup."""
        return self.slots[-1]


def problems(keep: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the tiers; empty if nothing is."""
    found = [
        f"`keep` has no tier `{name}`: {', '.join(TIERS)}" for name in keep if name not in TIERS
    ]
    for name, count in keep.items():
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= 1000:
            found.append(f"`keep` holds for `{name}` something else than 0 to 1000: {count!r}")
    if not found and not any(keep.values()):
        found.append("`keep` keeps nothing: give at least one tier a number above 0")
    return found


def plan(
    now: datetime,
    keep: Mapping[str, int],
    held: Iterable[Held],
    listed: Mapping[str, str] | None,
) -> Plan:
    """Return what a run declares.

    Args:
        now: The time of the run.
        keep: How many periods of each tier are kept.
        held: What the stack's own state holds.
        listed: Status by id of every backup that the service lists; None if it could not be read.
    """
    by_slot = {each.slot: each for each in sorted(held, key=lambda each: each.status == READY)}
    good = {slot: each for slot, each in by_slot.items() if each.status == READY}
    finest = next(name for name in TIERS if keep.get(name))
    slot = TIERS[finest](now.astimezone(timezone.utc))
    alive = {s for s, each in by_slot.items() if each.status not in FAILED_BACKUP_STATUSES}
    is_back = bool(alive) and slot < max(alive)
    wanted = set(good) if is_back else {*good, slot}
    kept = set(good) if is_back else _kept(wanted, keep)
    held_back = _held_back(good, kept, listed) if good.keys() - kept else ""
    if held_back:
        kept = wanted
    # What is still being made is waited for; what has failed holds nothing, and is only repeated in
    # its own slot.
    failed = by_slot.keys() - alive - ({slot} if not is_back else set())
    open_ones = alive - good.keys()
    drops = [by_slot[each].backup_id for each in sorted((good.keys() - kept) | failed)]
    return Plan(
        slots=tuple(sorted(kept | open_ones)),
        current=None if is_back or slot in good else slot,
        drops=tuple(drops),
        held_back=held_back,
    )


def _kept(slots: set[datetime], keep: Mapping[str, int]) -> set[datetime]:
    """Return the slots that at least one tier keeps: the latest of each of its newest periods."""
    kept: set[datetime] = set()
    for name, count in keep.items():
        latest: dict[datetime, datetime] = {}
        for slot in sorted(slots):
            latest[TIERS[name](slot)] = slot
        kept.update(latest[period] for period in sorted(latest, reverse=True)[:count])
    return kept


def _held_back(
    good: Mapping[datetime, Held], kept: set[datetime], listed: Mapping[str, str] | None
) -> str:
    """Return why nothing may fall out: what is kept must be seen Ready at the service."""
    if listed is None:
        return "the backups could not be listed"
    for slot in sorted(good.keys() & kept, reverse=True):
        status = listed.get(good[slot].backup_id)
        if status != READY:
            how = "is not listed" if status is None else f"is {status}"
            return f"backup `{good[slot].backup_id}` of {slot_text(slot)}, which is kept, {how}"
    return ""


def slot_text(slot: datetime) -> str:
    """Return a slot as resource names carry it: `20261130T13`, in UTC."""
    return slot.strftime(_FORM)


def slot_in(resource_name: str, rotations: Iterable[str]) -> datetime | None:
    """Return the slot in the name of a rotation's child, or None where it is none."""
    for rotation in rotations:
        pattern = rf"{re.escape(rotation)}-(\d{{8}}T\d{{2}})"
        found = re.fullmatch(pattern, resource_name, re.IGNORECASE)
        if found is not None:
            try:
                return datetime.strptime(found[1].upper(), _FORM).replace(tzinfo=timezone.utc)
            except ValueError:
                return None
    return None
