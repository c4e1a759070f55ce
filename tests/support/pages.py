"""The pages of the documentation and the blocks of code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "examples").glob("*/README.md"),
        *(ROOT / "benchmarks").glob("*.md"),
    ]
)
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
_UNCHECKED = re.compile(r"<!-- unchecked: ([^\n]+) -->\s*\Z")
_FILE = re.compile(r"\A# ([\w.-]+\.\w+)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: The page, relative to the checkout.
        line: Number of its first line.
        language: What its fence names.
        text: Its content, without the indentation of a list.
        unchecked: Why it cannot be checked, from a comment before it.
    """

    page: str
    line: int
    language: str
    text: str
    unchecked: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def file(self) -> str | None:
        """The name of the file that it is to be saved as, which its first line tells."""
        found = _FILE.match(self.text)
        return found[1] if found else None

    def commands(self) -> Iterator[tuple[str, str]]:
        """Yield each command of a `console` block with the output that is shown for it."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, _, output = re.sub(r"\\\n", "", part).partition("\n")
            yield command, output


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page in their order."""
    text = page.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        before = text[: found.start()]
        reason = _UNCHECKED.search(before)
        indent = len(found["indent"])
        yield Block(
            page=page.relative_to(ROOT).as_posix(),
            line=before.count("\n") + 2,
            language=found["language"],
            text="".join(line[indent:] or "\n" for line in found["text"].splitlines(keepends=True)),
            unchecked=reason[1] if reason else None,
        )


def without_blocks(text: str) -> str:
    """Return a page without its blocks."""
    return _BLOCK.sub("", text)


def all_blocks() -> list[Block]:
    """Return the blocks of every page."""
    return [block for page in PAGES for block in blocks_of(page)]


def masked(text: str) -> str:
    """Return an output with what differs from run to run replaced, and runs of blanks as one."""
    for pattern, name in (
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "<id>"),
        (r"127\.0\.0\.1:\d+", "<address>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?", "<time>"),
        (r"\b\d+(\.\d+)? ?s\b", "<seconds>"),
        (r"-[0-9a-f]{7}\b", "-<hex>"),
        (r"[ \t]+", " "),
        (r" $", ""),
    ):
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text


def output_is(shown: str, printed: str) -> bool:
    """Return whether an output is what a page shows: `...` stands for lines, `…` for characters."""
    pattern = ""
    for line in shown.rstrip("\n").split("\n"):
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += re.escape(masked(line).strip()).replace("…", ".*") + r"\n"
    lines = "".join(line.strip() + "\n" for line in masked(printed).strip("\n").split("\n"))
    return re.fullmatch(pattern, lines) is not None
