"""Draws `make up` as it looks in a terminal: a real run on a pseudo terminal, written as SVG.

Run it inside `.venv` after a change of what users see: `make picture`.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

import pyte
from places import ROOT

PICTURE = ROOT / "examples" / "quickstart" / "terminal.svg"
COLUMNS, LINES = 118, 80
CELL_WIDTH, CELL_HEIGHT, MARGIN = 8.0, 18, 16
BACKGROUND, FOREGROUND = "#11151c", "#d8dee9"
COLOURS = {
    "red": "#e06c75",
    "green": "#98c379",
    "brown": "#e5c07b",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
}
# The colours that Pulumi asks for by number.
PALETTE = {"00cd00": "#98c379", "5c5cff": "#61afef", "ff00ff": "#c678dd"}
# Questions to the terminal, which a picture does not answer.
QUERIES = re.compile(r"\x1b\]11;\?\x1b\\|\x1b\[6n")


def recorded(command: Sequence[str]) -> pyte.Screen:
    """Run a command on a pseudo terminal and return its last screen.

    Raises:
        SystemExit: The command failed.
    """
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.Stream(screen)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        # A make inside a make would say which folder it enters.
        env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        os.execvpe(command[0], list(command), env | {"TERM": "xterm-256color"})  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    for text in _output(terminal):
        stream.feed(QUERIES.sub("", text))
    _, status = os.waitpid(child, 0)
    if status != 0:
        print("\n".join(screen.display).rstrip(), file=sys.stderr)
        raise SystemExit(f"`{' '.join(command)}` failed")
    return screen


def _output(terminal: int) -> Iterator[str]:
    while True:
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:  # the other side of a pseudo terminal was closed
            return
        if not data:
            return
        yield data.decode(errors="replace")


def colour(name: str) -> str:
    """Return a colour of the terminal as one of the picture."""
    if re.fullmatch("[0-9a-f]{6}", name):
        return PALETTE.get(name, f"#{name}")
    return COLOURS.get(name.removeprefix("bright"), FOREGROUND)


def drawn(title: str, screen: pyte.Screen) -> str:
    """Return a screen as SVG text: readable, selectable, without fonts from elsewhere."""
    texts = [line.rstrip() for line in screen.display]
    height = max(number for number, text in enumerate(texts) if text) + 1
    lines = [_text(0, [(0, f"$ {title}", ' font-weight="bold"')])]
    for number in range(height):
        lines.append(_text(number + 1, list(_runs(screen, number, len(texts[number])))))
    width = max(len(text) for text in texts) * CELL_WIDTH + 2 * MARGIN
    size = f'width="{width:.0f}" height="{(height + 1) * CELL_HEIGHT + 2 * MARGIN}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)} in a terminal</title>",
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
            f'<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" '
            f'fill="{FOREGROUND}">',
            *(line for line in lines if line),
            "</g>",
            "</svg>",
            "",
        ]
    )


def _runs(screen: pyte.Screen, number: int, length: int) -> Iterator[tuple[int, str, str]]:
    """Yield column, text and look of the stretches of a line that look alike."""
    line = screen.buffer[number]
    cells = ((column, line[column]) for column in range(length))
    for look, group in itertools.groupby(cells, key=lambda cell: (cell[1].fg, cell[1].bold)):
        members = list(group)
        text = "".join(cell.data for _, cell in members)
        attributes = f' fill="{colour(look[0])}"' if look[0] != "default" else ""
        attributes += ' font-weight="bold"' if look[1] else ""
        # Columns are set by place, for pictures keep no runs of spaces.
        for word in re.finditer(r"\S+( \S+)*", text):
            yield members[0][0] + word.start(), word[0], attributes


def _text(number: int, runs: Sequence[tuple[int, str, str]]) -> str:
    y = MARGIN + (number + 1) * CELL_HEIGHT - 5
    return "".join(
        f'<text x="{MARGIN + column * CELL_WIDTH:g}" y="{y}" '
        f'textLength="{len(text) * CELL_WIDTH:g}"{attributes}>{escape(text)}</text>'
        for column, text, attributes in runs
    )


def main() -> None:
    """Draw the picture of the README."""
    command = ["make", "up"]
    PICTURE.write_text(drawn(" ".join(command), recorded(command)))
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
