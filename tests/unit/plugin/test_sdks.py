"""The SDKs that the engine's generators make of the schema; that of Go is compiled on request.

TypeScript's is compiled and run by `tests/engine/test_languages.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.languages import ROOT, generate_sdk

WRAPPER = ROOT / "tools" / "go_modules" / "sdkgen"


@pytest.mark.parametrize("language", ["go", "nodejs", "python"])
def test_the_schema_passes_the_engines_own_checks(language: str, tmp_path: Path) -> None:
    folder = generate_sdk(language, tmp_path / "sdk")
    names = {path.stem.replace("_", "").lower() for path in folder.rglob("*.*")}
    assert {"backup", "restoredindex", "backupschedule", "restoredrill", "getbackup"} <= names


@pytest.mark.skipif(
    os.environ.get("PINECONE_BACKUP_TEST_GO") != "1",
    reason="PINECONE_BACKUP_TEST_GO=1 compiles it with the Go of PATH, in minutes at first",
)
def test_the_sdk_of_go_compiles(tmp_path: Path) -> None:
    folder = generate_sdk("go", tmp_path / "sdk")
    module = (
        (WRAPPER / "go.mod").read_text().replace("module sdkgen", "module pinecone-backup/sdk/go")
    )
    (folder / "go.mod").write_text(module)
    shutil.copy(WRAPPER / "go.sum", folder)
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    done = subprocess.run(
        ["go", "build", "./pineconebackup/..."], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
