"""The README says what is so: its commands exist and are run by a test, its names are exported."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pulumi_pinecone_backup
import pytest
from click import Context
from pulumi_pinecone_backup.cli import main

from .conftest import ROOT

TEXT = (ROOT / "README.md").read_text()
ENGINE_TEST = (ROOT / "tests" / "engine" / "test_quickstart.py").read_text()
# Each command of the README, and the test that runs what it runs.
CHECKED = {
    "make up": "test_up_restores_every_record",
    "make down": "test_up_restores_every_record",
    "make up INDEX=your-index": "test_the_same_program_runs_on_an_account",
    "export PINECONE_API_KEY=…": "test_the_same_program_runs_on_an_account",
    "pulumi up": "test_plain_pulumi_up_works_at_the_root",
    "source .venv/bin/activate": "test_plain_pulumi_up_works_at_the_root",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_it_is_short_and_begins_with_one_sentence() -> None:
    lines = TEXT.splitlines()
    assert len(lines) <= 100
    assert lines[1] == ""
    assert re.fullmatch(r"[^.]+\.", lines[2])


def test_every_command_is_run_by_a_test() -> None:
    typed = re.findall(r"^\$ (.*)$", "".join(blocks("console")), re.MULTILINE)
    inline = re.findall(r"`((?:make|pulumi|source|pip) ?[^`]*)`", TEXT)
    elsewhere = {"make docs", "make test", "make help", "pip install .", "pulumi import"}
    commands = {*typed, *inline} - elsewhere
    assert commands == set(CHECKED)
    for test in CHECKED.values():
        assert f"def {test}" in ENGINE_TEST


def test_the_shown_end_of_make_test_has_the_form_of_a_real_one() -> None:
    (shown,) = re.findall(r"^=+ .* =+$", TEXT, re.MULTILINE)
    assert re.fullmatch(r"=+ \d+ passed, \d+ skipped in \.\.\. =+", shown)


def test_links_lead_to_files_of_the_repository() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert links
    for link in links:
        assert (ROOT / link).is_file(), link


def test_the_table_names_everything_that_programs_import() -> None:
    exported = {
        name
        for name in pulumi_pinecone_backup.__all__
        if not name.endswith(("Error", "Model", "Result", "_output")) and name[0] != "_"
    }
    first_cells = re.findall(r"(?m)^\| ([^|]*) \|", TEXT)
    named = set(re.findall(r"`(\w+)`", "".join(first_cells)))
    assert named == exported


def test_the_table_names_every_sub_command() -> None:
    named = set(re.findall(r"(?m)^\| `pinecone-backup (\w+)` \|", TEXT))
    assert named == set(main.list_commands(Context(main)))


def test_the_picture_shows_the_run_that_the_readme_shows() -> None:
    picture = ElementTree.parse(ROOT / "examples" / "quickstart" / "terminal.svg")  # noqa: S314
    shown = {"".join(node.itertext()) for node in picture.iter() if node.tag.endswith("}text")}
    assert "$ make up" in shown
    rows = re.findall(r"^ +(\S+(?: \S+)*)   *(\S.*)$", blocks("console")[0], re.MULTILINE)
    assert len(rows) == 8
    for label, value in rows:
        assert label in shown
        assert label != "holds" or value in shown
    assert "Restored and verified." in shown


def test_the_program_is_python_that_uses_exported_names() -> None:
    (program,) = blocks("python")
    compile(program, "README.md", "exec")
    for name in re.findall(r"pinecone_backup\.(\w+)", program):
        assert name in pulumi_pinecone_backup.__all__


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_that_a_page_names_exists(file: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    named = set(re.findall(r"\bmake(?: -s)? ([a-z-]+)`", (ROOT / file).read_text()))
    assert named
    assert named <= targets


def test_every_module_and_folder_that_contributing_names_exists() -> None:
    package = ROOT / "provider" / "pulumi_pinecone_backup"
    named = re.findall(r"`([\w/*]+(?:\.py|/))`", (ROOT / "CONTRIBUTING.md").read_text())
    assert len(named) > 10
    for path in named:
        assert [*ROOT.glob(path), *package.glob(path)], path


def test_pip_install_of_the_clone_works(tmp_path: Path) -> None:
    """With the build tools at hand, because the tests need no network."""
    command = [sys.executable, "-m", "pip", "install", ".", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--quiet", "--target", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pulumi_pinecone_backup" / "py.typed").is_file()
