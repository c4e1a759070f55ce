"""The folder is the plan: who may import whom, no circles, extras stay extra."""

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
from pulumi_pinecone_backup.service.endpoints import OPERATIONS

NAME = "pulumi_pinecone_backup"
PACKAGE = Path(pulumi_pinecone_backup.__file__).parent
RECORDED_STATE = Path(__file__).parents[1] / "state/recorded/first/state.json"
EXTRAS = (
    "starlette",
    "uvicorn",
    "numpy",
    "pulumi_policy",
    "jinja2",
    "matplotlib",
    "prometheus_client",
)

CORE = {"errors", "service", "engine", "waiting", "proof", "lifecycle"}
RESOURCES = {"backup", "backup_schedule", "restored_index"}
# Each room of the plan, and the rooms that it may import from beside itself. A room is a folder, or
# a module at the top. Where a single module is named, only that one may be imported.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "service": {"errors"},
    "engine": {"errors"},
    "waiting": {"errors", "service", "engine"},
    # What shows that records are the same, whoever asks: a backup, a restore or a command.
    "proof": {"errors", "service"},
    "lifecycle": {"errors", "service", "engine", "waiting"},
    "backup": CORE,
    "backup_schedule": CORE,
    "restored_index": CORE,
    # A drill is a restore that is thrown away.
    "restore_drill": CORE | {"restored_index"},
    "handlers": {
        "errors",
        "engine",
        "lifecycle",
        "service.setting_names",
        "restore_drill",
        "restored_fleet",
    }
    | RESOURCES,
    "resources": {
        "handlers",
        "backup.declaration",
        "backup_schedule.declaration",
        "restored_index.declaration",
        "restore_drill.declaration",
        "lifecycle.identity",
        "engine.program",
        "engine.lazy_outputs",
        "service.setting_names",
        "errors",
    },
    "provider": {"engine.program", "service.setting_names"},
    "components": {
        "handlers",
        "resources",
        "functions",
        "provider",
        "lifecycle.identity",
        "restored_fleet.declaration",
        "restored_index.declaration",
        "engine.program",
        "service",
        "errors",
    },
    # A fleet is many restores at once.
    "restored_fleet": CORE | {"restored_index"},
    "functions": {"provider", "engine.program", "service", "errors"},
    "__init__": {
        "resources",
        "components",
        "functions",
        "provider",
        "errors",
        "service.models",
    },
    # Records are copied out of a temporary restore.
    "recovery": CORE | {"restored_index"},
    "status": CORE | {"restored_index", "backup_schedule"},
    "cli": CORE | RESOURCES | {"restore_drill", "recovery", "status", "handlers", "emulator"},
    # The second front door.
    "plugin": CORE | RESOURCES | {"restore_drill"},
    "emulator.state": set(),
    "emulator.call": {"emulator.state"},
    "emulator.control": {"emulator.state", "emulator.call"},
    "emulator.data": {"emulator.state", "emulator.call"},
    "emulator.web": {"emulator.state", "emulator.call", "emulator.control", "emulator.data"},
    "emulator.server": {"emulator.state", "emulator.web"},
    "emulator.pytest_plugin": {"emulator.server"},
    "emulator.__init__": {"emulator.server"},
}
# Where a library's name may stand.
ONLY_IN = {
    "requests": {"service.connections", "service.connection_errors"},
    "click": {"cli"},
    "grpc": {"engine", "plugin"},
    "google": {"engine", "plugin"},
    "starlette": {"emulator.call", "emulator.web"},
    "uvicorn": {"emulator.web"},
    "sqlite3": {"emulator.state", "emulator.data", "emulator.web", "recovery.journal"},
    "numpy": {"emulator.data"},
    "matplotlib": {"cli.drill_report.charts"},
    "jinja2": {"cli.drill_report.page"},
    "prometheus_client": {"status.openmetrics"},
    "pulumi": {
        "engine",
        "handlers",
        "resources",
        "components",
        "functions",
        "provider",
        "cli.adoption",
        "plugin",
    },
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module's dotted name below the package, and its tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
        if parts[-1] == "__init__" and parts not in (["__init__"], ["emulator", "__init__"]):
            parts = parts[:-1]
        yield ".".join(parts), ast.parse(path.read_text("utf-8"))


NAMES = {name for name, _ in modules()}


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield every module that a tree imports, by its full dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            for alias in node.names:
                below = f"{module}.{alias.name}".removeprefix(f"{NAME}.")
                yield f"{NAME}.{below}" if below in NAMES else module


def own_imports(tree: ast.Module) -> set[str]:
    """Return the modules of this package that a tree imports, without the package's name."""
    found = set()
    for name in imports(tree):
        if name == NAME or name.startswith(f"{NAME}."):
            below = name.removeprefix(NAME).lstrip(".") or "__init__"
            found.add("emulator.__init__" if below == "emulator" else below)
    return found


def room_of(module: str) -> str:
    """Return the room of a module: the longest name in the table that holds it."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        room = ".".join(parts[:length])
        if room in MAY_IMPORT:
            return room
    raise AssertionError(f"`{module}` has no room in the table")


def is_in(module: str, places: set[str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def test_every_import_is_one_that_the_plan_allows() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, tree in modules()
        for imported in own_imports(tree)
        if not is_in(imported, {room_of(name)} | MAY_IMPORT[room_of(name)])
    ]
    assert wrong == []


def test_no_file_reaches_itself_through_its_imports() -> None:
    arrows = {name: own_imports(tree) & NAMES - {name} for name, tree in modules()}
    while True:
        leaves = {name for name, targets in arrows.items() if not targets & arrows.keys()}
        if not leaves:
            break
        arrows = {name: targets for name, targets in arrows.items() if name not in leaves}
    assert sorted(arrows) == []


def test_the_house_has_at_most_ten_floors() -> None:
    """A room stands one floor above the highest of those that it imports from."""
    below: dict[str, set[str]] = {}
    for name, tree in modules():
        room = room_of(name)
        below.setdefault(room, set()).update(
            other for imported in own_imports(tree) if (other := room_of(imported)) != room
        )

    def floor(room: str) -> int:
        return 1 + max((floor(other) for other in below[room]), default=0)

    assert max(floor(room) for room in below) <= 10
    assert len({room.split(".")[0] for room in below}) <= 22


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_known_in_its_place_alone(library: str) -> None:
    users = {
        name
        for name, tree in modules()
        if library in {imported.split(".")[0] for imported in imports(tree)}
    }
    assert users
    assert [name for name in users if not is_in(name, ONLY_IN[library])] == []


def test_private_parts_of_pulumi_are_reached_for_in_the_engine_folder_alone() -> None:
    private = re.compile(r"_max_workers|sys\._getframe|__code__")
    assert users_of(private) == {"engine"}
    protocol = re.compile(r"pulumi\.runtime\.proto")
    assert users_of(protocol) == {"engine", "plugin"}


def users_of(pattern: re.Pattern[str]) -> set[str]:
    """Return the folders in which a text stands."""
    return {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if pattern.search(path.read_text("utf-8"))
    }


def test_the_plugin_uses_the_protocol_and_no_private_part_of_pulumi() -> None:
    """Of Pulumi it knows the protocol's generated classes alone, and of the engine no bridge."""
    of_pulumi = {
        imported
        for name, tree in modules()
        if name.startswith("plugin")
        for imported in imports(tree)
        if imported.split(".")[0] in ("pulumi", "grpc", "google")
    }
    assert of_pulumi == {"grpc", "google.protobuf", "pulumi.runtime.proto"}
    bridges = {"engine.bridge", "engine.plugin_process", "engine.program", "engine.lazy_outputs"}
    wrong = [
        f"{name} imports {imported}"
        for name, tree in modules()
        if name.startswith("plugin")
        for imported in own_imports(tree)
        if is_in(imported, bridges)
    ]
    assert wrong == []


def test_no_resource_knows_which_door_a_call_came_through() -> None:
    """Of the engine, the core uses what any door can offer; the bridge is the first door's."""
    doors = {"engine.bridge", "engine.plugin_process", "engine.program"}
    core = RESOURCES | {"service", "waiting", "lifecycle", "restore_drill"}
    wrong = [
        f"{name} imports {imported}"
        for name, tree in modules()
        if is_in(name, core)
        for imported in own_imports(tree)
        if is_in(imported, doors)
    ]
    assert wrong == []


def without_extras(script: str, given: str = "") -> subprocess.CompletedProcess[str]:
    hidden = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {EXTRAS!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    return subprocess.run(
        [sys.executable, "-c", hidden + script],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_program_does_not_import_what_only_the_plugin_needs() -> None:
    done = without_extras(
        "import pulumi, sys\n"
        "before = set(sys.modules)\n"
        "import pulumi_pinecone_backup as package\n"
        "assert package.Backup and package.RestoredIndex and package.BackupSchedule\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & {"requests", "urllib3", "pydantic", "tenacity"}


def test_a_run_that_changes_nothing_does_not_load_what_sends_requests() -> None:
    done = without_extras(
        "import json, sys\n"
        "from pulumi_pinecone_backup.handlers import RestoredIndexHandler\n"
        "rows = json.load(sys.stdin)['deployment']['resources']\n"
        "[row] = [row for row in rows if row['urn'].endswith('::standby')]\n"
        "handler = RestoredIndexHandler()\n"
        "checked = handler.check(row['inputs'], row['inputs']).inputs\n"
        "assert not handler.diff(row['id'], row['outputs'], checked).changes\n"
        "print(*{name.split('.')[0] for name in sys.modules})",
        given=RECORDED_STATE.read_text("utf-8"),
    )
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & {"requests", "urllib3", "orjson"}


def test_every_name_of_the_package_is_there() -> None:
    for name in pulumi_pinecone_backup.__all__:
        assert getattr(pulumi_pinecone_backup, name).__name__ == name
    assert set(pulumi_pinecone_backup.__all__) <= set(dir(pulumi_pinecone_backup))


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
