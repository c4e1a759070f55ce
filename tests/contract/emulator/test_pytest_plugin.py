from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CONFTEST = 'pytest_plugins = ["pulumi_pinecone_backup.emulator.pytest_plugin"]\n'
TESTS = """
import json, os, urllib.request

def request(path, body=None):
    headers = {"Api-Key": os.environ["PINECONE_API_KEY"], "X-Pinecone-Api-Version": "2026-07"}
    url = os.environ["PINECONE_CONTROLLER_HOST"] + path
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        return json.load(answer)

def test_one(pinecone_emulator):
    fields = {"_sparse_values": {"type": "sparse_vector"}}
    request("/indexes", {"name": "docs", "schema": {"fields": fields}})
    assert pinecone_emulator.requests() == {"create_index": 1}

def test_the_next_is_empty(pinecone_emulator):
    assert request("/indexes") == {"indexes": []}
"""


def test_users_get_an_empty_emulator_in_each_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_stack.py").write_text(TESTS)
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PINECONE_", "PYTEST_", "PYTHONPATH"))
    }
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 passed" in result.stdout
