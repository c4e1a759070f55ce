"""The site's navigation, read from the tables of `docs/index.md`.

The page that people read on the Git host is the only list of pages: each heading of it is a part
of the navigation, and the first link of each row is a page. Sphinx reports a page that is in none.
"""

from __future__ import annotations

import posixpath
import re

from sphinx.application import Sphinx

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| \[([^\]]+)\]\(([^)#\s]+)\.md\)", re.MULTILINE)


def toctrees(text: str, folder: str) -> str:
    """Return a hidden table of contents for each part of the index.

    Args:
        text: The index.
        folder: The index's folder, which links start from.
    """
    _, *parts = _HEADING.split(text)
    made = []
    for caption, part in zip(parts[::2], parts[1::2], strict=True):
        pages = [
            f"{title} </{posixpath.normpath(posixpath.join(folder, path))}>"
            for title, path in _ROW.findall(part)
        ]
        if not pages:
            continue
        options = [":hidden:", f":caption: {caption}"]
        made.append("\n".join(["```{toctree}", *options, "", *pages, "```"]))
    return "\n\n".join(made)


def _add_navigation(app: Sphinx, page: str, content: list[str]) -> None:
    if page == app.config.root_doc:
        content[0] += "\n\n" + toctrees(content[0], posixpath.dirname(page)) + "\n"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", _add_navigation)
    return {"parallel_read_safe": True}
