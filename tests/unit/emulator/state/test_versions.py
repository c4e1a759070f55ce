from __future__ import annotations

import ast
import re
from pathlib import Path

import pulumi_pinecone_backup.emulator as package
from pulumi_pinecone_backup.emulator.state.versions import NEWEST, VERSIONS

FOLDER = Path(package.__file__).parent


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


def test_the_emulator_knows_nothing_of_the_client() -> None:
    allowed = "pulumi_pinecone_backup.emulator"
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
                assert node.level == 0
            ours = [name for name in names if name.startswith("pulumi")]
            assert all(name.startswith(allowed) for name in ours), path.name


def test_the_state_knows_no_http() -> None:
    for path in (FOLDER / "state").glob("*.py"):
        text = path.read_text()
        assert "starlette" not in text, path.name
        assert not re.search(r"emulator import call\b|emulator\.(call|web)\b", text), path.name
