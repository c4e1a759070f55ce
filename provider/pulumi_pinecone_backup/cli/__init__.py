"""The command `pinecone-backup`: one module a sub-command, imported when it is called.

Sub-commands import what they need inside their module, so that a missing extra concerns only the
command that needs it.
"""

from __future__ import annotations

import importlib

import click

# Module and attribute of each sub-command: imported on use, so `emulator` needs its extra alone.
_COMMANDS = {
    "doctor": "pulumi_pinecone_backup.cli.doctor",
    "drill": "pulumi_pinecone_backup.cli.drill",
    "emulator": "pulumi_pinecone_backup.cli.emulator",
    "import": "pulumi_pinecone_backup.cli.import_",
    "recover": "pulumi_pinecone_backup.cli.recover",
    "status": "pulumi_pinecone_backup.cli.status",
}


class _LazyGroup(click.Group):
    """A group that imports a sub-command's module when the sub-command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names of all sub-commands, sorted."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports and returns the sub-command `cmd_name`, or None where there is none."""
        del ctx
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command
        return command


@click.group(cls=_LazyGroup)
@click.version_option(package_name="pulumi-pinecone-backup")
def main() -> None:
    """Backups and verified restores of Pinecone indexes, with Pulumi."""
