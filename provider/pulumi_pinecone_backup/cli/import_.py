"""`pinecone-backup import`: write the file with which Pulumi takes an existing object over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pulumi_pinecone_backup.cli import adoption, connection, import_all
from pulumi_pinecone_backup.cli.adoption import Owner
from pulumi_pinecone_backup.cli.import_file import ImportFile
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle.session import Session

_KINDS = {
    "backup": "Backup",
    "restored-index": "RestoredIndex",
    "backup-schedule": "BackupSchedule",
}
_EXAMPLE = """\b
Examples:
  pinecone-backup import backup nightly 3b0c7a52-6f0e-4a5b-9f6e-2f8d1f0b6c11
  pinecone-backup import --all --program imported.py
"""


@click.command(name="import", epilog=_EXAMPLE)
@click.argument("kind", required=False, type=click.Choice(list(_KINDS)))
@click.argument("resource_name", required=False)
@click.argument("object_id", required=False, metavar="ID")
@click.option("--all", "every", is_flag=True, help="Every backup, restored index and schedule.")
@click.option(
    "--index",
    "indexes",
    multiple=True,
    metavar="NAME",
    help="Backups and schedules of this index, and what was restored from it; repeatable.",
)
@click.option(
    "--program",
    "program_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the Python that declares what is imported.",
)
@click.option(
    "--file",
    "path",
    default="import.json",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write or fill; entries of other resources in it stay.",
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
    kind: str | None,
    resource_name: str | None,
    object_id: str | None,
    every: bool,
    indexes: tuple[str, ...],
    program_path: Path | None,
    path: Path,
    project: str | None,
    stack: str | None,
    backup_id: str | None,
    take_over: bool,
) -> None:
    """Write the import file for an object that exists.

    ID is a backup's id, an index's name, or a schedule's id; RESOURCE_NAME is the resource's name
    in the program. A restored index gets a tag that marks it as this resource's; nothing else
    changes at the service. `pulumi import --file` does the rest. The file may be that of
    `pulumi preview --import-file`: its placeholder is filled, and children of components stay
    where they are.

    With `--all` or `--index`, many objects at once: those that this stack does not hold yet, under
    names that follow from theirs.
    """
    stack = stack or connection.selected_stack()
    if every or indexes:
        if kind is not None:
            raise click.UsageError("give one object, or --all or --index")
        _many(project, stack, None if every else indexes, path, program_path, take_over)
        return
    if kind is None or resource_name is None or object_id is None:
        raise click.UsageError("give KIND, RESOURCE_NAME and ID, or --all or --index")
    file, token = ImportFile(path), adoption.token(_KINDS[kind])
    name = file.logical_name(token, resource_name)
    parents = file.parents_of(token, resource_name)
    owner = _owner(project or connection.project_name(), stack, name, parents)
    try:
        session = connection.connect(stack)
        entry = _entry(session, kind, owner, object_id, backup_id=backup_id, takes_over=take_over)
    except PineconeBackupError as error:
        raise click.ClickException(str(error)) from error
    file.put({**entry, "name": resource_name})
    file.write()
    if program_path is not None:
        program_path.write_text(import_all.program([entry]), "utf-8")
    click.echo(f"{path}: {_KINDS[kind]} `{resource_name}` is `{object_id}`. Next:")
    click.echo(f"1. Declare it in the program: {import_all.declaration(entry)}")
    if file.placeholders:
        rest = ", ".join(f"`{each}`" for each in file.placeholders)
        click.echo(f"   Then fill the file's other placeholders, or delete their entries: {rest}")
    click.echo(
        f"2. pulumi import --file {path} --generate-code=false --protect=false --stack {stack}"
    )
    click.echo("3. pulumi preview, which shows no change.")


def _many(
    project: str | None,
    stack: str | None,
    indexes: tuple[str, ...] | None,
    path: Path,
    program_path: Path | None,
    takes_over: bool,
) -> None:
    """Write the file for many objects, and the program."""
    project = project or connection.project_name()
    _owner(project, stack, "")
    if path.exists():
        raise click.ClickException(f"`{path}` exists: give another one with --file.")
    try:
        session = connection.connect(stack)
        held, names = _held(stack)
        objects, left = import_all.existing(session.client(), indexes, held, takes_over=takes_over)
        import_all.require_some(objects, left)
        made = list(
            import_all.entries(
                session,
                objects,
                lambda name: _owner(project, stack, name),
                names,
                takes_over=takes_over,
            )
        )
    except PineconeBackupError as error:
        raise click.ClickException(str(error)) from error
    path.write_text(json.dumps({"resources": made}, indent=2) + "\n", "utf-8")
    text = import_all.program(made)
    if program_path is not None:
        program_path.write_text(text, "utf-8")
    for line in left:
        click.echo(f"left out: {line}", err=True)
    where = f"is in {program_path}" if program_path else "follows with --program FILE"
    click.echo(f"{path}: {len(made)} object(s). Next:")
    click.echo(f"1. Declare them in the program; the Python for it {where}.")
    click.echo(
        f"2. pulumi import --file {path} --generate-code=false --protect=false --stack {stack}"
    )
    click.echo("3. pulumi preview, which shows no change.")


def _held(stack: str | None) -> tuple[set[str], set[str]]:
    """Return the ids and the names that a stack holds.

    Raises:
        click.ClickException: Its state cannot be read.
    """
    exported = connection.exported_state(str(stack))
    rows = (exported.get("deployment") or {}).get("resources") or ()
    ids = {str(row.get("id")) for row in rows if row.get("id")}
    return ids, {str(row.get("urn", "")).rpartition("::")[2] for row in rows}


def _owner(project: str | None, stack: str | None, resource_name: str, parents: str = "") -> Owner:
    if not project:
        raise click.UsageError("No Pulumi.yaml in this folder or above: give --project.")
    if not stack:
        raise click.UsageError("No stack is selected in this folder: give --stack.")
    return Owner(project, stack.rpartition("/")[2], resource_name, parents)


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
