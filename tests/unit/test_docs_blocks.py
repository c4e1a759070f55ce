"""Every block of code in the pages is checked: this module and `tests/engine/test_docs_*`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.pages import ROOT, Block, all_blocks

BLOCKS = all_blocks()
# Checked by what runs them, and by the engine's own list of commands.
COMMANDS = {"console", "sh"}
# Sphinx takes these; the site's build fails on a wrong one.
DIRECTIVES = {
    "{eval-rst}",
    "{literalinclude}",
    "{json-schema}",
    "{next-steps}",
    "{plugin-schema}",
} | {
    "{policy-rules}",
    "{policy-settings}",
}
# As few as can be: each has its reason beside it, and this number tells when one is added.
UNCHECKED = 6
# Blocks show what matters: types of fixtures and of JSON are left out where they would hide it.
LENIENT = """\
# mypy: allow-redefinition
# mypy: disable-error-code="no-untyped-def,type-arg,no-any-return,untyped-decorator"
"""


def blocks(*languages: str) -> list[Block]:
    return [each for each in BLOCKS if each.language in languages and not each.unchecked]


def test_every_block_says_what_it_is_and_few_are_unchecked() -> None:
    known = {"python", "json", "yaml", "typescript", "sql", "text", *COMMANDS, *DIRECTIVES}
    assert [str(each) for each in BLOCKS if each.language not in known] == []
    assert blocks("text") == [], "what a program prints belongs below its command"
    unchecked = [str(each) for each in BLOCKS if each.unchecked]
    assert len(unchecked) == UNCHECKED, unchecked
    assert len(BLOCKS) > 60


def test_the_python_of_all_pages_is_well_typed(tmp_path: Path) -> None:
    sources: dict[str, str] = {}
    for block in blocks("python"):
        name = re.sub(r"\W", "_", block.page.removesuffix(".md"))
        if block.file is not None:
            stem = block.file.removesuffix(".py")
            name = f"{name}_{block.line}" if stem == "__main__" or stem in sources else stem
        # A block may use what earlier ones of its page have made.
        sources[name] = sources.get(name, "") + block.text
    for name, text in sources.items():
        (tmp_path / f"{name}.py").write_text(LENIENT + text, "utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml"),
            *("--cache-dir", ROOT / ".mypy_cache", tmp_path),
        ],
        cwd=ROOT,
        env={"MYPYPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(sources) > 10


@pytest.mark.parametrize(
    ("language", "file"), [("yaml", "Pulumi.yaml"), ("typescript", "index.ts")]
)
def test_a_language_begins_with_the_program_of_its_example(language: str, file: str) -> None:
    program = (ROOT / "examples" / language / file).read_text("utf-8")
    first = next(each for each in blocks(language) if each.page == "docs/languages.md")
    assert first.text.removeprefix(f"# {file}\n") == program


@pytest.mark.parametrize("block", blocks("json", "yaml"), ids=str)
def test_data_can_be_read(block: Block) -> None:
    loaded: Any
    if block.language == "json":
        try:
            loaded = json.loads(block.text)
        except ValueError:
            loaded = [json.loads(line) for line in block.text.splitlines()]
    else:
        loaded = yaml.safe_load(block.text)
    assert loaded
