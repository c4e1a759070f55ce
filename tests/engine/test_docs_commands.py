"""Every command that a page shows is one that there is, with options that it takes."""

from __future__ import annotations

import functools
import importlib.util
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest
from pulumi_pinecone_backup.cli import main
from support.pages import PAGES, ROOT, Block, all_blocks, blocks_of, without_blocks
from support.pulumi_stack import engine_folder

pytestmark = pytest.mark.engine

BLOCKS = [each for each in all_blocks() if each.language in ("console", "sh")]
# After two hyphens a command of its own follows.
SEPARATORS = {"&&", "||", ";", "|", "&", "(", ")", "--"}
REDIRECTIONS = {">", ">>", "<", ">&"}
# Programs of other people, of which the pages use what every version has.
OTHERS = {"apt", "cat", "cd", "cp", "echo", "env", "export", "jq", "kill", "mkdir", "pip", "pytest"}
OTHERS |= {"createdb", "createuser", "npm", "source", "~/.pinecone-backup/bin/pip"}
OTHERS |= {"/tmp/dev/bin/pip"}  # noqa: S108 - the example of a page
# What stands for something else: then the options alone are looked at.
PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*|…|.*[<>…|]")


def simple_commands(line: str) -> Iterator[list[str]]:
    """Yield the words of each command of a line, without assignments and redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    skip = False
    for token in [*lexer, ";"]:
        if token in SEPARATORS:
            if words:
                yield words
            words = []
        elif skip:
            skip = False
        elif token in REDIRECTIONS:
            skip = True
        elif words or not re.fullmatch(r"\w+=.*", token):
            words.append(token)


def lines_of(block: Block) -> list[str]:
    if block.language == "console":
        return [command for command, _ in block.commands()]
    return block.text.replace("\\\n", " ").splitlines()


@functools.cache
def pulumi_pages() -> dict[str, str]:
    """Return what the command line tells of each of its commands, by its words and aliases."""
    pulumi = str(Path(engine_folder()) / "pulumi")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([pulumi, "gen-markdown", folder], check=True, capture_output=True)
        for path in Path(folder).glob("pulumi*.md"):
            text = path.read_text("utf-8")
            for name in (path.stem, *re.findall(r"/(pulumi[\w-]*)/$", text, re.MULTILINE)):
                found[name.replace("_", " ")] = text
    return found


def check_pulumi(words: Sequence[str]) -> None:
    count = max(n for n in range(1, len(words) + 1) if " ".join(words[:n]) in pulumi_pages())
    told = pulumi_pages()[" ".join(words[:count])]
    assert count > 1 or words[1:2] in ([], ["--help"]), f"no such command: {words}"
    for word in words[count:]:
        if word.startswith("-") and word != "-":
            flag = word.partition("=")[0]
            assert re.search(rf"(^|[ ,]){re.escape(flag)}\b", told, re.MULTILINE), (words, flag)


def check_own(words: Sequence[str], *, whole: bool) -> None:
    context = click.Context(main)
    if words[1:] in (["--help"], ["--version"]) or len(words) == 1:
        return
    command = main.get_command(context, words[1])
    assert command is not None, words
    if not whole or any(PLACEHOLDER.fullmatch(word) for word in words):
        known = {option for each in command.params for option in each.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, words
        return
    command.make_context(words[1], list(words[2:]), parent=context)


def check_make(words: Sequence[str]) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    for word in words[1:]:
        if "=" in word:
            name = word.partition("=")[0]
            assert re.search(rf"\$\({name}[):]|^{name} =", makefile, re.MULTILINE), words
        elif not word.startswith("-"):
            assert word in targets, words


def check_python(words: Sequence[str], page: Path) -> None:
    if words[1] == "-m":
        assert importlib.util.find_spec(words[2]), words
        return
    written = {block.file for block in blocks_of(page)}
    examples = re.findall(r"\]\(\.\./(examples/[\w-]+)/", page.read_text("utf-8"))
    folders = [ROOT, page.parent, *(ROOT / example for example in examples)]
    assert words[1] in written or any((each / words[1]).exists() for each in folders), words


def check(words: list[str], page: Path, *, whole: bool = True) -> None:
    if words[0] == "env":
        words = [word for word in words[1:] if not re.fullmatch(r"-u|[A-Z_]+", word)]
    if words[0] == "pulumi":
        check_pulumi(words)
    elif words[0] == "pinecone-backup":
        check_own(words, whole=whole)
    elif words[0] == "make":
        check_make(words)
    elif words[0] == "python":
        check_python(words, page)
    elif words[0].startswith("./"):
        assert shutil.which(page.parent / words[0]), words
    else:
        assert words[0] in OTHERS, words


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_command_of_a_block_is_one_that_there_is(block: Block) -> None:
    lines = [line for line in lines_of(block) if line.strip()]
    assert lines
    for line in lines:
        for words in simple_commands(line):
            check(words, ROOT / block.page)


def test_every_command_between_backticks_is_one_that_there_is() -> None:
    found = 0
    for page in PAGES:
        prose = " ".join(without_blocks(page.read_text("utf-8")).split())
        for text in re.findall(r"`((?:make|pulumi|pinecone-backup) [^`]+)`", prose):
            for words in simple_commands(text.replace("'", "\\'") if text.count("'") % 2 else text):
                if words[0] in ("make", "pulumi", "pinecone-backup"):
                    check(words, page, whole=False)
                    found += 1
    assert found > 100


@pytest.mark.parametrize(
    "line",
    [
        "pulumi up --no-such-option",
        "pulumi no-such-command",
        "pinecone-backup drill products --no-such-option",
        "pinecone-backup no-such-command",
        "make no-such-target",
        "make up NO_SUCH=1",
        "python no-such-file.py",
        "./no-such-script",
        "no-such-program",
    ],
)
def test_a_command_that_there_is_not_is_noticed(line: str) -> None:
    (words,) = simple_commands(line)
    with pytest.raises((AssertionError, click.UsageError)):
        check(words, ROOT / "README.md")
