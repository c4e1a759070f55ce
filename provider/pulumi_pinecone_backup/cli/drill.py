"""`pinecone-backup drill`: prove that a backup can be restored, and leave nothing behind."""

from __future__ import annotations

import fnmatch
import importlib.util
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_pinecone_backup.cli import connection
from pulumi_pinecone_backup.cli.drill_report import junit
from pulumi_pinecone_backup.cli.drill_report.content import FILE, DrillReport, content
from pulumi_pinecone_backup.engine.cancellation import cancel
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import ForbiddenError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restore_drill.drill import Drill, DrillPlan, run_drill
from pulumi_pinecone_backup.restored_index.temporary import leftovers
from pulumi_pinecone_backup.waiting.pace import DEFAULT_PACE

if TYPE_CHECKING:
    from pulumi_pinecone_backup.cli.drill_report.charts import Point

_EXAMPLE = """\b
Examples:
  pinecone-backup drill products --max-rpo 90000 --max-rto 7200
  pinecone-backup drill --all --at-once 4 --report drills/2026-11-30 --history drills
"""
_LONGEST_VALUE = 40
_EXTRA = ("jinja2", "matplotlib")
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(epilog=_EXAMPLE)
@click.argument("index", required=False)
@click.option("--all", "every", is_flag=True, help="Every index that has a ready backup.")
@click.option("--pattern", help="Every such index whose name matches, as in `shop-*`.")
@click.option(
    "--at-once",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="How many drills run side by side.",
)
@click.option(
    "--report",
    "folder",
    type=_FOLDER,
    metavar="DIR",
    help="Also write `report.html`, `report.json` and `junit.xml` there.",
)
@click.option(
    "--history",
    type=_FOLDER,
    metavar="DIR",
    help="Draw recovery time and size over the reports below there, as `history.svg`; without "
    "INDEX, --all or --pattern nothing is drilled.",
)
@click.option("--backup-id", help="Backup to restore.  [default: the newest ready one]")
@click.option(
    "--pick",
    type=click.Choice(["latest", "random"]),
    default="latest",
    show_default=True,
    help="Which ready backup, without --backup-id.",
)
@click.option(
    "--within-days",
    type=click.FloatRange(min=0, min_open=True),
    metavar="DAYS",
    help="How old the data of the picked one may be.",
)
@click.option(
    "--verify",
    type=click.Choice(["sample", "records", "schema"]),
    default="records",
    show_default=True,
    help="What has to be proven.",
)
@click.option("--allow-empty", is_flag=True, help="Accept a backup without records.")
@click.option(
    "--max-rpo", type=click.FloatRange(min=0), metavar="SECONDS", help="Oldest backup that is good."
)
@click.option("--max-rto", type=click.FloatRange(min=0), metavar="SECONDS", help="Longest restore.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=DEFAULT_PACE.create,
    show_default=True,
    metavar="SECONDS",
    help="When to give the restore up.",
)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@connection.stack_option
def command(
    index: str | None,
    every: bool,
    pattern: str | None,
    at_once: int,
    folder: Path | None,
    history: Path | None,
    backup_id: str | None,
    pick: str,
    within_days: float | None,
    verify: str,
    allow_empty: bool,
    max_rpo: float | None,
    max_rto: float | None,
    timeout: float,
    as_json: bool,
    stack: str | None,
) -> None:
    """Prove that a backup of INDEX can be restored, and leave nothing behind.

    With `--all` or `--pattern`, of many indexes: one that fails stops no other.

    The backup is restored into a temporary index, verified, and deleted again. Reports the age of
    the recovery point (RPO) and the time that recovery took (RTO). INDEX itself may be gone. The
    exit code is 0 if the restore is proven, within the limits, and nothing is left, 1 if not, and
    2 if the service could not be asked. The restore costs what a restore costs.
    """
    nothing = index is None and not every and pattern is None
    if nothing and history is not None and folder is None:
        _require_extra("--history")
        _draw_history(history)
        return
    if nothing or (index is not None and (every or pattern is not None)):
        raise click.UsageError("name one INDEX, or give --all or --pattern")
    if backup_id is not None and index is None:
        raise click.UsageError("--backup-id belongs to one INDEX")
    if folder is not None or history is not None:
        _require_extra("--report" if folder is not None else "--history")
    plan = DrillPlan(
        index or "",
        backup_id=backup_id,
        pick="random" if pick == "random" else "latest",
        within_days=within_days,
        verify=verify,
        allow_empty=allow_empty,
        timeout_seconds=timeout,
        max_rpo_seconds=max_rpo,
        max_rto_seconds=max_rto,
    )
    try:
        session = connection.connect(stack)
        _name_leftovers(session)
        if index is not None:
            with connection.interruptible():
                drills = [run_drill(session, plan, say=_say)]
        else:
            drills = _many(session, plan, _backed_up(session, pattern), at_once)
    except PineconeBackupError as error:
        raise connection.told(error) from error
    report = content(session, plan, drills)
    if folder is not None or history is not None:
        _write(report, folder, history)
    if index is not None:
        (done,) = drills
        click.echo(json.dumps(asdict(done), indent=2) if as_json else _text(done))
    elif as_json:
        click.echo(report.model_dump_json(indent=2))
    else:
        click.echo("\n\n".join(map(_text, drills)))
    sys.exit(0 if all(done.is_good for done in drills) else 1)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _backed_up(session: Session, pattern: str | None) -> list[str]:
    """Return the names of the indexes that have a ready backup, and match.

    Raises:
        click.ClickException: There is none.
    """
    backups = session.client().list_project_backups()
    names = sorted({str(each.source_index_name) for each in backups if each.is_ready})
    found = [name for name in names if pattern is None or fnmatch.fnmatchcase(name, pattern)]
    if not found:
        which = "" if pattern is None else f" that matches `{pattern}`, of {len(names)} in all"
        raise click.ClickException(f"there is no index with a ready backup{which}")
    return found


