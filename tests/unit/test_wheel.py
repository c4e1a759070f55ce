"""What is published."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel that is built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_package_and_nothing_else(published: set[str]) -> None:
    tops = {name.split("/")[0] for name in published}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pulumi_pinecone_backup"}
    source = ROOT / "provider"
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / "pulumi_pinecone_backup").rglob("*")
        if path.suffix in (".py", ".jinja", ".json", ".typed")
    }
    assert {name for name in published if ".dist-info/" not in name} == expected


def test_the_wheel_says_that_the_package_is_typed(published: set[str]) -> None:
    assert "pulumi_pinecone_backup/py.typed" in published


def test_the_wheel_carries_its_licence(published: set[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in published)
