"""The official SDK, unchanged, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from contract.emulator.environments import environment
from pulumi_pinecone_backup.emulator import Emulator

HERE = Path(__file__).parent


def run(program: str, requirements: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Run a program against a fresh emulator: what it saw, and what it asked for."""
    python = environment(HERE / requirements)
    with Emulator(backup_seconds=0.2, restore_seconds=0.2) as emulator:
        result = subprocess.run(
            [python, HERE / program],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={
                "PATH": os.environ["PATH"],
                "PINECONE_CONTROLLER_HOST": emulator.url,
                "PINECONE_API_KEY": emulator.api_key,
            },
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout), emulator.requests()


def test_the_official_sdk_backs_up_restores_and_compares() -> None:
    seen, requests = run("sdk_program.py", "sdk-requirements.txt")
    assert seen == {
        "upserted": 20,
        "nearest": "doc-0",
        "record_count": 20,
        "listed": ["nightly"],
        "job": "Completed",
        "source": True,
        "equal": True,
        "restored": 20,
        "source_now": 19,
        "by_metadata": ["doc-18", "doc-19"],
        "namespaces": [["live", 20]],
        "retention": 14,
        "history": ["Initializing"],
        "tags": {"owner": "me"},
    }
    assert requests["create_index_from_backup_operation"] == 1


def test_an_older_sdk_backs_up_and_restores_in_the_older_shape() -> None:
    seen, requests = run("sdk_older_program.py", "sdk-older-requirements.txt")
    assert seen == {
        "listed": ["nightly"],
        "job": "Completed",
        "count": 2,
        "values": [1.0, 2.0, 3.0],
        "namespaces": ["n"],
        "found": {"body": "a cat"},
    }
    assert requests["create_index_for_model"] == 1
