"""`pinecone-backup emulator`: serve the emulated service until interrupted."""

from __future__ import annotations

from pathlib import Path

import click

_EXAMPLE = """\b
Examples:
  pinecone-backup emulator
  pinecone-backup emulator --database emulator.sqlite --restore-seconds 20
"""
_EXTRA = "The emulator needs its extra: pip install 'pulumi-pinecone-backup[emulator]'"


@click.command(epilog=_EXAMPLE)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=5081,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps everything over a restart; without it nothing is kept.",
)
@click.option(
    "--api-key",
    "api_keys",
    multiple=True,
    help="A key to accept, repeatable; each has its own project.  [default: emulator]",
)
@click.option(
    "--backup-seconds",
    default=0.0,
    type=click.FloatRange(min=0),
    help="Time until a backup is ready.",
)
@click.option(
    "--restore-seconds",
    default=0.0,
    type=click.FloatRange(min=0),
    help="Time until a restore is completed.",
)
@click.option(
    "--delete-seconds",
    default=0.2,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Time until a deleted index or backup is gone.",
)
@click.option("--log-requests", is_flag=True, help="Print one line for each request.")
def command(
    host: str,
    port: int,
    database: Path | None,
    api_keys: tuple[str, ...],
    backup_seconds: float,
    restore_seconds: float,
    delete_seconds: float,
    log_requests: bool,
) -> None:
    """Emulate Pinecone's control and data plane, with backups and restores.

    No account and no network is needed. Faults, time and settings are steered under /_emulator/.
    """
    try:
        from pulumi_pinecone_backup.emulator.server import Emulator
        from pulumi_pinecone_backup.emulator.state.database import DatabaseError
    except ImportError as error:
        raise click.ClickException(f"{_EXTRA} ({error})") from error

    keys = api_keys or ("emulator",)

    def announce(emulator: Emulator) -> None:
        click.echo(f"Pinecone emulator: {emulator.url}")
        click.echo(f"API keys: {', '.join(keys)}")
        click.echo(f"Data: {database if database else 'in memory, gone when it stops'}")
        click.echo("Point a client at it:")
        click.echo(f"  export PINECONE_CONTROLLER_HOST={emulator.url}")
        click.echo(f"  export PINECONE_API_KEY={keys[0]}")
        click.echo("Stop with Ctrl-C.")

    try:
        emulator = Emulator(
            host=host,
            port=port,
            database=database,
            api_keys=keys,
            backup_seconds=backup_seconds,
            restore_seconds=restore_seconds,
            delete_seconds=delete_seconds,
            log=click.echo if log_requests else None,
        )
        emulator.serve(announce)
    except (OSError, ValueError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    click.echo("Stopped.")
