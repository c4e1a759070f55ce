"""The documentation as a site: it is built without a warning, whole, and fit to be read."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from pulumi_pinecone_backup import __all__ as public_names
from pulumi_pinecone_backup.cli import main
from pulumi_pinecone_backup.plugin.texts import schema
from support.browser import DESKTOP, PHONE, Browser, find
from support.pages import PAGES, ROOT

# Where pictures of pages are kept to be looked at; read before the tests clear the environment.
KEPT = os.environ.get("PINECONE_BACKUP_TEST_SCREENSHOTS")
SHOWN = ("docs/index.html", "docs/tutorial.html")
# Pages that Sphinx makes of its own, which are no text to read.
OTHER = {"index.html", "genindex.html", "search.html", "py-modindex.html"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; several workers share one."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            built = build(shared / "building", shared / "doctrees")
            built.rename(folder)
    return folder


def build(folder: Path, doctrees: Path) -> Path:
    """Build with the options of `make docs`."""
    recipe = re.search(r"sphinx-build\" (.*) \. build/docs$", makefile(), re.MULTILINE)
    assert recipe is not None
    options = recipe[1].replace("build/doctrees", str(doctrees)).split()
    assert {"-n", "-W"} <= {*options}
    command = [sys.executable, "-m", "sphinx", *options, ".", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def artifacts(otherwise: Path) -> Path:
    """Return the folder for what people look at."""
    folder = Path(KEPT) if KEPT else otherwise
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pages(site: Path) -> list[Path]:
    """Return what there is to read."""
    found = [page for page in site.rglob("*.html") if not page.name.startswith(("look-", "whole-"))]
    return sorted(page for page in found if page.relative_to(site).as_posix() not in OTHER)


def test_every_page_of_the_checkout_is_on_the_site(site: Path) -> None:
    made = {page.relative_to(site).with_suffix(".md").as_posix() for page in pages(site)}
    assert made == {page.relative_to(ROOT).as_posix() for page in PAGES}
    assert 'url=docs/index.html"' in (site / "index.html").read_text("utf-8")


def references(page: Path) -> Iterator[tuple[str, str]]:
    """Yield tag and address of all that a page links to or loads."""
    for tag in BeautifulSoup(page.read_text("utf-8"), "html.parser").find_all(True):
        for attribute in ("href", "src"):
            value = tag.get(attribute)
            if isinstance(value, str):
                yield tag.name, value


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    anchors = {
        page: {
            str(tag[name])
            for tag in BeautifulSoup(page.read_text("utf-8"), "html.parser").find_all(True)
            for name in ("id", "name")
            if tag.get(name)
        }
        for page in site.rglob("*.html")
    }
    outside, broken = set(), []
    for page in pages(site):
        for tag, address in references(page):
            if re.match(r"(https?:)?//", address):
                assert tag == "a", f"{page.name} loads {address}"
                outside.add(address)
                continue
            if address.startswith(("mailto:", "data:")):
                continue
            path, _, fragment = unquote(address).partition("#")
            other = page if not path else (page.parent / path.partition("?")[0]).resolve()
            known = other in anchors and (not fragment or fragment in anchors[other])
            if not known and (fragment or not other.is_file()):
                broken.append(f"{page.relative_to(site)}: {address}")
    assert broken == []
    # They are not fetched; the list is for whoever wants to.
    artifacts(site).joinpath("external-links.txt").write_text("\n".join(sorted(outside)))
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//|@import", style.read_text("utf-8"))


def test_the_reference_is_whole(site: Path) -> None:
    def text(name: str) -> str:
        return BeautifulSoup(
            (site / "docs" / f"reference-{name}.html").read_text("utf-8"), "html.parser"
        ).get_text()

    python = text("python") + text("errors")
    assert [name for name in public_names if f"pulumi_pinecone_backup.{name}" not in python] == []
    for name in main.list_commands(None):  # type: ignore[arg-type] # the context is not used
        assert f"pinecone-backup {name}" in text("commands")
    assert "pinecone_emulator" in python
    assert "create_index_from_backup_operation" in text("errors")
    assert "deletion-protection-enabled" in text("policies")
    assert "max_age_hours" in text("policies")
    assert "IndexStatus.newest_backup_id" in text("schemas")
    plugin = text("plugin")
    for part in ("resources", "functions", "types"):
        for token, made in schema()[part].items():
            assert "enum" in made or token.rpartition(":")[2] in plugin
    assert "retentionDays" in plugin


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """A real one."""
    return Browser(find(), tmp_path)


def test_what_a_browser_does_not_show_is_noticed(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    wide = '<div style="width: 2000px">wide</div><img src="gone.png">'
    page.write_text(f'<body style="overflow-x: hidden"><article>{wide}</article></body>', "utf-8")
    look = browser.look([page], tmp_path, PHONE)["bad.html"]
    assert (len(look.cut_off), len(look.broken_images), look.links_in_reach) == (1, 1, 0)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_browser_shows_every_page_whole(site: Path, browser: Browser, width: int) -> None:
    looks = browser.look(pages(site), site, width)
    for name, look in looks.items():
        assert look.width <= width, name
        assert look.broken_images == [], name
        assert look.cut_off == [], name
        assert look.links_in_reach >= 20, name


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_pictures_of_pages_are_kept(
    site: Path, browser: Browser, tmp_path: Path, width: int
) -> None:
    folder = artifacts(tmp_path)
    for name in SHOWN:
        picture = folder / f"{Path(name).stem}-{width}.png"
        browser.screenshot(site / name, picture, width)
        with Image.open(picture) as shown:
            assert shown.width == width
            assert shown.height > 1000
            assert len(shown.convert("RGB").getcolors(1 << 24) or []) > 20
