"""What is installed, compared with what the checkout asks for."""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from pathlib import Path

import install
import places
import pulumi_pinecone_backup
import pytest
from console import Failure

from .conftest import ROOT

installed_by_make = pytest.mark.skipif(
    os.environ.get("PINECONE_BACKUP_TEST_INSTALLED") != "1",
    reason="`make test` alone promises the installed package",
)


@installed_by_make
def test_the_package_under_test_is_the_installed_wheel() -> None:
    folder = Path(pulumi_pinecone_backup.__file__).parent
    assert folder.parent.name == "site-packages"
    assert folder.is_relative_to(ROOT / ".venv")
    assert not any(Path(entry).resolve() == ROOT / "provider" for entry in sys.path)


@installed_by_make
def test_a_second_installation_would_do_nothing() -> None:
    assert install.Venv(install.VENV).installed() == install.wanted()


@installed_by_make
def test_everything_installed_is_pinned_and_as_pinned() -> None:
    pins = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", constraints_for_this_python(), re.MULTILINE))
    installed = {
        re.sub(r"[-_.]+", "-", distribution.name.lower()): distribution.version
        for distribution in importlib.metadata.distributions(path=[purelib()])
    }
    del installed["pulumi-pinecone-backup"]
    assert installed == {name: pins.get(name) for name in installed}


def purelib() -> str:
    return str(Path(pulumi_pinecone_backup.__file__).parent.parent)


def constraints_for_this_python() -> str:
    other = ">=" if sys.version_info < (3, 11) else "<"
    lines = (ROOT / "constraints.txt").read_text().lower().replace("_", "-").splitlines()
    return "\n".join(line for line in lines if f'python-version {other} "3.11"' not in line)


def test_the_constraints_name_exact_versions_and_no_index() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(
            r"#.*|[A-Za-z0-9_.-]+==[A-Za-z0-9.]+( ; python_version (<|>=) \"3\.11\")?", line
        ), line
        assert "://" not in line


def test_the_dev_extra_brings_every_other_extra() -> None:
    metadata = importlib.metadata.metadata("pulumi-pinecone-backup")
    needs: dict[str, set[str]] = {}
    for requirement in metadata.get_all("Requires-Dist") or ():
        package, _, extra = requirement.partition("; extra == ")
        if extra:
            needs.setdefault(extra.strip("'\""), set()).add(package)
    assert set(needs) == set(metadata.get_all("Provides-Extra") or ())
    for extra, packages in needs.items():
        assert packages <= needs["dev"], extra


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"needs about 9{15} MB in .*, \d+ MB are free") as caught:
        places.require_space(tmp_path, 10**15 - 1, "the build", places.OTHER_CACHE)
    assert caught.value.ways_out == ("make room there", places.OTHER_CACHE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("platform_name", "expected"),
    [("linux", ".cache"), ("darwin", "Library/Caches")],
)
def test_the_cache_is_where_the_system_keeps_caches(
    platform_name: str, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform_name)
    assert places.cache_folder() == tmp_path / expected / "pulumi-pinecone-backup"


def test_a_computer_that_the_tools_do_not_know_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    with pytest.raises(Failure, match="this is Windows on") as caught:
        places.system_and_machine()
    assert "on Windows, work inside WSL" in str(caught.value)
