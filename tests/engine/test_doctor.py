"""`doctor` names what a lost run has left, and its commands, run as printed, leave nothing."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.background_run import BackgroundRun, wait_until
from support.live_service import Service
from support.pulumi_stack import Stack
from support.service_journal import assert_exactly_declared

pytestmark = pytest.mark.engine

COMMAND = str(Path(sys.executable).parent / "pinecone-backup")
PROGRAM = """
backup = Backup("nightly", index_name="products")
restored = RestoredIndex("copy", backup_id={backup!r})
"""


def doctor(stack: Stack, *arguments: str, code: int) -> str:
    """Run the command in the stack's folder and return what it printed."""
    done = subprocess.run(
        [COMMAND, "doctor", *(arguments or ("--stack", stack.name))],
        cwd=stack.project,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def mend(stack: Stack, service: Service, said: str) -> None:
    """Run the commands that were printed, each once, in their order."""
    commands = list(dict.fromkeys(re.findall(r"run: (.+)$", said, flags=re.MULTILINE)))
    assert commands, said
    for command in commands:
        if found := re.match(r"pc (backup|index) delete --(?:id|name) (\S+)", command):
            path = "backups" if found[1] == "backup" else "indexes"
            service.call("DELETE", f"/{path}/{found[2]}")
            continue
        line = command.replace("pulumi up", "pulumi up --yes --skip-preview --non-interactive")
        line = line.replace("--yes --skip-preview --non-interactive --yes", "--yes --skip-preview")
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=stack.project,
            env=stack.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_after_a_lost_run_the_printed_commands_leave_a_clean_state_and_service(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    service.index()
    source = str(service.call("POST", "/indexes/products/backups", {})["backup_id"])
    stack.program(PROGRAM.format(backup=source))
    emulator.configure(backup_seconds=3600.0, restore_seconds=3600.0)
    with BackgroundRun(stack, "up", "--yes", "--skip-preview") as run:
        wait_until(lambda: len(service.indexes()) == 2, "the restore")
        wait_until(lambda: len(service.backups()) == 2, "the backup")
        run.signal(signal.SIGKILL)
    stack.run("cancel", "--yes")
    said = doctor(stack, code=1)
    (index,) = service.indexes() - {"products"}
    (backup,) = service.backups() - {source}
    assert f"index `{index}` (Initializing) is its, and `pulumi up` goes on with it" in said
    assert f"backup `{backup}`" in said
    assert f"run: pc backup delete --id {backup}" in said
    emulator.configure(backup_seconds=0.0, restore_seconds=0.0)
    emulator.advance(7200)
    mend(stack, service, said)
    stack.up()
    said = doctor(stack, code=0)
    assert "it agrees with the service, and no run was lost" in said
    service.call("DELETE", f"/backups/{source}")
    wait_until(lambda: source not in service.backups(), "the deletion")
    assert_exactly_declared(stack, service)


def test_what_is_gone_left_over_or_protected_is_told(
    stack: Stack, service: Service, tmp_path: Path
) -> None:
    service.index()
    stack.program(
        'backup = Backup("nightly", index_name="products")\n'
        'BackupSchedule("daily", index_name="products", frequency="daily", retention_days=3)\n'
        'RestoredIndex("copy", backup_id=backup.id, name="copy", deletion_protection="enabled")\n'
    )
    stack.up()
    assert "index `copy` of `copy` has deletion protection" in doctor(stack, code=0)
    mark = service.call("GET", "/indexes/copy")["tags"]["pulumi-owner"]
    service.call("PATCH", "/indexes/copy", {"deletion_protection": "disabled"})
    service.call("DELETE", "/indexes/copy")
    schedule = stack.outputs("daily")["schedule_id"]
    service.call("DELETE", f"/backup-schedules/{schedule}")
    state = tmp_path / "state.json"
    stack.run("stack", "export", "--file", str(state))
    said = doctor(stack, "--state", str(state), code=1)
    assert "index `copy` of `copy` does not exist any more" in said
    assert f"backup schedule `{schedule}` of `daily` does not exist any more" in said
    mend(stack, service, said)
    assert "no longer" not in doctor(stack, code=0)
    assert mark != service.call("GET", "/indexes/copy")["tags"]["pulumi-owner"]
    (tmp_path / "odd.json").write_text("[1]")
    assert "FAIL  state" in doctor(stack, "--state", str(tmp_path / "odd.json"), code=1)
