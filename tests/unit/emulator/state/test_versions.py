from __future__ import annotations

import ast
from pathlib import Path

import pulumi_pinecone_backup.emulator
from pulumi_pinecone_backup.emulator.state.versions import NEWEST, VERSIONS

FOLDER = Path(pulumi_pinecone_backup.emulator.__file__).parent


def test_the_five_versions_are_there_under_their_names() -> None:
    assert list(VERSIONS) == ["2025-04", "2025-10", "2026-01.alpha", "2026-04", "2026-07"]
    assert all(name == version.name for name, version in VERSIONS.items())
    assert VERSIONS["2026-07"] is NEWEST


def test_versions_are_data_and_named_nowhere_else() -> None:
    for path in FOLDER.rglob("*.py"):
        if path.name == "versions.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert not strings & set(VERSIONS), path.name
