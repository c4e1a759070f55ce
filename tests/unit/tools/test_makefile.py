"""`make` as a newcomer meets it: what each target says when what it needs is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, write_program

CHECKOUT = (
    "LICENSE",
    "Makefile",
    "Pulumi.yaml",
    "README.md",
    "constraints.txt",
    "examples",
    "provider",
    "pyproject.toml",
    "tools",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what git would give, with nothing made in it yet."""
    folder = tmp_path / "clone of it"
    folder.mkdir()
    for name in CHECKOUT:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def make(checkout: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(checkout.parent),
        "XDG_CACHE_HOME": str(checkout.parent / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
    }
    return subprocess.run(
        ["make", *words],
        cwd=checkout,
        env=env | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_make_alone_lists_every_target_with_what_it_does(checkout: Path) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    listed = re.findall(r"^  make ([a-z-]+) +\S", make(checkout).stdout, re.MULTILINE)
    assert sorted(listed) == sorted(phony[1].split())


@pytest.mark.parametrize("target", ["up", "install", "test", "check", "engine-path"])
def test_without_a_good_python_every_target_says_how_to_get_one(
    target: str, checkout: Path
) -> None:
    programs = checkout.parent / "programs"
    write_program(programs / "python3", "exit 1")
    for name in ("make", "cat", "env"):
        (programs / name).symlink_to(shutil.which(name) or name)
    result = make(checkout, target, PATH=str(programs))
    assert result.returncode != 0
    assert "error: Python 3.10 or newer is needed, and there is none on PATH." in result.stderr
    assert "make PYTHON=/path/to/python3.10" in result.stderr
    assert not (checkout / ".venv").exists()


def test_the_first_python_that_runs_is_taken_and_not_the_first_that_is_there(
    tmp_path: Path,
) -> None:
    write_program(tmp_path / "python3", "echo shim: no such version >&2; exit 127")
    (tmp_path / "python3.11").symlink_to(sys.executable)
    found = subprocess.run(
        [ROOT / "tools" / "find-python"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (found.stdout, found.stderr) == (f"{tmp_path}/python3.11\n", "")


def test_without_network_the_installation_says_what_it_could_not_get(checkout: Path) -> None:
    result = make(checkout, "install", f"PYTHON={sys.executable}")
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert "error: installing pip and the build tools: " in result.stderr
    assert "check the network; pip obeys HTTPS_PROXY" in result.stderr


def test_down_before_anything_else_has_nothing_to_do_and_installs_nothing(checkout: Path) -> None:
    result = make(checkout, "down")
    assert (result.returncode, result.stdout) == (0, "Nothing is up.\n")
    assert not (checkout / ".venv").exists()


def test_clean_keeps_the_state_of_a_quickstart_that_is_up(checkout: Path) -> None:
    state = checkout / ".local" / "quickstart"
    state.mkdir(parents=True)
    result = make(checkout, "clean")
    assert result.returncode != 0
    assert "Way out: make down" in result.stderr
    assert state.exists()
    state.rmdir()
    assert make(checkout, "clean").returncode == 0
    assert not state.parent.exists()


def test_the_makefile_avoids_what_gnu_make_3_81_lacks() -> None:
    text = (ROOT / "Makefile").read_text()
    for newer in (".ONESHELL", "!=", "$(file ", "::=", "undefine", "private "):
        assert newer not in text, newer
