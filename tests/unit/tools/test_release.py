"""One version, in one place, that the changelog tells of."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from .conftest import ROOT

VERSION = metadata.version("pulumi-pinecone-backup")
FOLDERS = ("provider", "policies", "tools", "examples", "docs", "tests", "benchmarks", ".ci")
# Versions of others: what is pinned, and what was recorded.
OTHERS = (ROOT / "tools" / "go_modules", ROOT / "tests" / "state" / "recorded")
# Pulumi reads the version of a policy pack there and nowhere else; a test of the pack compares it.
COPY = ROOT / "policies" / "PulumiPolicy.yaml"


def written() -> Iterator[tuple[Path, str]]:
    """Yield every file in which a person may have written the version, and its text."""
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    for path in (*ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "Pulumi.yaml", *inside):
        if not path.is_file() or any(path.is_relative_to(other) for other in OTHERS):
            continue
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_the_version_is_written_in_pyproject_alone() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    itself = re.compile(rf"(?<![\d.]){re.escape(VERSION)}(?!\.?\d)")
    found = {path for path, text in written() if itself.search(text)}
    # A page that names it is held to it by `tests/engine/test_docs_languages.py`.
    assert found == {ROOT / "CHANGELOG.md", ROOT / "docs" / "languages.md", COPY}


def test_the_changelog_tells_of_this_version_below_what_is_not_released() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    first, second = re.findall(r"^## (.*)$", text, re.MULTILINE)[:2]
    assert first == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(VERSION)}\] - \d{{4}}-\d\d-\d\d", second)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## [{}] - ", "## [999.0.0] - ", "has no section for"),
        ("## [{}] - ", "## [{}] - in spring ", "has no section for"),
        ("## [{}] - ", "## [{}] - 2026-11-30\n\n## [0.0.1] - ", "tells no change of"),
    ],
)
@pytest.mark.parametrize("arguments", [[], ["--check"]], ids=["dist", "release-check"])
def test_a_version_that_the_changelog_does_not_tell_of_is_not_released(
    old: str, new: str, said: str, arguments: list[str], tmp_path: Path
) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "go_modules")
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=ignored)
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert old.format(VERSION) in text
    changed = text.replace(old.format(VERSION), new.format(VERSION))
    (tmp_path / "CHANGELOG.md").write_text(changed, "utf-8")
    command = [sys.executable, str(tmp_path / "tools" / "release.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"error: CHANGELOG.md {said} {VERSION}, the version in pyproject.toml." in done.stderr
    assert f"put `## [{VERSION}] - <year>-<month>-<day>` below" in done.stderr
    assert not (tmp_path / "dist").exists()
