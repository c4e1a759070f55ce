"""A real browser without a window: Debian's Chromium, or any that is on PATH.

`PINECONE_BACKUP_TEST_BROWSER=required` turns a missing one from a skip into a failure.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Read before the tests clear the environment.
_REQUIRED = os.environ.get("PINECONE_BACKUP_TEST_BROWSER") == "required"
_QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # A request that the page makes anyway fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_MEASURE = """<script>
addEventListener("load", () => {
  const root = document.documentElement;
  const broken = [...document.images].filter(image => !image.naturalWidth).length;
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".wide")
    && e.getBoundingClientRect().right > root.clientWidth + 1).length;
  root.dataset.measured = [root.scrollWidth, root.scrollHeight, innerWidth, broken, wide].join(" ");
});
</script>"""
# Looks into each page of a site, one after the other in a frame.
_LOOK = """<!doctype html>
<style>body { margin: 0 } iframe { border: 0; display: block }</style>
<body><script>
const names = %s, width = %d, looks = {};
// A reader can scroll what is wider than its place by itself, such as a table.
const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
const inReach = e => e.tagName !== "BODY" && (scrolls(e) || inReach(e.parentElement));
function look(page) {
  const root = page.documentElement, body = page.body;
  const beyond = e => e.getBoundingClientRect().right > root.clientWidth + 1;
  const cut = [...body.querySelectorAll("article *")]
    .filter(e => beyond(e) && !inReach(e.parentElement));
  const button = page.querySelector("label.nav-overlay-icon[for=__navigation]");
  if (button && button.getBoundingClientRect().width) button.click();
  page.querySelectorAll(".sidebar-drawer").forEach(e => e.style.transition = "none");
  const links = [...page.querySelectorAll(".sidebar-tree a")].map(e => e.getBoundingClientRect());
  return {
    width: root.scrollWidth,
    broken_images: [...page.images].filter(i => !i.naturalWidth).map(i => i.src),
    cut_off: cut.slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
    links_in_reach: links.filter(r => r.width && r.left >= 0 && r.right <= width).length,
  };
}
function next() {
  const name = names.shift();
  if (!name) {
    const found = document.createElement("pre");
    found.id = "found";
    found.textContent = JSON.stringify(looks);
    document.body.append(found);
    return;
  }
  const frame = document.createElement("iframe");
  frame.width = width;
  frame.height = 800;
  frame.onload = () => { looks[name] = look(frame.contentDocument); frame.remove(); next(); };
  frame.src = name;
  document.body.append(frame);
}
next();
</script></body>"""
DESKTOP = 1100
PHONE = 390


@dataclass(frozen=True)
class Measures:
    """What a browser makes of a page, in CSS pixels.

    Attributes:
        width: Of the content; wider than `window` means that readers must scroll sideways.
        height: Of the content.
        window: Inner width of the window.
        broken_images: Images that could not be shown.
        too_wide: Elements that reach beyond the page, outside of what scrolls by itself.
    """

    width: int
    height: int
    window: int
    broken_images: int
    too_wide: int


@dataclass(frozen=True)
class Look:
    """What is to be seen of a page of a site.

    Attributes:
        width: Of the content, in CSS pixels.
        broken_images: Addresses of images that could not be shown.
        cut_off: Elements beyond the window's right edge that no scrolling brings there.
        links_in_reach: Links of the navigation in the window, after its button was pressed where
            it is hidden behind one.
    """

    width: int
    broken_images: list[str]
    cut_off: list[str]
    links_in_reach: int


class Browser:
    """Shows pages from files."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def measure(self, page: Path, width: int) -> Measures:
        """Return how large a page is in a window of a width."""
        copy = page.with_name(f"measured-{page.name}")
        copy.write_text(page.read_text("utf-8").replace("</head>", f"{_MEASURE}</head>"), "utf-8")
        # A headless window is at least 500 wide: a narrower page stands in a frame.
        frame = page.with_name(f"frame-{page.name}")
        frame.write_text(_frame(copy.name, width), "utf-8")
        dom = self._run(frame, "--dump-dom", "--virtual-time-budget=5000")
        found = re.search(r'data-measured="([^"]+)"', dom)
        assert found, dom[:2000]
        return Measures(*(int(float(number)) for number in found[1].split()))

    def look(self, pages: Sequence[Path], folder: Path, width: int) -> dict[str, Look]:
        """Return what is wrong with pages of a folder in a window of a width, all in one run."""
        names = [page.relative_to(folder).as_posix() for page in pages]
        frame = folder / f"look-{width}.html"
        frame.write_text(_LOOK % (json.dumps(names), width), "utf-8")
        dom = self._run(frame, "--dump-dom", "--virtual-time-budget=60000")
        found = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
        assert found, dom[:2000]
        looks = json.loads(html.unescape(found[1]))
        assert sorted(looks) == sorted(names)
        return {name: Look(**look) for name, look in looks.items()}

    def screenshot(self, page: Path, path: Path, width: int) -> None:
        """Write a picture of the whole page."""
        height = self.measure(page, width).height
        frame = page.with_name(f"whole-{page.name}")
        frame.write_text(_frame(page.name, width, height), "utf-8")
        self._run(frame, f"--screenshot={path}", f"--window-size={width},{height}")
        assert path.is_file()

    def print_to_pdf(self, page: Path, path: Path) -> None:
        """Print the page as its own style asks for."""
        self._run(page, "--no-pdf-header-footer", f"--print-to-pdf={path}")
        assert path.is_file()

    def _run(self, page: Path, *arguments: str) -> str:
        profile = self._folder / "profile"
        shutil.rmtree(profile, ignore_errors=True)
        done = subprocess.run(
            [
                self._program,
                *_QUIET,
                "--allow-file-access-from-files",
                f"--user-data-dir={profile}",
                *arguments,
                page.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _frame(name: str, width: int, height: int = 800) -> str:
    return f"""<!doctype html>
<style>body {{ margin: 0 }} iframe {{ border: 0; display: block }}</style>
<iframe src="{name}" width="{width}" height="{height}"></iframe>
<script>
addEventListener("load", () => {{
  const inner = document.querySelector("iframe").contentDocument.documentElement;
  if (inner.dataset.measured) document.documentElement.dataset.measured = inner.dataset.measured;
}});
</script>"""


def find() -> str:
    """Return the browser's program; skip the test where there is none."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        text = "no Chromium is on PATH; on Debian: apt install chromium"
        if _REQUIRED:
            pytest.fail(text)
        pytest.skip(text)
    return program