def _many(session: Session, plan: DrillPlan, indexes: Sequence[str], at_once: int) -> list[Drill]:
    """Run a drill of each index, some side by side; Ctrl-C ends all of them, and they clean up."""

    def run(name: str) -> Drill:
        try:
            own = replace(plan, index=name)
            return run_drill(session, own, say=lambda text: _say(f"{name}: {text}"))
        except PineconeBackupError as error:
            return Drill(name, "", None, "", result="failed", why=str(error), is_deleted=True)

    with ThreadPoolExecutor(min(at_once, len(indexes))) as pool, connection.interruptible():
        under_way = [pool.submit(run, name) for name in indexes]
        try:
            return [each.result() for each in under_way]
        except KeyboardInterrupt:
            cancel()
            return [
                _not_begun(name) if each.cancel() else each.result()
                for name, each in zip(indexes, under_way, strict=True)
            ]


def _not_begun(index: str) -> Drill:
    why = "the run was interrupted before this drill began"
    return Drill(index, "", None, "", result="interrupted", why=why, is_deleted=True)


def _name_leftovers(session: Session) -> None:
    """Say which indexes earlier drills seem to have left: a running one looks the same.

    A drill needs no permission to list indexes, so without it nothing is said.
    """
    try:
        indexes = session.client().list_indexes()
    except ForbiddenError:
        return
    for line in leftovers(indexes):
        _say(line)


def _require_extra(option: str) -> None:
    """Refuse at once what could not be written after the drills.

    Raises:
        click.ClickException: The extra is not installed.
    """
    if any(importlib.util.find_spec(name) is None for name in _EXTRA):
        raise click.ClickException(
            f"{option} draws charts: pip install 'pulumi-pinecone-backup[report]'"
        )


def _write(report: DrillReport, folder: Path | None, history: Path | None) -> None:
    """Write the report, whose page shows the past as well where that is asked for.

    Raises:
        click.ClickException: It cannot be written; what was found is printed first.
    """
    from pulumi_pinecone_backup.cli.drill_report.page import page

    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / FILE).write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
            junit.write(folder / "junit.xml", report.drills)
        past = None if history is None else _draw_history(history, report)
        if folder is not None:
            (folder / "report.html").write_text(page(report, past), "utf-8")
    except OSError as error:
        click.echo(report.model_dump_json(indent=2))
        raise click.ClickException(f"the report cannot be written: {error}") from error


def _draw_history(folder: Path, now: DrillReport | None = None) -> dict[str, list[Point]]:
    """Draw the reports below a folder, and that of this run, into `history.svg` there.

    Raises:
        click.ClickException: There is none, or the folder cannot be read or written.
    """
    from pulumi_pinecone_backup.cli.drill_report import charts
    from pulumi_pinecone_backup.cli.drill_report.history import points, read

    try:
        if now is not None:
            folder.mkdir(parents=True, exist_ok=True)
        reports = [*read(folder, say=_say), *([now] if now else [])]
        past = points(reports)
        if not past:
            raise click.ClickException(f"there is no report of a drill below {folder}")
        (folder / "history.svg").write_text(charts.history(past), "utf-8")
    except OSError as error:
        raise click.ClickException(f"the history cannot be drawn: {error}") from error
    drills = sum(map(len, past.values()))
    _say(f"{folder / 'history.svg'}: {drills} drill(s) of {len(past)} index(es)")
    return past


def _text(done: Drill) -> str:
    lines = [
        f"drill of index {done.index}: {done.result}" + (f": {done.why}" if done.why else ""),
        f"  backup          {done.backup_id}",
        f"  recovery point  {done.recovery_point_at or 'unknown'}",
        f"  RPO             {_duration(done.rpo_seconds)}",
        f"  RTO             {_duration(done.rto_seconds)}",
    ]
    for row in done.verification:
        values = f"{row.get('expected')} expected, {row.get('actual')} found"
        why = row.get("why") or (values if len(values) <= _LONGEST_VALUE else "")
        lines.append(f"  {row['name']:<15} {row['result']:<8} {why}".rstrip())
    left = "deleted" if done.is_deleted else "may be left over"
    return "\n".join([*lines, f"  {done.temporary_index}: {left}"])


def _duration(seconds: float | None) -> str:
    return "unknown" if seconds is None else duration(seconds)
