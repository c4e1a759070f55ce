"""`pinecone-backup drill`: prove that a backup can be restored, and leave nothing behind."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click

from pulumi_pinecone_backup.cli import connection
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.restore_drill.drill import Drill, DrillPlan, run_drill
from pulumi_pinecone_backup.waiting.pace import DEFAULT_PACE

_LONGEST_VALUE = 40


@click.command()
@click.argument("index")
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
    index: str,
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

    The backup is restored into a temporary index, verified, and deleted again. Reports the age of
    the recovery point (RPO) and the time that recovery took (RTO). INDEX itself may be gone. The
    exit code is 0 if the restore is proven, within the limits, and nothing is left; else 1. The
    restore costs what a restore costs.
    """
    try:
        plan = DrillPlan(
            index,
            backup_id=backup_id,
            pick="random" if pick == "random" else "latest",
            within_days=within_days,
            verify=verify,
            allow_empty=allow_empty,
            timeout_seconds=timeout,
            max_rpo_seconds=max_rpo,
            max_rto_seconds=max_rto,
        )
        session = connection.connect(stack)
        with _interruptible():
            done = run_drill(session, plan, say=lambda text: click.echo(text, err=True))
    except PineconeBackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(asdict(done), indent=2) if as_json else _text(done))
    sys.exit(0 if done.is_good else 1)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end the drill as Ctrl-C does, so that it cleans up."""

    def interrupt(number: int, frame: object) -> None:
        del number, frame
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


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
