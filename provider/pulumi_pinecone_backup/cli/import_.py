"""`pinecone-backup import`: write the file with which Pulumi takes an existing object over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pulumi_pinecone_backup.cli import adoption, connection
from pulumi_pinecone_backup.cli.adoption import Owner
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle.session import Session

_PLACEHOLDER = "<PLACEHOLDER>"
_KINDS = {
    "backup": "Backup",
    "restored-index": "RestoredIndex",
    "backup-schedule": "BackupSchedule",
}
_SHOWN_INPUTS = {
    "backup": ("index_name",),
    "restored-index": ("backup_id",),
    "backup-schedule": ("index_name", "frequency", "retention_days"),
}


@click.command(name="import")
@click.argument("kind", type=click.Choice(list(_KINDS)))
@click.argument("resource_name")
@click.argument("object_id", metavar="ID")
@click.option(
    "--file",
    "path",
    default="import.json",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; entries of other resources in it stay.",
)
@click.option("--project", help="Pulumi project.  [default: that of this folder]")
@click.option(
    "--stack",
    help="Stack that takes the object; its configuration has the key, else the environment.  "
    "[default: the selected stack]",
)
@click.option("--backup-id", help="Of a restored index whose source the service does not tell.")
@click.option("--take-over", is_flag=True, help="Take an index from another resource or stack.")
def command(
    kind: str,
    resource_name: str,
    object_id: str,
    path: Path,
    project: str | None,
    stack: str | None,
    backup_id: str | None,
    take_over: bool,
) -> None:
    """Write the import file for an object that exists.

    ID is a backup's id, an index's name, or a schedule's id; RESOURCE_NAME is the resource's name
    in the program. A restored index gets a tag that marks it as this resource's; nothing else
    changes at the service. `pulumi import --file` does the rest.
    """
    stack = stack or connection.selected_stack()
    owner = _owner(project or connection.project_name(), stack, resource_name)
    others = _others(path, adoption.token(_KINDS[kind]), resource_name)
    try:
        session = connection.connect(stack)
        entry = _entry(session, kind, owner, object_id, backup_id=backup_id, takes_over=take_over)
    except PineconeBackupError as error:
        raise click.ClickException(str(error)) from error
    path.write_text(json.dumps({"resources": [*others, entry]}, indent=2) + "\n", "utf-8")
    click.echo(f"{path}: {_KINDS[kind]} `{resource_name}` is `{object_id}`. Next:")
    click.echo(f"1. Declare it in the program: {_declaration(kind, entry)}")
    click.echo(
        f"2. pulumi import --file {path} --generate-code=false --protect=false --stack {stack}"
    )
    click.echo("3. pulumi preview, which shows no change.")


def _owner(project: str | None, stack: str | None, resource_name: str) -> Owner:
    if not project:
        raise click.UsageError("No Pulumi.yaml in this folder or above: give --project.")
    if not stack:
        raise click.UsageError("No stack is selected in this folder: give --stack.")
    return Owner(project, stack.rpartition("/")[2], resource_name)


def _others(path: Path, token: str, resource_name: str) -> list[dict[str, Any]]:
    """Return the entries of the file that stay."""
    if not path.exists():
        return []
    try:
        written = json.loads(path.read_text("utf-8"))
        entries: list[dict[str, Any]] = written["resources"]
        others = [e for e in entries if (e["type"], e["name"]) != (token, resource_name)]
        is_of_a_preview = bool(written.get("nameTable")) or any(
            entry.get("id") == _PLACEHOLDER or entry.get("parent") for entry in entries
        )
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(
            f"`{path}` is not an import file: give another one with --file."
        ) from error
    if is_of_a_preview:
        raise click.ClickException(
            f"`{path}` was written by `pulumi preview --import-file`: its placeholders, parents "
            "and `nameTable` would be lost. Nothing was changed. Give another file with --file; a "
            "resource inside of a component is imported without its parent, and declared there "
            "with `aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]`."
        )
    return others


def _entry(
    session: Session,
    kind: str,
    owner: Owner,
    object_id: str,
    *,
    backup_id: str | None,
    takes_over: bool,
) -> dict[str, Any]:
    if kind == "backup":
        return adoption.backup_entry(session, owner, object_id)
    if kind == "backup-schedule":
        return adoption.backup_schedule_entry(session, owner, object_id)
    return adoption.restored_index_entry(
        session, owner, object_id, backup_id=backup_id, takes_over=takes_over
    )


def _declaration(kind: str, entry: dict[str, Any]) -> str:
    given = {key: entry["inputs"][key] for key in _SHOWN_INPUTS[kind]}
    if kind == "backup-schedule":
        given |= {"name": entry["inputs"]["name"]}
        given |= {} if entry["inputs"]["enabled"] else {"enabled": False}
    arguments = "".join(f", {key}={json.dumps(value)}" for key, value in given.items())
    return f'{_KINDS[kind]}("{entry["name"]}"{arguments})'.replace("false", "False")
