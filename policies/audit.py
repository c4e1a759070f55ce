"""Judge a stack's recorded state by the policies, offline, and write a result that programs read.

`pulumi policy analyze` does the judging: no program runs, no provider is asked, and with `--file`
there is no login and no network either. This file needs Python's standard library only.

    python policies/audit.py --stack prod --output audit.json
    pulumi stack export --stack prod | python policies/audit.py --file - --output audit.json

Exit codes: 0 nothing mandatory is violated, 1 something is, 2 the audit could not be made.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOTE = "could not "  # how the pack starts what it could not judge
PASSED, VIOLATED, FAILED = 0, 1, 2


class AuditError(Exception):
    """The audit could not be made."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make an audit and return the exit code."""
    options = _options(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            state = _state(options, Path(folder))
            events = _analyze(state, options)
        result = report(events, options.stack or options.file)
    except AuditError as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    text = json.dumps(result, indent=2) + "\n"
    if options.output == "-":
        sys.stdout.write(text)
    else:
        Path(options.output).write_text(text)
    sys.stderr.write(_summary(result) + "\n")
    return PASSED if result["passed"] else VIOLATED


def report(events: Iterable[dict[str, Any]], source: str) -> dict[str, Any]:
    """Return the result of an audit from the engine's events."""
    rows = [_row(event["policyEvent"]) for event in events if "policyEvent" in event]
    violations = [row for row in rows if not row["message"].startswith(NOTE)]
    mandatory = [row for row in violations if row["level"] == "mandatory"]
    return {
        "source": source,
        "made_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "passed": not mandatory,
        "mandatory": len(mandatory),
        "advisory": len(violations) - len(mandatory),
        "violations": violations,
        "not_judged": [row for row in rows if row["message"].startswith(NOTE)],
    }


def _row(event: dict[str, Any]) -> dict[str, Any]:
    urn = event.get("resourceUrn", "")
    parts = urn.split("::")
    _, _, message = event["message"].strip().partition("\n")
    return {
        "rule": event["policyName"],
        "level": event["enforcementLevel"],
        "severity": event.get("severity", ""),
        "resource": parts[-1],
        "type": parts[-2].rpartition("$")[2] if len(parts) > 1 else "",
        "urn": urn,
        "message": message or event["message"].strip(),
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Judge a stack's recorded state by the policies, offline."
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--stack", help="stack to export and judge; reads its backend")
    source.add_argument("--file", help="state as `pulumi stack export` writes it; `-` reads it")
    parser.add_argument("--config", default=str(HERE / "configs" / "audit.json"))
    parser.add_argument("--output", default="-", help="where the result goes; `-` prints it")
    return parser.parse_args(arguments)


def _state(options: argparse.Namespace, folder: Path) -> Path:
    """Return a file with the state; its secrets stay encrypted in it."""
    if options.file and options.file != "-":
        if not Path(options.file).is_file():
            raise AuditError(f"no such file: {options.file}")
        return Path(options.file)
    state = folder / "state.json"
    if options.file:
        state.write_text(sys.stdin.read())
    else:
        command = ["stack", "export", "--stack", options.stack, "--file", str(state)]
        done = _pulumi(command)
        if done.returncode:
            raise AuditError(f"`pulumi stack export` failed: {_last_line(done.stderr)}")
    return state


def _analyze(state: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    done = _pulumi(
        [
            *("policy", "analyze", "--json", "--file", str(state)),
            *("--policy-pack", str(HERE / "pinecone-backup-policies")),
            *("--policy-pack-config", options.config),
        ]
    )
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    # A failure and a violation have the same exit code; only an analysis that ended has a summary,
    # and so has none of a stack without resources, which violates nothing.
    if done.returncode == PASSED and _is_empty(state):
        return []
    if not any("summaryEvent" in event for event in events):
        raise AuditError(f"`pulumi policy analyze` failed: {done.stderr.strip()}")
    return events


def _is_empty(state: Path) -> bool:
    """Return whether a state has no resources."""
    try:
        deployment = json.loads(state.read_text())["deployment"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return isinstance(deployment, dict) and not deployment.get("resources")


def _pulumi(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    executable = shutil.which("pulumi")
    if not executable:
        raise AuditError("`pulumi` is not on PATH; `make engine-path` prints where one is")
    return subprocess.run(  # noqa: S603 - no shell, and the arguments are ours
        [executable, *arguments, "--non-interactive"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def _summary(result: dict[str, Any]) -> str:
    word = "passed" if result["passed"] else "failed"
    return (
        f"audit {word}: {result['mandatory']} mandatory and {result['advisory']} advisory "
        f"violations, {len(result['not_judged'])} not judged"
    )


if __name__ == "__main__":
    sys.exit(main())
