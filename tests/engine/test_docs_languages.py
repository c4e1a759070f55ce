"""The page about languages: its YAML and its moves are walked, its TypeScript is type-checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.plugin.texts import plugin_version
from support.doors import DYNAMIC, PLUGIN
from support.languages import TYPESCRIPT, languages_folder
from support.live_service import KEY, Service
from support.pages import ROOT, all_blocks, blocks_of
from support.pulumi_stack import KEPT, Stack, engine_folder, quick_python
from support.walked_page import Shell, walk

pytestmark = pytest.mark.engine

PAGE = ROOT / "docs" / "languages.md"
RESTORE = "create_index_from_backup_operation"


@pytest.fixture
def shell(emulator: Emulator, tmp_path: Path) -> Iterator[Shell]:
    """The shell of a reader who has the plugin on PATH, a key and a backend."""
    for name in ("home", "backend", "work"):
        (tmp_path / name).mkdir()
    folders = (str(Path(sys.executable).parent), engine_folder(), str(languages_folder()))
    environment = {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "HOME": str(tmp_path / "home"),
        "PATH": os.pathsep.join((*folders, os.environ["PATH"])),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_PYTHON_CMD": quick_python(),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PINECONE_API_KEY": KEY,
        "PINECONE_CONTROLLER_HOST": emulator.url,
    }
    with Shell(tmp_path / "work", environment) as made:
        yield made


def test_the_page_can_be_followed_and_a_move_asks_the_service_for_nothing(
    shell: Shell, service: Service, tmp_path: Path
) -> None:
    service.index("products")
    assert walk(shell, list(blocks_of(PAGE))) == 10
    # One of the YAML program, one of the program that moved twice.
    assert service.emulator.requests()[RESTORE] == 2
    assert len(service.backups()) == 2
    for state in (tmp_path / "backend").rglob("*.json*"):
        assert KEY.encode() not in state.read_bytes(), state


def test_the_page_names_every_token_and_setting_of_the_schema() -> None:
    text = PAGE.read_text("utf-8")
    folder = ROOT / "provider" / "pulumi_pinecone_backup" / "plugin"
    schema = json.loads((folder / "schema.json").read_text("utf-8"))
    settings = (f"pinecone-backup:{name}" for name in schema["config"]["variables"])
    for name in (*schema["resources"], *schema["functions"], *settings):
        assert f"| `{name}` |" in text, name
    assert f"resource pinecone-backup {plugin_version()} --file" in text
    assert DYNAMIC.tokens in text
    assert PLUGIN.tokens in text


@pytest.fixture
def typed(tmp_path: Path) -> Stack:
    """A copy of the TypeScript example, with its packages and the generated SDK."""
    return TYPESCRIPT.stack(tmp_path / "stack", {})


def compile_all(stack: Stack, sources: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Type-check files with the example's settings."""
    for name, text in sources.items():
        (stack.project / name).write_text(text, "utf-8")
    settings = json.loads((stack.project / "tsconfig.json").read_text("utf-8"))
    (stack.project / "tsconfig.json").write_text(json.dumps({**settings, "files": list(sources)}))
    return subprocess.run(
        ["node", "node_modules/typescript/bin/tsc", "--noEmit", "-p", "."],
        cwd=stack.project,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_typescript_of_the_pages_is_well_typed(typed: Stack) -> None:
    blocks = [block for block in all_blocks() if block.language == "typescript"]
    sources = {f"block{number}.ts": block.text for number, block in enumerate(blocks)}
    assert len(sources) > 2
    done = compile_all(typed, sources)
    assert done.returncode == 0, done.stdout + str(blocks)
    wrong = {"wrong.ts": blocks[0].text.replace("backupId:", "backup_id:")}
    done = compile_all(typed, wrong)
    assert done.returncode != 0
    assert "'backup_id' does not exist in type 'RestoredIndexArgs'" in done.stdout
