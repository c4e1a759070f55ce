"""The folders of the emulator are its layers: what each may import, and that no files go round."""

from __future__ import annotations

import ast
from pathlib import Path

import pulumi_pinecone_backup.emulator

FOLDER = Path(pulumi_pinecone_backup.emulator.__file__).parent
PACKAGE = "pulumi_pinecone_backup"
ROOT = f"{PACKAGE}.emulator"

# What each folder or file at the top may import of the emulator, beside itself.
TABLE: dict[str, set[str]] = {
    "state": set(),
    "call": {"state"},
    "control": {"call", "state"},
    "data": {"call", "state"},
    "web": {"control", "data", "call", "state"},
    "server": {"web", "state"},
    "__init__": {"server"},
    "pytest_plugin": {"server"},
}
# Libraries that only some folders may use.
FOREIGN = {
    "starlette": {"call", "web"},
    "uvicorn": {"web"},
    "sqlite3": {"state", "data", "web"},
    "numpy": {"data"},
}


def files() -> dict[str, Path]:
    """Return every file by its dotted name within the emulator."""
    return {
        path.relative_to(FOLDER).with_suffix("").as_posix().replace("/", "."): path
        for path in sorted(FOLDER.rglob("*.py"))
    }


def imports(path: Path) -> set[str]:
    """Return what a file imports, each name with the module that it may be."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(path: Path) -> set[str]:
    """Return the emulator's files that a file imports."""
    names = {name.removeprefix(f"{ROOT}.") for name in imports(path) if name.startswith(ROOT)}
    return names & files().keys()


def test_each_folder_imports_what_the_table_allows() -> None:
    assert {name.split(".")[0] for name in files()} == TABLE.keys()
    wrong = [
        f"{name} imports {imported}"
        for name, path in files().items()
        for imported in own(path)
        if imported.split(".")[0] not in TABLE[name.split(".")[0]] | {name.split(".")[0]}
    ]
    assert wrong == []


def test_nothing_of_the_client_side_is_imported() -> None:
    for name, path in files().items():
        ours = {module for module in imports(path) if module.startswith("pulumi")}
        assert all(module.startswith((ROOT, f"{PACKAGE}.emulator")) for module in ours), name


def test_libraries_stay_in_their_folders() -> None:
    for name, path in files().items():
        used = {module.split(".")[0] for module in imports(path)} & FOREIGN.keys()
        for library in used:
            assert name.split(".")[0] in FOREIGN[library], f"{name} imports {library}"


def test_no_files_import_each_other_in_a_circle() -> None:
    rest = {name: own(path) - {name} for name, path in files().items()}
    while free := {name for name, needs in rest.items() if not needs & rest.keys()}:
        rest = {name: needs for name, needs in rest.items() if name not in free}
    assert sorted(rest) == []


def test_no_import_changes_a_name_of_ours() -> None:
    for name, path in files().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
                assert not any(alias.asname for alias in node.names), name
