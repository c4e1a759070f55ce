"""Sends generated requests for every operation and checks the answers against a description.

Run as a program for a long run: `PYTHONPATH=tests python -m contract.emulator.conformance
--examples 500`. The test suite runs a short one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from contract.emulator.environments import environment
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.emulator.web.app import OPERATION_IDS

HERE = Path(__file__).parent
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,ignored_auth"
)

# Status codes that the service gives although a description leaves them out: where (None is
# everywhere) and why. Their bodies are held to the description's error all the same.
# Also in `_widen`: the service answers 200 where older descriptions have another good status.
ALLOWED: dict[str, tuple[set[str] | None, str]] = {
    "400": (
        None,
        "every operation refuses a missing or unknown version header, every list a bad page token",
    ),
    "403": (
        None,
        "a role without permission may do nothing, a plan without backups nothing of them",
    ),
    "404": ({"create_backup"}, "published examples show it for an index that does not exist"),
    "412": (
        {"create_index_from_backup_operation", "delete_backup"},
        "a backup that is not Ready, or is being restored; the guides describe both",
    ),
}


def descriptions() -> list[Path]:
    """Return the service's descriptions, an empty list where they are not there."""
    default = HERE.parents[3] / "shared" / "openapi"
    folder = Path(os.environ.get("PINECONE_OPENAPI_FOLDER", default))
    return sorted(folder.glob("db_control_*.oas.yaml"))


def version_of(description: Path) -> str:
    """Return the version that a description is of."""
    return description.name.removeprefix("db_control_").split(".oas")[0].removesuffix(".reduced")


def prepare(description: Path) -> dict[str, Any]:
    """Read a description and make it one of what the emulator serves."""
    version = version_of(description)
    # BaseLoader-like safety is not needed, but dates must stay text: the versions look like some.
    document: dict[str, Any] = yaml.load(description.read_text(), Loader=_TextDates)  # noqa: S506
    for path in list(document["paths"]):
        methods = document["paths"][path]
        for method in list(methods):
            if methods[method].get("operationId") not in OPERATION_IDS:
                del methods[method]
                continue
            _widen(methods[method], version)
        if not methods:
            del document["paths"][path]
    document["security"] = [{"ApiKeyAuth": []}]
    return document


class _TextDates(yaml.SafeLoader):
    """YAML where nothing is a date."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _widen(operation: dict[str, Any], version: str) -> None:
    error = {
        "description": "error",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}},
    }
    for status, (operations, _) in ALLOWED.items():
        if operations is None or operation["operationId"] in operations:
            operation["responses"].setdefault(status, error)
    if operation["operationId"] in ("create_backup", "configure_index"):
        described = next(status for status in operation["responses"] if status.startswith("2"))
        operation["responses"].setdefault("200", operation["responses"][described])
    parameters = operation.setdefault("parameters", [])
    names = {parameter.get("name") for parameter in parameters}
    if "X-Pinecone-Api-Version" not in names:
        parameters.append({"name": "X-Pinecone-Api-Version", "in": "header", "required": True})
    for parameter in parameters:
        if parameter["name"] == "X-Pinecone-Api-Version":
            parameter["schema"] = {"type": "string", "enum": [version]}
        elif parameter["in"] == "path":
            parameter["schema"] = {"type": "string", "enum": ["existing", "missing"]}


def run(description: Path, *, examples: int, seed: int = 1) -> subprocess.CompletedProcess[str]:
    """Run schemathesis against a fresh emulator.

    Args:
        description: The description to hold the emulator to.
        examples: Generated requests for each operation and phase.
        seed: Of the generator, so that a failure can be repeated.
    """
    python = environment(HERE / "conformance-requirements.txt")
    with tempfile.TemporaryDirectory() as folder, Emulator(backup_quota=10**6) as emulator:
        prepared = Path(folder) / "description.json"
        prepared.write_text(json.dumps(prepare(description)))
        command = [
            python,
            "-m",
            "schemathesis.cli",
            "run",
            prepared,
            f"--url={emulator.url}",
            f"--header=Api-Key:{emulator.api_key}",
            f"--checks={CHECKS}",
            "--mode=all",
            "--phases=examples,coverage,fuzzing",
            f"--max-examples={examples}",
            f"--seed={seed}",
            "--continue-on-failure",
            "--generation-database=none",
            "--no-color",
            "--warnings=off",
        ]
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=os.environ
            | {
                "SCHEMATHESIS_HOOKS": "conformance_hooks",
                "PYTHONPATH": str(HERE),
                "CONFORMANCE_URL": emulator.url,
                "CONFORMANCE_KEY": emulator.api_key,
            },
        )


def main() -> int:
    """Run all descriptions and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of a description's file name")
    arguments = parser.parse_args()
    chosen = [path for path in descriptions() if arguments.only in path.name]
    if not chosen:
        sys.stderr.write("error: no description found; set PINECONE_OPENAPI_FOLDER\n")
        return 1
    failed = 0
    for description in chosen:
        sys.stdout.write(f"== {description.name}\n")
        sys.stdout.flush()
        result = run(description, examples=arguments.examples, seed=arguments.seed)
        sys.stdout.write(result.stdout + result.stderr)
        failed += result.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
