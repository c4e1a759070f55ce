"""The charts of a report, as SVG texts that need nothing from elsewhere."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.restore_drill.drill import Drill

ROWS: Final = 40
"""Drills in one timeline; more make another, so that a page of paper holds each."""
MOST_NAMED: Final = 8
"""Indexes that a history names; the others are grey lines."""

_WIDTH: Final = 9.0
_GOOD, _BAD, _CLEAN_UP, _GREY = "#2f6f4f", "#b3261e", "#c9ccd1", "#b9bcc2"
# Told apart also without red and green.
_COLOURS: Final = (
    "#1f5fa8", "#c2571a", "#2f6f4f", "#7a3f98", "#8a6d00", "#00717f", "#a3195b", "#4d4d4d",
)  # fmt: skip
_MARKERS: Final = "osD^vPX*"
_STYLE: Final[Any] = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#6b7078",
    "date.epoch": "1970-01-01T00:00:00",
}


@dataclass(frozen=True)
class Point:
    """One drill of the past.

    Attributes:
        at: When it was done, in UTC.
        rto_seconds: How long the restore took; None where it did not end.
        record_count: Records of the restored index; None where they are unknown.
        is_good: Whether the drill passed and left nothing.
    """

    at: datetime
    rto_seconds: float | None
    record_count: int | None
    is_good: bool


def timelines(drills: Sequence[Drill]) -> list[str]:
    """Return when each drill restored, verified and cleaned up, at most 40 drills in each chart.

    Drills that did not begin are left out; without any other there is no chart.
    """
    begun = [done for done in drills if done.started_at and done.finished_at]
    return [_timeline(begun[at : at + ROWS]) for at in range(0, len(begun), ROWS)]


def _timeline(drills: Sequence[Drill]) -> str:
    figure, (axes,) = _figure(1, height=0.9 + 0.28 * len(drills))
    for row, done in enumerate(drills):
        start, end = _time(done.started_at), _time(done.finished_at)
        restored = end
        if done.rto_seconds is not None:
            restored = min(end, start + timedelta(seconds=done.rto_seconds))
        colour = _GOOD if done.is_good else _BAD
        hatch = None if done.is_good else "////"
        _bar(axes, row, start, restored, facecolor=colour, edgecolor="white", hatch=hatch)
        _bar(axes, row, restored, end, facecolor=_CLEAN_UP, edgecolor="white")
        text = f" {done.result}, {duration((end - start).total_seconds())}"
        axes.text(_number(end), row, _shown(text), va="center", color="#24272c")
    axes.set_yticks(range(len(drills)), [_shown(done.index) for done in drills])
    axes.set_ylim(len(drills) - 0.4, -0.6)
    axes.margins(x=0.18)
    _dates(axes)
    axes.set_xlabel("time (UTC)")
    kinds = [Patch(facecolor=_GOOD, label="restore and checks"), Patch(facecolor=_CLEAN_UP)]
    kinds[1].set_label("temporary index deleted")
    if not all(done.is_good for done in drills):
        kinds.insert(1, Patch(facecolor=_BAD, hatch="////", edgecolor="white", label="not good"))
    figure.legend(handles=kinds, loc="outside upper left", ncols=3, frameon=False)
    return _svg(figure)


def history(points: Mapping[str, Sequence[Point]]) -> str:
    """Return recovery time and size over past drills, with a line for each index.

    Args:
        points: Drills by index, the oldest first; at least one.
    """
    figure, (above, below) = _figure(2, height=5.6)
    named = sorted(points, key=lambda name: (-_slowest(points[name]), name))[:MOST_NAMED]
    for name in sorted(points, key=named.__contains__):
        place = named.index(name) if name in named else None
        _line(above, points[name], "rto_seconds", place)
        _line(below, points[name], "record_count", place)
    above.set_ylabel("recovery time (RTO)")
    above.yaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))
    below.set_ylabel("records")
    below.yaxis.set_major_locator(MaxNLocator(integer=True))
    below.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for axes in (above, below):
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", color="#e3e5e8", linewidth=0.8)
    _dates(below)
    below.set_xlabel("time (UTC)")
    figure.legend(handles=list(_keys(points, named)), loc="outside upper left", ncols=4)
    return _svg(figure)


def _keys(points: Mapping[str, Sequence[Point]], named: Sequence[str]) -> Iterator[Line2D]:
    for place, name in enumerate(named):
        yield Line2D([], [], **_look(place), label=_shown(name))
    if len(points) > len(named):
        yield Line2D([], [], color=_GREY, label=f"{len(points) - len(named)} more")
    if not all(point.is_good for each in points.values() for point in each):
        yield Line2D([], [], **_failed(), label="drill that is not good")


def _line(axes: Axes, points: Sequence[Point], value: str, place: int | None) -> None:
    known = [point for point in points if getattr(point, value) is not None]
    times = [_number(point.at) for point in known]
    look: dict[str, Any] = {"color": _GREY, "linewidth": 0.8} if place is None else _look(place)
    axes.plot(times, [getattr(point, value) for point in known], **look)
    bad = [point for point in known if not point.is_good]
    values = [getattr(point, value) for point in bad]
    axes.plot([_number(point.at) for point in bad], values, **_failed())


def _look(place: int) -> dict[str, Any]:
    return {"color": _COLOURS[place], "marker": _MARKERS[place], "markersize": 4, "linewidth": 1.4}


def _failed() -> dict[str, Any]:
    return {
        "linestyle": "none", "marker": "o", "markersize": 10, "markerfacecolor": "none",
        "markeredgecolor": _BAD, "markeredgewidth": 1.6,
    }  # fmt: skip


def _slowest(points: Sequence[Point]) -> float:
    return max((point.rto_seconds or 0.0 for point in points), default=0.0)


def _figure(rows: int, *, height: float) -> tuple[Figure, list[Axes]]:
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots(rows, 1, sharex=True, squeeze=False)
    return figure, list(itertools.chain.from_iterable(axes))


def _svg(figure: Figure) -> str:
    # The same report gives the same chart: no date, and ids that follow from the content.
    with io.StringIO() as text, matplotlib.rc_context({**_STYLE, "svg.hashsalt": "drills"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        return text.getvalue()


def _bar(axes: Axes, row: int, start: datetime, end: datetime, **look: Any) -> None:
    axes.barh(row, _number(end) - _number(start), left=_number(start), height=0.62, **look)


def _dates(axes: Axes) -> None:
    locator: Any = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _number(time: datetime) -> float:
    return time.timestamp() / 86400.0


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))


def _shown(name: str) -> str:
    """Return a name as it is drawn; names of indexes are ASCII, and at most 45 characters."""
    drawn = "".join(each if each.isascii() and each.isprintable() else "?" for each in name)
    return drawn if len(drawn) <= 45 else f"{drawn[:44]}…"
