"""Imports follow the layers, extras stay extra, and the emulator serves what the client asks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi_pinecone_backup
import pytest
from pulumi_pinecone_backup.emulator.web.app import OPERATIONS as SERVED
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.operations import OPERATIONS

PACKAGE = Path(pulumi_pinecone_backup.__file__).parent
EXTRAS = ("starlette", "uvicorn", "numpy", "orjson", "pulumi_policy")

# Each layer may import itself and those before it. A new module needs a place here.
LAYERS = (
    {"errors", "models", "answer_shapes", "versions", "operations", "settings", "next_steps"}
    | {"request_bodies", "pages"},
    {"error_texts", "connection_errors", "retries", "transport"},
    {"calls", "client"},
    {"engine_bridge", "terminal", "inputs", "naming", "verification", "waiting", "watcher"}
    | {"restore_jobs", "session"}
    | {"watcher", "terminal"}
    | {"checking", "ownership", "outputs", "results", "capacity", "restored_index_tags"}
    | {"backup_lifecycle", "backup_operations", "backup_schedule_operations"}
    | {"restored_index_check", "restored_index_diff", "restored_index_lifecycle"}
    | {"restored_index_operations", "restored_index_removal"}
    | {"handlers"},
    {"program", "functions", "resources", "adoption", "restore_drill"},
    {"__init__", "cli"},
)


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def own_imports(name: str, tree: ast.Module) -> set[str]:
    """Return the modules of this package that a module imports, each by its first name."""
    depth = name.count("/")
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level == depth + 1 or module.split(".")[0] == "pulumi_pinecone_backup":
                parts = module.removeprefix("pulumi_pinecone_backup").lstrip(".")
                found |= {parts.split(".")[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("pulumi_pinecone_backup.")
            }
    return found


def foreign_imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


def layer_of(module: str) -> int:
    places = [number for number, layer in enumerate(LAYERS) if module in layer]
    assert len(places) == 1, f"`{module}` needs one place in LAYERS"
    return places[0]


def client_side() -> list[tuple[str, ast.Module]]:
    return [(name, tree) for name, tree in modules(PACKAGE) if not name.startswith("emulator/")]


def test_imports_point_one_way() -> None:
    wrong = []
    for name, tree in client_side():
        module = name.removesuffix(".py").split("/")[0]
        for imported in own_imports(name, tree) - {"emulator"}:
            if layer_of(imported) > layer_of(module):
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def test_the_emulator_and_the_client_side_know_nothing_of_each_other() -> None:
    for name, tree in modules(PACKAGE / "emulator"):
        assert own_imports(name, tree) <= {"emulator"}, name
    users = {name for name, tree in client_side() if "emulator" in own_imports(name, tree)}
    assert users == {"cli/emulator.py"}


def test_http_is_known_to_the_transport_alone() -> None:
    users = {name for name, tree in client_side() if "requests" in foreign_imports(tree)}
    assert users == {"transport.py", "connection_errors.py"}


def test_private_parts_of_pulumi_are_reached_for_in_the_bridge_alone() -> None:
    private = re.compile(r"_max_workers|sys\._getframe|__code__|grpc|pulumi\.runtime\.proto")
    users = {
        path.name
        for path in PACKAGE.glob("*.py")
        if private.search(path.read_text("utf-8")) and path.name != "engine_bridge.py"
    }
    assert users == set()


def without_extras(script: str) -> subprocess.CompletedProcess[str]:
    hidden = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {EXTRAS!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    return subprocess.run(
        [sys.executable, "-c", hidden + script], capture_output=True, text=True, check=False
    )


def test_the_package_and_the_help_of_its_command_need_no_extra() -> None:
    done = without_extras(
        "import pulumi_pinecone_backup as package\n"
        "assert package.Backup and package.get_backup\n"
        "from pulumi_pinecone_backup.cli import main\n"
        "main(['--help'])"
    )
    assert done.returncode == 0, done.stderr
    assert "emulator" in done.stdout


def test_the_emulator_without_its_extra_says_what_to_install() -> None:
    done = without_extras(
        "from pulumi_pinecone_backup.cli import main\nmain(['emulator', '--port', '0'])"
    )
    assert done.returncode == 1
    assert "pip install 'pulumi-pinecone-backup[emulator]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_the_emulator_serves_every_operation_of_the_client(operation_id: str) -> None:
    served = {(row.id, row.method, _shape(row.path)) for row in SERVED}
    wanted = OPERATIONS[operation_id]
    assert (operation_id, wanted.method, _shape(wanted.path)) in served


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_the_client_has_a_method_for_every_operation(operation_id: str) -> None:
    renamed = {"create_index_from_backup_operation": "create_index_from_backup"}
    assert callable(getattr(Client, renamed.get(operation_id, operation_id)))
