"""`pinecone-backup doctor`: tell what is set up and what is missing, line by line."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click

from pulumi_pinecone_backup.cli import connection
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.restored_index.temporary import leftovers
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexModel
from pulumi_pinecone_backup.service.settings import Settings

_EXAMPLE = """\b
Examples:
  pinecone-backup doctor
  pinecone-backup doctor --stack prod
  pulumi stack export > state.json && pinecone-backup doctor --state state.json
"""
OLDEST_ENGINE = (3, 254)
"""`pulumi import --file` takes inputs and outputs from this version on."""


class _Report:
    """The lines that were printed, and whether one of them needs something to be done."""

    def __init__(self) -> None:
        self.is_good = True

    def good(self, what: str, text: str) -> None:
        click.echo(f"ok    {what:<12} {text}")

    def unknown(self, what: str, text: str) -> None:
        click.echo(f"?     {what:<12} {text}")

    def bad(self, what: str, text: str) -> None:
        self.is_good = False
        click.echo(f"FAIL  {what:<12} {text}")


@click.command(epilog=_EXAMPLE)
@connection.stack_option
@click.option(
    "--state",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also check this state, as `pulumi stack export` writes it.  [default: that of --stack]",
)
def command(stack: str | None, file: Path | None) -> None:
    """Check engine, settings, key and permissions, and a stack's state; change nothing.

    Each line says ok, what to do, or what cannot be told without changing something. With a stack
    or a state, what a lost run has left, what is gone, what a destroy would stumble over and
    schedules that fail are told, each with the command that mends it. The exit code is 1 if a line
    says FAIL.
    """
    report = _Report()
    _engine(report)
    report.good(
        "package",
        f"pulumi-pinecone-backup {version('pulumi-pinecone-backup')}, "
        f"pulumi {version('pulumi')}, Python {sys.version.split()[0]}",
    )
    settings = _settings(report, stack)
    if settings is not None:
        with Client(settings, on_warning=lambda text: report.unknown("key", text)) as client:
            _service(report, client)
            if file is not None or stack is not None:
                _state(report, client, file, stack)
    sys.exit(0 if report.is_good else 1)


def _engine(report: _Report) -> None:
    program = shutil.which("pulumi")
    if program is None:
        report.bad("engine", "`pulumi` is not on PATH: https://www.pulumi.com/docs/install/")
        return
    try:
        text = connection.pulumi("version").strip()
    except click.ClickException as error:
        report.bad("engine", error.message)
        return
    found = re.match(r"v?(\d+)\.(\d+)", text)
    if found is None:
        report.unknown("engine", f"{program} reports version `{text}`")
    elif (int(found[1]), int(found[2])) < OLDEST_ENGINE:
        oldest = ".".join(str(number) for number in OLDEST_ENGINE)
        report.bad(
            "engine", f"pulumi {text} is too old for `pulumi import --file`: take {oldest} or newer"
        )
    else:
        report.good("engine", f"pulumi {text} at {program}")


def _settings(report: _Report, stack: str | None) -> Settings | None:
    try:
        session = connection.connect(stack)
        settings = Settings.resolve(session.config, os.environ)
    except click.ClickException as error:
        report.bad("stack", error.message)
        return None
    except PineconeBackupError as error:
        report.bad("settings", str(error))
        return None
    report.good("settings", f"API {settings.api_version} at {settings.host}")
    report.good("key", f"found in `{settings.api_key_source}`")
    return settings


def _service(report: _Report, client: Client) -> None:
    indexes: list[IndexModel] = []

    def list_indexes() -> str:
        indexes.extend(client.list_indexes())
        return f"{len(indexes)} index(es)"

    if not _try(report, "indexes", list_indexes):
        return
    _project(report, indexes)
    for line in leftovers(indexes):
        report.unknown("drill", line)
    _try(report, "backups", lambda: f"{len(client.list_project_backups())} backup(s)")
    _try(report, "restores", lambda: f"{len(client.list_restore_jobs())} restore job(s)")
    _schedules(report, client, indexes)
    _data(report, client, indexes)
    report.unknown("changes", "whether the key may create and delete is not tried")


def _state(report: _Report, client: Client, file: Path | None, stack: str | None) -> None:
    """Hold a state against the service."""
    from pulumi_pinecone_backup.status.state_check import check_state

    try:
        if file is not None:
            state = json.loads(file.read_text("utf-8"))
        else:
            state = connection.exported_state(str(stack))
        findings = check_state(client, state)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        report.bad("state", f"it cannot be read: {error}")
        return
    except click.ClickException as error:
        report.bad("state", error.message)
        return
    except PineconeBackupError as error:
        report.bad("state", str(error))
        return
    if not findings:
        report.good("state", "it agrees with the service, and no run was lost")
    for each in findings:
        say = report.bad if each.level == "bad" else report.unknown
        say(each.what, each.text)
        if each.command:
            click.echo(f"      {'':<12} run: {each.command}")


def _try(report: _Report, what: str, ask: Callable[[], str]) -> bool:
    try:
        report.good(what, f"can be listed: {ask()}")
    except PineconeBackupError as error:
        report.bad(what, str(error))
        return False
    return True


def _project(report: _Report, indexes: list[IndexModel]) -> None:
    projects = sorted({index.project for index in indexes if index.project})
    if projects:
        report.good("project", f"the key reads project `{'`, `'.join(projects)}`")
    else:
        report.unknown(
            "project",
            "no index tells it; where an object is missing, its state is "
            "kept until `PINECONE_BACKUP_ACCEPT_GONE=1` accepts that it is gone",
        )


def _schedules(report: _Report, client: Client, indexes: list[IndexModel]) -> None:
    if not client.supports("backup_schedules"):
        report.unknown(
            "schedules",
            f"API {client.api_version.name} has none: BackupSchedule needs "
            "another `pinecone-backup:apiVersion`",
        )
    elif indexes:
        name = indexes[0].name
        _try(report, "schedules", lambda: f"{len(client.list_backup_schedules(name))} of `{name}`")
    else:
        report.unknown("schedules", "no index to list them of")


def _data(report: _Report, client: Client, indexes: list[IndexModel]) -> None:
    ready = [index for index in indexes if index.is_ready and index.host]
    if not ready:
        report.unknown("data plane", "no ready index to count the records of")
        return
    try:
        stats = client.describe_index_stats(ready[0].host)
    except PineconeBackupError as error:
        report.bad("data plane", f"restores cannot be verified by their records: {error}")
    else:
        report.good("data plane", f"{stats.total_record_count} record(s) in `{ready[0].name}`")
