#!/usr/bin/env python3
"""Restores the indexes of `recovery.json` by many stacks side by side, and reports once.

The exit code is 0 if every index is restored and verified, 1 if one is not, and 2 if that could not
be told: the backend or the service could not be asked, another run has a stack locked, or the run
was interrupted. Whatever the run left, the next one continues, and repeats what is not good.
"""

from __future__ import annotations

import fnmatch
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click
import declaration
import manifests
import pulumi_pinecone_backup as pinecone_backup
import report
from declaration import FILE, Declaration
from pulumi import automation as auto
from pulumi_pinecone_backup.errors import PineconeBackupError
from shards import Runner, Shard, told_by

FOLDER = Path(__file__).resolve().parent


class NotTold(click.ClickException):
    """Ends with the exit code 2."""

    exit_code = 2


@click.command(help=__doc__)
@click.option(
    "--parallel",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 2,
    show_default="processor cores",
    metavar="N",
    help="Shards at a time.",
)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON, with every index.")
@click.option("--destroy", is_flag=True, help="Delete what was restored, and the stacks.")
@click.option(
    "--unlock", is_flag=True, help="Remove the locks of a run that is dead. Make sure that it is."
)
@click.option(
    "--add",
    metavar="PATTERN",
    help="Add the names of the indexes that match and have a ready backup to recovery.json.",
)
@click.option(
    "--manifests",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the shards as resources of the Pulumi Kubernetes Operator.",
)
@click.option("--secrets-provider", metavar="URL", help="For new stacks, instead of a passphrase.")
def main(
    parallel: int,
    as_json: bool,
    destroy: bool,
    unlock: bool,
    add: str | None,
    folder: Path | None,
    secrets_provider: str | None,
) -> None:
    """Run the command line."""
    try:
        if add is not None:
            _add(add)
            return
        recovery = declaration.load()
    except (declaration.DeclarationError, PineconeBackupError) as error:
        raise NotTold(str(error)) from error
    if folder is not None:
        for path in manifests.write(folder, recovery.stacks):
            click.echo(path)
        return
    runner = Runner(str(FOLDER), secrets_provider)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: runner.command.interrupt())
    shards = _run(_jobs(runner, recovery, destroy, unlock), parallel)
    click.echo(report.as_json(shards) if as_json else report.as_table(shards))
    sys.exit(report.exit_code(shards))


def _add(pattern: str) -> None:
    """Add the names of indexes to the file. None is taken out: that deletes what was restored.

    Raises:
        PineconeBackupError: The service could not be asked.
        DeclarationError: The file cannot be used.
    """
    before = declaration.load()
    suffix = before.suffix or "\n"  # no name ends so
    found = {
        str(each.source_index_name)
        for each in pinecone_backup.list_backups()
        if each.is_ready and not str(each.source_index_name).endswith(suffix)
    }
    names = sorted({*before.indexes, *fnmatch.filter(found, pattern)})
    text = json.dumps({**asdict(before), "indexes": names}, indent=2)
    FILE.write_text(text + "\n", "utf-8")
    click.echo(f"{FILE.name}: {len(names)} indexes, {len(names) - len(before.indexes)} of them new")


def _jobs(
    runner: Runner, recovery: Declaration, destroy: bool, unlock: bool
) -> Mapping[str, Callable[[], Shard]]:
    """Return what is to be done for each stack.

    Raises:
        NotTold: The backend could not be asked, or its stacks are of another division.
    """
    try:
        there = runner.existing()
    except auto.CommandError as error:
        raise NotTold(f"the backend could not be asked: {told_by(error)}") from error
    _refuse_another_division(there, recovery)
    if destroy or unlock:
        work = runner.destroy if destroy else runner.unlock
        return {name: partial(work, name) for name in sorted(there & recovery.stacks.keys())}
    return {
        name: partial(runner.up, name, indexes)
        for name, indexes in recovery.stacks.items()
        if indexes or name in there
    }


def _refuse_another_division(there: Iterable[str], recovery: Declaration) -> None:
    """Refuse to restore everything once more because of another number of shards.

    Raises:
        NotTold: The backend has stacks of another number.
    """
    sizes = {declaration.shards_in(name) for name in there} - {None, recovery.shards}
    if sizes:
        others = " and ".join(f"{size} shards" for size in sorted(map(str, sizes)))
        raise NotTold(
            f"the backend has stacks of {others}, and `shards` is {recovery.shards}: a new "
            "division would restore everything once more. Set `shards` back, or run `--destroy` "
            "with the old number first"
        )


def _run(jobs: Mapping[str, Callable[[], Shard]], parallel: int) -> list[Shard]:
    """Run some at a time; one that fails stops no other."""

    def say(done: Future[Shard]) -> None:
        shard = done.result()
        click.echo(f"{shard.name}: {shard.error or 'done'} ({shard.seconds:.0f} s)", err=True)

    def guarded(name: str, job: Callable[[], Shard]) -> Shard:
        try:
            return job()
        except Exception as error:  # a mistake here must not hide what the others found
            return Shard(name, (), repr(error), 0.0)

    with ThreadPoolExecutor(parallel) as pool:
        under_way = [pool.submit(guarded, name, job) for name, job in jobs.items()]
        for each in under_way:
            each.add_done_callback(say)
        return [each.result() for each in under_way]


if __name__ == "__main__":
    main()
