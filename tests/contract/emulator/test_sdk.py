"""The official SDK, unchanged, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from contract.emulator.environments import environment
from pulumi_pinecone_backup.emulator import Emulator

HERE = Path(__file__).parent


def test_the_official_sdk_backs_up_restores_and_compares() -> None:
    python = environment(HERE / "sdk-requirements.txt")
    with Emulator(backup_seconds=0.2, restore_seconds=0.2) as emulator:
        result = subprocess.run(
            [python, HERE / "sdk_program.py"],
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
        requests = emulator.requests()
    assert json.loads(result.stdout) == {
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
        "history": ["Scheduled"],
        "tags": {"owner": "me"},
    }
    assert requests["create_index_from_backup_operation"] == 1
