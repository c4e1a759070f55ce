"""What a pipeline runs are commands that there are, with options that they have."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context
from pulumi_pinecone_backup.cli import main
from support.pipeline_commands import command_lines

ROOT = Path(__file__).resolve().parents[3]


def test_every_command_of_this_package_takes_what_it_is_given() -> None:
    used = command_lines("pinecone-backup")
    assert {line.split()[0] for line in used} == {"status", "drill", "doctor"}
    for line in used:
        words = shlex.split(line)
        command = main.get_command(Context(main), words[0])
        assert command is not None
        command.make_context(words[0], words[1:], resilient_parsing=False)


@pytest.mark.parametrize(("extra", "refused"), [([], False), (["--no-such-option"], True)])
def test_the_audit_takes_what_it_is_given_and_nothing_else(extra: list[str], refused: bool) -> None:
    (line,) = command_lines(r"python policies/audit\.py")
    words = shlex.split(line)
    assert (ROOT / words[words.index("--config") + 1]).is_file()
    # Without Pulumi on PATH it ends after it has read its options.
    command = [sys.executable, str(ROOT / "policies" / "audit.py"), *words, *extra]
    done = subprocess.run(command, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert ("usage:" in done.stderr) is refused
