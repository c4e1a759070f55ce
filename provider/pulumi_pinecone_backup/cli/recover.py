"""`pinecone-backup recover`: bring namespaces of a live index back from a backup."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

import click

from pulumi_pinecone_backup.cli import connection
from pulumi_pinecone_backup.cli.progress import Progress
from pulumi_pinecone_backup.engine.rows import duration
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.recovery.journal import Journal
from pulumi_pinecone_backup.recovery.plan import (
    Mode,
    NamespaceReport,
    RecoveryPlan,
    RecoveryReport,
)
from pulumi_pinecone_backup.recovery.recovery import plan_from_json, plan_to_json, recover
from pulumi_pinecone_backup.service.values import time_of
from pulumi_pinecone_backup.waiting.pace import DEFAULT_PACE

_EXAMPLE = """\b
Examples:
  pinecone-backup recover products --namespace tenant-7 --dry-run
  pinecone-backup recover products --namespace tenant-7 --as-of 2026-11-30T06:00:00Z
  pinecone-backup recover --resume products-20261130T101500Z.recovery
"""
Confirm = Callable[[Sequence[NamespaceReport]], bool]


def _shard(context: click.Context, option: click.Parameter, value: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", value)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter(f"`{value}` is not a part such as `1/4`", context, option)
    return int(found[1]), int(found[2])


def _time(context: click.Context, option: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    found = time_of(value)
    if found is None:
        text = f"`{value}` is not a time such as `2026-11-30T06:00:00Z`"
        raise click.BadParameter(text, context, option)
    return found


@click.command(epilog=_EXAMPLE)
@click.argument("index", required=False)
@click.option("--namespace", "namespaces", multiple=True, help="What to bring back; repeatable.")
@click.option("--all-namespaces", is_flag=True, help="Every namespace of the backup.")
@click.option("--backup", "backup_id", help="The backup.  [default: the newest ready one]")
@click.option(
    "--as-of", metavar="TIME", callback=_time, help="The newest whose data was captured by then."
)
@click.option("--into", metavar="INDEX2", help="Write into this index.  [default: INDEX]")
@click.option(
    "--from-index",
    metavar="INDEX3",
    help="Copy from this index, which is restored already, and leave it.",
)
@click.option(
    "--mode",
    type=click.Choice(["missing", "overwrite", "mirror"]),
    default="missing",
    show_default=True,
    help="Write what is missing, also what differs, or also delete what the backup lacks.",
)
@click.option("--ids-only", is_flag=True, help="Do not compare the content of what is there.")
@click.option(
    "--shard",
    metavar="I/N",
    callback=_shard,
    default="1/1",
    help="One part of the ids, as in `2/8`: for several machines.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option(
    "--yes-delete", type=click.IntRange(min=0), metavar="N", help="Delete these N records unasked."
)
@click.option(
    "--journal",
    "journal_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the run notes what is done.  [default: INDEX-TIME.recovery]",
)
@click.option(
    "--resume",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Go on with the run of this journal.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=6,
    show_default=True,
    help="How many requests are under way.",
)
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
    namespaces: tuple[str, ...],
    all_namespaces: bool,
    backup_id: str | None,
    as_of: datetime | None,
    into: str | None,
    from_index: str | None,
    mode: Mode,
    ids_only: bool,
    shard: tuple[int, int],
    dry_run: bool,
    yes: bool,
    yes_delete: int | None,
    journal_path: Path | None,
    resume: Path | None,
    workers: int,
    timeout: float,
    as_json: bool,
    stack: str | None,
) -> None:
    """Bring namespaces of the live INDEX back from a backup: one tenant deleted, or damaged.

    The backup is restored into a temporary index, which is deleted again however this ends. What
    INDEX lacks, has otherwise and has beside the backup is told for each namespace, and nothing is
    written before you agree. Other namespaces are not touched. The exit code is 0 if everything is
    there and verified, 1 if not (also where `--dry-run` finds something to do), and 2 if the
    command could not begin.
    """
    if resume is None:
        if index is None:
            raise click.UsageError("name the INDEX, or a journal with --resume")
        if bool(namespaces) == all_namespaces:
            raise click.UsageError("name each --namespace, or give --all-namespaces")
        if backup_id is not None and as_of is not None:
            raise click.UsageError("--backup and --as-of exclude each other")
        plan = RecoveryPlan(
            index=index,
            into=into or index,
            namespaces=namespaces,
            backup_id=backup_id,
            as_of=as_of,
            from_index=from_index,
            mode=mode,
            ids_only=ids_only,
            shard=shard,
            workers=workers,
            timeout_seconds=timeout,
        )
        journal_path = journal_path or _new_path(index, shard)
        if journal_path.exists():
            raise click.UsageError(f"`{journal_path}` exists: go on with --resume {journal_path}")
    elif index is not None or namespaces or journal_path is not None:
        raise click.UsageError("--resume goes on with what its journal says: give nothing else")
    if not (dry_run or yes or sys.stdin.isatty()):
        raise click.UsageError("nobody can be asked here: give --yes or --dry-run")
    progress = Progress()
    try:
        session = connection.connect(stack)
        journal = Journal(resume or journal_path or Path())
        if resume is None:
            journal.note("plan", plan_to_json(plan))
            _say(f"if this run ends early, go on with --resume {journal.path}")
        else:
            plan = plan_from_json(str(journal.fact("plan")))
        try:
            with connection.interruptible():
                report = recover(
                    session,
                    plan,
                    journal,
                    confirm=None if dry_run else _confirm(plan, progress, yes, yes_delete),
                    say=_say,
                    on_progress=progress,
                )
        except PineconeBackupError:
            if resume is None:
                journal.remove()  # nothing was begun
            else:
                journal.close()
            raise
        finally:
            progress.close()
    except PineconeBackupError as error:
        raise connection.CouldNotTell(str(error)) from error
    is_over = report.result in ("recovered", "nothing to do", "declined", "dry run")
    if is_over or not journal.is_begun:
        journal.remove()
        report.journal = ""
    else:
        journal.close()
    click.echo(report.model_dump_json(indent=2) if as_json else _text(report))
    sys.exit(0 if report.is_good else 1)


def _new_path(index: str, shard: tuple[int, int]) -> Path:
    time = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%fZ")
    part = "" if shard[1] == 1 else f"-{shard[0]}of{shard[1]}"
    return Path(f"{index}{part}-{time}.recovery")


def _confirm(plan: RecoveryPlan, progress: Progress, yes: bool, yes_delete: int | None) -> Confirm:
    """Return what asks before anything is written."""

    def confirm(found: Sequence[NamespaceReport]) -> bool:
        progress.close()
        _say("\n".join(map(_found, found)))
        for each in found:
            wanted = each.missing + (0 if plan.mode == "missing" else each.different)
            progress.expect(f"writing {each.namespace}", wanted)
        extra = sum(each.extra for each in found) if plan.mode == "mirror" else 0
        if extra and yes_delete is not None and yes_delete != extra:
            _say(f"--yes-delete {yes_delete} does not agree: {extra} records would be deleted")
            return False
        if extra and yes_delete is None:
            return _typed(found)
        return yes or click.confirm(f"Write into index {plan.into}?", err=True)

    return confirm


def _typed(found: Sequence[NamespaceReport]) -> bool:
    """Ask for the name of each namespace of which records would be deleted."""
    if not sys.stdin.isatty():
        _say("records would be deleted: agree with --yes-delete and their number")
        return False
    for each in found:
        if each.extra:
            text = (
                f"{each.extra} records of {each.namespace} are deleted: type the namespace's name"
            )
            if click.prompt(text, err=True, default="", show_default=False) != each.namespace:
                return False
    return True


def _found(each: NamespaceReport) -> str:
    return (
        f"{each.namespace}: {each.in_backup:,} records in the backup; the index lacks "
        f"{each.missing:,}, has {each.different:,} with other content and {each.extra:,} extra"
    )


def _say(text: str) -> None:
    click.echo(text, err=True)


def _text(report: RecoveryReport) -> str:
    lines = [
        f"recovery of {report.into}: {report.result}" + (f": {report.why}" if report.why else ""),
        f"  backup          {report.backup_id}",
        f"  recovery point  {report.recovery_point_at or 'unknown'}",
        f"  took            {duration(report.seconds)}",
    ]
    for each in report.namespaces:
        lines.append(f"  {_found(each)}")
        if each.verified:
            deleted = f", {each.deleted:,} deleted" if each.deleted else ""
            lines.append(f"    {each.written:,} written{deleted}; {each.verified}")
    if report.temporary_index:
        left = "deleted" if report.is_deleted else "may be left over"
        lines.append(f"  {report.temporary_index}: {left}")
    if report.journal:
        lines.append(f"  go on with: pinecone-backup recover --resume {report.journal}")
    return "\n".join(lines)
