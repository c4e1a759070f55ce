"""`pinecone-backup status`: every index with its newest good backup, the worst first."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from pulumi_pinecone_backup.cli import connection
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.status.gather import gather
from pulumi_pinecone_backup.status.model import IndexStatus, ProjectStatus

_EXAMPLE = """\b
Examples:
  pinecone-backup status --max-age 25h
  pinecone-backup status --stack prod --openmetrics /var/lib/node_exporter/pinecone.prom
"""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_HEADINGS = ("index", "newest data", "age", "records", "schedule", "protected", "drill", "look at")


def _age(context: click.Context, option: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", value)
    if found is None:
        text = f"`{value}` is not a time such as `25h`, `90m` or `7d`"
        raise click.BadParameter(text, context, option)
    return float(found[1]) * _UNITS[found[2]]


@click.command(epilog=_EXAMPLE)
@click.option(
    "--max-age",
    metavar="AGE",
    callback=_age,
    help="How old the data of the newest backup may be, as in `25h`.",
)
@click.option("--exclude", multiple=True, help="A name or pattern that does not count; repeatable.")
@click.option(
    "--all-schedules",
    is_flag=True,
    help="Ask every index for its schedules, not only those that a schedule has backed up.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print a table for a page or a pull request.")
@click.option(
    "--openmetrics",
    "metrics",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write metrics there, whole or not at all.",
)
@connection.stack_option
def command(
    max_age: float | None,
    exclude: tuple[str, ...],
    all_schedules: bool,
    as_json: bool,
    markdown: bool,
    metrics: Path | None,
    stack: str | None,
) -> None:
    """Tell what a loss tonight would cost: every index with its newest good backup.

    The index in most danger comes first. Ages count from when the data was captured. With
    `--stack`, the restore drills of that stack are told. The exit code is 0 if every index has a
    good backup, with `--max-age` a recent one, 1 if not, and 2 if that could not be told.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other")
    if metrics is not None and importlib.util.find_spec("prometheus_client") is None:
        raise connection.CouldNotTell(
            "--openmetrics needs its extra: pip install 'pulumi-pinecone-backup[metrics]'"
        )
    try:
        session = connection.connect(stack)
        state: dict[str, Any] | None = None
        if stack is not None:
            state = connection.exported_state(stack)
        status = gather(
            session.client(),
            max_age_seconds=max_age,
            exclude=exclude,
            all_schedules=all_schedules,
            state=state,
        )
    except (PineconeBackupError, click.ClickException, ValueError) as error:
        text = error.message if isinstance(error, click.ClickException) else str(error)
        raise connection.CouldNotTell(text) from error
    if metrics is not None:
        _write(metrics, status)
    if as_json:
        click.echo(status.model_dump_json(indent=2))
    else:
        click.echo(_table(status, markdown))
    sys.exit(0 if status.is_good else 1)


def _write(path: Path, status: ProjectStatus) -> None:
    """Write the metrics so that a collector never sees half of them.

    Raises:
        CouldNotTell: The file cannot be written.
    """
    from pulumi_pinecone_backup.status import openmetrics

    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.absolute().parent, prefix=f".{path.name}.", delete=False
        ) as file:
            file.write(openmetrics.text(status))
        Path(file.name).chmod(0o644)
        os.replace(file.name, path)  # noqa: PTH105 - the one call that replaces at once
    except OSError as error:
        raise connection.CouldNotTell(f"the metrics cannot be written: {error}") from error


def _table(status: ProjectStatus, markdown: bool) -> str:
    rows = [_cells(row) for row in status.indexes]
    lines: list[str] = []
    if markdown:
        rows = [[cell.replace("|", r"\|") for cell in row] for row in rows]
        lines += [f"| {' | '.join(_HEADINGS)} |", f"|{'---|' * len(_HEADINGS)}"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    else:
        widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
        for row in ([*_HEADINGS], *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(cells).rstrip())
    lines += ["", _summary(status)]
    if status.deleted_indexes:
        names = ", ".join(status.deleted_indexes[:10])
        more = len(status.deleted_indexes) - 10
        lines.append(
            f"Deleted, with backups left: {names}" + (f" and {more} more" if more > 0 else "")
        )
    return "\n".join(lines)


def _summary(status: ProjectStatus) -> str:
    bad, total = len(status.indexes) - status.good, len(status.indexes)
    if not total:
        return "There is no index."
    if bad:
        return f"NOT GOOD: {bad} of {total} indexes could not be brought back as they should."
    return f"Good: all {total} indexes have a good backup."


def _cells(row: IndexStatus) -> list[str]:
    schedule = next((each for each in row.schedules if each.enabled), None)
    return [
        row.name,
        "NONE" if row.newest_backup_id is None else str(row.captured_at or "unknown")[:19],
        "-" if row.age_seconds is None else duration(row.age_seconds),
        "-" if row.record_count is None else f"{row.record_count:,}",
        "-" if schedule is None else schedule.frequency,
        "yes" if row.deletion_protection == "enabled" else "no",
        "-" if row.drill is None else f"{row.drill.result} {str(row.drill.finished_at)[:10]}",
        "; ".join([*(f"PROBLEM: {each}" for each in row.problems), *row.notes]),
    ]
