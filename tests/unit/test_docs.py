"""The pages tell all that there is, and nothing that is not."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pulumi_pinecone_backup
import pytest
from pulumi_pinecone_backup import (
    Backup,
    BackupRotation,
    BackupSchedule,
    RestoredFleet,
    RestoredIndex,
    RestoreDrill,
    functions,
)
from pulumi_pinecone_backup.service import setting_names
from support.declared import declared_outputs
from support.pages import PAGES, without_blocks

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = (ROOT / "docs" / "resources.md").read_text("utf-8")


def section(title: str) -> str:
    return RESOURCES.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("resource", [Backup, RestoredIndex, BackupSchedule, RestoreDrill])
def test_every_input_and_output_of_a_resource_is_told(resource: type) -> None:
    text = section(resource.__name__)
    inputs = [name for name in inspect.signature(resource).parameters if name != "opts"][1:]
    outputs = declared_outputs(resource)
    missing = [name for name in {*inputs, *outputs} if f"`{name}`" not in text]
    assert missing == []
    for row in re.findall(r"^\| `([a-z_]+)`", text, flags=re.MULTILINE):
        assert row in {*inputs, *outputs, "id"}, row


@pytest.mark.parametrize(
    ("component", "page"), [(BackupRotation, "rotation"), (RestoredFleet, "fleet")]
)
def test_every_input_of_a_component_is_told(component: type, page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    inputs = [name for name in inspect.signature(component).parameters if name != "opts"][1:]
    assert [name for name in inputs if f"`{name}`" not in text] == []


def test_what_deletes_a_backup_comes_first() -> None:
    first = RESOURCES.split("\n\n")[1]
    assert first.startswith("**What deletes a backup:**")
    assert "`retain_on_delete=True`" in first


def test_every_function_and_setting_is_told() -> None:
    public = [name for name in vars(functions) if name.startswith(("get_", "list_"))]
    assert public
    for name in public:
        assert f"`{name}(" in section("Functions"), name
    for name in setting_names.STACK_SETTINGS:
        assert f"`{setting_names.NAMESPACE}:{name}`" in section("Configuration"), name


def anchor(heading: str) -> str:
    words = re.sub(r"[^a-z0-9 -]", "", heading.lower())
    return words.strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = without_blocks(page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        path, _, fragment = target.partition("#")
        other = page if not path else (page.parent / path).resolve()
        assert other.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.+)$", other.read_text("utf-8"), flags=re.MULTILINE)
            assert fragment in {anchor(heading) for heading in headings}, target


def test_every_page_and_every_example_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index
    for pattern in ("*/__main__.py", "*/Pulumi.yaml"):
        for program in (ROOT / "examples").glob(pattern):
            assert f"(../examples/{program.parent.name}/" in index


def texts_of_the_package() -> list[str]:
    """Return every text in the sources, with `…` for what is filled in and without backticks."""
    found = []
    for path in Path(pulumi_pinecone_backup.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            if all(isinstance(part, ast.Constant | ast.FormattedValue) for part in parts):
                values = [part.value if isinstance(part, ast.Constant) else "…" for part in parts]
                found.append("".join(map(str, values)).replace("`", ""))
    return found


def test_every_message_that_is_explained_is_one_that_is_said() -> None:
    page = (ROOT / "docs" / "disaster-recovery.md").read_text("utf-8")
    table = page.split("## What messages mean")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (.*?`.*?) \|", table, flags=re.MULTILINE)
    assert len(cells) > 15
    said = texts_of_the_package()
    unsaid = [
        fragment
        for message in re.findall(r"`([^`]+)`", "\n".join(cells))
        # What is filled in stands as `…`, or after a check's name.
        for fragment in re.split(r" ?… ?|: record_count.*|: \d\.|\d\. ?", message)
        if not any(fragment.strip() in text for text in said)
    ]
    assert unsaid == []
