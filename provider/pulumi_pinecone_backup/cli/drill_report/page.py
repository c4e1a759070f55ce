"""The report of drills as one HTML page that needs nothing from elsewhere, and prints well."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pulumi_pinecone_backup.cli.drill_report import charts, words
from pulumi_pinecone_backup.cli.drill_report.charts import Point
from pulumi_pinecone_backup.cli.drill_report.content import DrillReport
from pulumi_pinecone_backup.engine.rows import duration


def page(report: DrillReport, past: Mapping[str, Sequence[Point]] | None = None) -> str:
    """Return the page.

    Args:
        report: What is told.
        past: Earlier drills by index, drawn as a chart; None draws none.
    """
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": _duration, "value": _value, "date": _date}
    return environment.get_template("page.html.jinja").render(
        report=report,
        drills=sorted(report.drills, key=lambda done: done.is_good),
        words=words,
        timelines=[_image(chart) for chart in charts.timelines(report.drills)],
        history=_image(charts.history(past)) if past else None,
    )


def _image(svg: str) -> str:
    """Return a chart as the address of an image, so that its ids meet no other's."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _duration(seconds: float | None) -> str:
    return "unknown" if seconds is None else duration(seconds)


def _date(text: str | None) -> str:
    """Return a time of the report for people: `2026-11-30 13:05:09 UTC`."""
    return "unknown" if not text else f"{text[:19].replace('T', ' ')} UTC"


def _value(value: Any) -> str:
    """Return what a check expected or found."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return json.dumps(value, ensure_ascii=False)
