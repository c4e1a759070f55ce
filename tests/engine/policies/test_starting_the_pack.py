"""The executable finds its Python by itself, or says what is missing; the folder starts too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import grpc
import pytest
import yaml
from google.protobuf import empty_pb2
from packaging.requirements import Requirement
from pulumi.runtime.proto import analyzer_pb2_grpc

PACK = Path(__file__).parents[3] / "policies"
NOTHING = "/nonexistent"
BASICS = ["sh", "dirname", "cat"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy the pack, so that no environment of the real checkout is found."""
    shutil.copytree(
        PACK, tmp_path / "checkout" / "policies", ignore=shutil.ignore_patterns("*venv")
    )
    return tmp_path / "checkout"


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH with a shell and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASICS:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def interpreter(path: Path, *, works: bool = True) -> Path:
    """Write a stand-in for an interpreter of an environment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without site packages an interpreter has nothing that the pack needs.
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {"" if works else "-S"} "$@"\n')
    path.chmod(0o755)
    return path


@contextmanager
def started(executable: Path, environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Start the executable as the engine does, and give what the pack calls itself."""
    process = subprocess.Popen(
        [str(executable), "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        env=dict(environment),
        cwd=folder,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline()
        with grpc.insecure_channel(f"127.0.0.1:{int(port)}") as channel:
            stub = analyzer_pb2_grpc.AnalyzerStub(channel)
            yield stub.GetAnalyzerInfo(empty_pb2.Empty()).name
    finally:
        process.kill()
        process.communicate()


PLACES = [
    ("policies/.venv/bin/python", {}),
    ("policies/venv/bin/python", {}),
    (".venv/bin/python", {}),
    ("venv/bin/python", {}),
    ("elsewhere/my python", {"PULUMI_PYTHON_CMD": "{checkout}/elsewhere/my python"}),
    ("active/bin/python", {"VIRTUAL_ENV": "{checkout}/active"}),
    ("path/python3", {"PATH": "{checkout}/path:{bare}"}),
    ("path/python", {"PATH": "{checkout}/path:{bare}"}),
]


@pytest.mark.parametrize(("place", "environment"), PLACES)
def test_the_python_is_found_in_every_documented_place(
    checkout: Path, bare_path: Path, place: str, environment: dict[str, str]
) -> None:
    interpreter(checkout / place)
    given = {k: v.format(checkout=checkout, bare=bare_path) for k, v in environment.items()}
    executable = checkout / "policies" / "pinecone-backup-policies"
    with started(executable, {"PATH": str(bare_path), **given}, checkout) as name:
        assert name == "pinecone-backup"


def test_a_python_that_lacks_something_is_passed_over(checkout: Path, bare_path: Path) -> None:
    lacking = interpreter(checkout / "lacking" / "python", works=False)
    interpreter(checkout / ".venv" / "bin" / "python")
    environment = {"PATH": str(bare_path), "PULUMI_PYTHON_CMD": str(lacking)}
    executable = checkout / "policies" / "pinecone-backup-policies"
    with started(executable, environment, checkout) as name:
        assert name == "pinecone-backup"


def test_without_a_python_it_says_what_is_missing_and_how_to_install_it(
    checkout: Path, bare_path: Path
) -> None:
    interpreter(bare_path / "python3", works=False)
    executable = checkout / "policies" / "pinecone-backup-policies"
    done = subprocess.run(
        [str(executable), "127.0.0.1:1"],
        capture_output=True,
        text=True,
        env={"PATH": str(bare_path), "PULUMI_PYTHON_CMD": NOTHING},
        check=False,
    )
    assert done.returncode == 69
    assert done.stdout == ""
    assert "python3 lacks: pulumi, pulumi-policy, pydantic" in done.stderr
    requirements = checkout / "policies" / "requirements.txt"
    assert f"python -m pip install -r {requirements}" in done.stderr


def test_without_any_python_it_says_so(checkout: Path, bare_path: Path) -> None:
    executable = checkout / "policies" / "pinecone-backup-policies"
    done = subprocess.run(
        [str(executable), "127.0.0.1:1"],
        capture_output=True,
        text=True,
        env={"PATH": str(bare_path)},
        check=False,
    )
    assert done.returncode == 69
    assert "install Python 3.10 or newer" in done.stderr


def test_by_hand_it_says_how_it_is_meant_to_be_run(checkout: Path, bare_path: Path) -> None:
    executable = checkout / "policies" / "pinecone-backup-policies"
    done = subprocess.run(
        [str(executable)],
        capture_output=True,
        text=True,
        env={"PATH": str(bare_path)},
        check=False,
    )
    assert done.returncode == 64
    assert f"pulumi preview --policy-pack {executable}" in done.stderr


@pytest.mark.skipif(
    "sys.version_info < (3, 11)", reason="older interpreters always take the working folder"
)
def test_a_file_of_the_users_project_does_not_stand_in_for_a_module(
    checkout: Path, bare_path: Path
) -> None:
    interpreter(checkout / ".venv" / "bin" / "python")
    project = checkout / "project"
    project.mkdir()
    for module in ("grpc", "pydantic", "pulumi_policy"):
        (project / f"{module}.py").write_text("raise SystemExit('the wrong module')\n")
    executable = checkout / "policies" / "pinecone-backup-policies"
    with started(executable, {"PATH": str(bare_path)}, project) as name:
        assert name == "pinecone-backup"


def test_the_folder_form_starts_as_the_official_language_host_starts_it(checkout: Path) -> None:
    """That host runs `python -u -m pulumi.policy ADDRESS FOLDER`."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(checkout / "policies")],
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"]},
        cwd=checkout,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
    finally:
        process.kill()
        process.communicate()


def test_the_policy_project_has_the_version_of_the_package() -> None:
    project = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())
    assert project["runtime"] == "python"
    assert project["version"] == metadata.version("pulumi-pinecone-backup")


def test_the_requirements_are_those_of_the_package_and_its_extra() -> None:
    lines = (PACK / "requirements.txt").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if not line.startswith("#")]
    declared = [Requirement(row) for row in metadata.requires("pulumi-pinecone-backup") or []]
    offered = {
        row.name: row.specifier
        for row in declared
        if row.marker is None or row.marker.evaluate({"extra": "policy"})
    }
    assert {row.name for row in wanted} == {"pulumi", "pulumi-policy", "pydantic"}
    assert {row.name: row.specifier for row in wanted}.items() <= offered.items()
