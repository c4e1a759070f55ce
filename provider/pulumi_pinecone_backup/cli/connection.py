"""Where a command finds the service: the configuration of a stack, then the environment."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml

from pulumi_pinecone_backup.errors import (
    ApiError,
    ConfigurationError,
    InvalidResponseError,
    NotFoundError,
    PineconeBackupError,
    TransportError,
)
from pulumi_pinecone_backup.lifecycle.session import Session, current
from pulumi_pinecone_backup.service.setting_names import NAMESPACE

Command = TypeVar("Command", bound=Callable[..., Any])

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")

stack_option = click.option(
    "--stack",
    metavar="STACK",
    help="Take key, host and API version from this stack's configuration, then from the "
    "environment.  [default: the environment alone]",
)


class CouldNotTell(click.ClickException):
    """An error that leaves open whether all is good: exit code 2, where 1 says that it is not."""

    exit_code = 2


def told(error: PineconeBackupError) -> click.ClickException:
    """Return what a command ends with: exit code 2 where the service could not be asked, else 1."""
    unasked = isinstance(error, TransportError | ConfigurationError | InvalidResponseError)
    refused = isinstance(error, ApiError) and not isinstance(error, NotFoundError)
    return CouldNotTell(str(error)) if unasked or refused else click.ClickException(str(error))


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that it cleans up."""

    def interrupt(number: int, frame: object) -> None:
        del number, frame
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


def connect(stack: str | None) -> Session:
    """Return the process's session, with the settings of a stack if one is named.

    Raises:
        click.ClickException: The stack's configuration cannot be read.
    """
    found = current()
    found.configure(_configuration(stack) if stack else {})
    return found


def project_name() -> str | None:
    """Return the name of the Pulumi project in this folder or above; None outside of one.

    Raises:
        click.ClickException: The project file cannot be read, or has no name.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        for name in _PROJECT_FILES:
            path = folder / name
            if path.is_file():
                return _name_in(path)
    return None


def _name_in(path: Path) -> str:
    try:
        project = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise click.ClickException(f"`{path}` cannot be read: {error}") from error
    name = project.get("name") if isinstance(project, dict) else None
    if not isinstance(name, str) or not name:
        raise click.ClickException(f"`{path}` has no `name` at its top level")
    return name


def selected_stack() -> str | None:
    """Return the name of the stack that is selected in this folder, or None."""
    try:
        return pulumi("stack", "--show-name").strip() or None
    except click.ClickException:
        return None


def pulumi(*arguments: str) -> str:
    """Run Pulumi and return what it prints.

    Raises:
        click.ClickException: It is not on PATH, or it failed; the text has its message.
    """
    program = shutil.which("pulumi")
    if program is None:
        raise click.ClickException("`pulumi` is not on PATH: https://www.pulumi.com/docs/install/")
    command = [program, "--non-interactive", *arguments]
    done = subprocess.run(  # noqa: S603 - no shell, and the program is the user's own
        command, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"`pulumi {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout


def exported_state(stack: str) -> dict[str, Any]:
    """Return a stack's state.

    Raises:
        click.ClickException: It cannot be read.
    """
    found: dict[str, Any] = json.loads(pulumi("stack", "export", "--stack", stack))
    return found


def _configuration(stack: str) -> dict[str, str]:
    text = pulumi("config", "--show-secrets", "--json", "--stack", stack)
    rows: dict[str, dict[str, Any]] = json.loads(text)
    return {
        key: str(row["value"])
        for key, row in rows.items()
        if "value" in row and (key.startswith(f"{NAMESPACE}:") or key == "pinecone:apiKey")
    }
