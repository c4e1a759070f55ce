"""Pages that a reader works through, worked through: every file, every command, every output."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import KEY, OTHER_KEY, Service
from support.pages import ROOT, blocks_of
from support.pulumi_stack import KEPT, engine_folder, quick_python
from support.walked_page import Shell, free_port, walk

# Under `make test` what is installed is what the checkout asks for, and `make` installs nothing.
WITH_MAKE = os.environ.get("PINECONE_BACKUP_TEST_INSTALLED") == "1"
COPIED = (
    *("LICENSE", "Makefile", "README.md", "constraints.txt", "pyproject.toml"),
    *("provider", "tools"),
)

pytestmark = pytest.mark.engine


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A shell's variables, without anything of the user's."""
    for name in ("home", "backend"):
        (tmp_path / name).mkdir()
    return {
        **{name: os.environ[name] for name in (*KEPT, "XDG_CACHE_HOME") if name in os.environ},
        "HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_PYTHON_CMD": quick_python(),
        "PATH": os.pathsep.join(
            (str(Path(sys.executable).parent), engine_folder(), os.environ["PATH"])
        ),
    }


def test_the_tutorial_can_be_followed(tmp_path: Path, environment: dict[str, str]) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, clone / name)
    (clone / ".venv").symlink_to(sys.prefix)
    first, *others = blocks_of(ROOT / "docs" / "tutorial.md")
    with Shell(clone, environment) as shell:
        if WITH_MAKE:
            walk(shell, [first], {"make ": f"make PYTHON={sys.executable} "})
        assert walk(shell, others, {"5081": str(free_port())}) > 15
        # Ends with the emulator, which the page has stopped.
        assert "Running" not in shell.run("wait; jobs")
        assert list((tmp_path / "lost-index").rglob("*.json.lock")) == []


@pytest.fixture
def prepared(environment: dict[str, str], emulator: Emulator, tmp_path: Path) -> dict[str, str]:
    """The variables of a reader who has a key and a backend, and stands in an empty folder."""
    (tmp_path / "work").mkdir()
    return environment | {
        "PINECONE_API_KEY": KEY,
        "PINECONE_CONTROLLER_HOST": emulator.url,
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }


def follow(page: str, folder: Path, environment: dict[str, str]) -> int:
    """Walk through a page in a folder, and return the number of commands."""
    with Shell(folder, environment) as shell:
        return walk(shell, list(blocks_of(ROOT / "docs" / page)))


def test_the_tests_of_the_page_about_testing_pass(
    tmp_path: Path, prepared: dict[str, str], emulator: Emulator
) -> None:
    assert follow("testing.md", tmp_path / "work", prepared) == 2
    # They have an emulator of their own.
    assert emulator.requests() == {}


def test_the_programs_of_the_automation_api_run(
    tmp_path: Path, prepared: dict[str, str], service: Service
) -> None:
    for name in ("products", "reviews"):
        service.index(name)
    assert follow("automation-api.md", tmp_path / "work", prepared) == 2
    assert service.indexes() == {"products", "reviews"}
    left = service.call("GET", "/backups")["data"]
    assert {row["source_index_name"] for row in left} == {"products", "reviews"}


def test_several_projects_are_backed_up_by_one_program(
    tmp_path: Path, prepared: dict[str, str], emulator: Emulator, service: Service
) -> None:
    other = Service(emulator, OTHER_KEY)
    service.index("products")
    other.index("products-eu")
    environment = prepared | {"PINECONE_API_KEY_EU": OTHER_KEY}
    assert follow("several-projects.md", tmp_path / "work", environment) > 2
    assert len(service.backups()) == len(other.backups()) == 1
    assert len(other.indexes()) == 2
    for path in (tmp_path / "backend").rglob("*.json*"):
        assert OTHER_KEY.encode() not in path.read_bytes(), path


def test_what_was_made_by_hand_is_taken_over(
    tmp_path: Path, prepared: dict[str, str], service: Service
) -> None:
    service.index("products")
    made = service.call("POST", "/indexes/products/backups", {"name": "before-import"})
    restore = f"/backups/{made['backup_id']}/create-index"
    service.call("POST", restore, {"name": "products-standby"})
    assert follow("migrating.md", tmp_path / "work", prepared) > 3
    assert service.indexes() == {"products", "products-standby"}
    assert service.backups() == {made["backup_id"]}
    tags = service.call("GET", "/indexes/products-standby")["tags"]
    assert "pulumi-owner" in tags
