"""The Python of the pages runs: programs on the engine, everything else as it stands."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import KEY, OTHER_KEY, Service
from support.pages import ROOT, Block, all_blocks, blocks_of
from support.pulumi_stack import Stack

PROGRAMS = ("disaster-recovery", "fleet", "resources", "rotation", "verification")
# Run by `test_walked_pages.py`, by `test_quickstart.py`, and without an engine below.
WALKED = ("automation-api", "languages", "migrating", "several-projects", "testing", "tutorial")
ELSEWHERE = {f"docs/{name}.md" for name in WALKED} | {"README.md", "docs/emulator.md"}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")


def python_of(page: str) -> list[Block]:
    return [block for block in blocks_of(ROOT / "docs" / page) if block.language == "python"]


def test_the_python_of_every_page_is_run_by_a_test() -> None:
    pages = {block.page for block in all_blocks() if block.language == "python"}
    assert pages == ELSEWHERE | {f"docs/{name}.md" for name in PROGRAMS}


def prepare(service: Service, eu: Service) -> str:
    """Make what the pages' programs name, and return the id of a backup."""
    service.index("products")
    service.index("shop-books")
    eu.index("products")
    host = service.call("GET", "/indexes/products")["host"]
    vector = {"id": "doc-17", "values": [1.0, 0.5]}
    service.call("POST", f"{host}/vectors/upsert", {"namespace": "de", "vectors": [vector]})
    eu.call("POST", "/indexes/products/backups", {})
    # The page about the fleet goes back to a time before today.
    (fleet,) = python_of("fleet.md")
    as_of = re.search(r'as_of="(.*?)Z"', fleet.text)
    assert as_of is not None
    behind = datetime.fromisoformat(f"{as_of[1]}+00:00") - datetime.now(timezone.utc)
    service.emulator.configure(clock_skew_seconds=min(behind.total_seconds() - 3600, 0))
    service.call("POST", "/indexes/shop-books/backups", {})
    service.emulator.configure(clock_skew_seconds=0)
    return str(service.call("POST", "/indexes/products/backups", {})["backup_id"])


@pytest.mark.engine
def test_the_programs_of_all_pages_run_together(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    taken = prepare(service, Service(emulator, OTHER_KEY))
    texts = []
    for page in PROGRAMS:
        text = "\n".join(block.text for block in python_of(f"{page}.md"))
        texts.append(ID.sub(taken, text))
        # Each page is a module of its own, so that names of one do not help another.
        (stack.project / f"{page.replace('-', '_')}.py").write_text(texts[-1], "utf-8")
    names = ", ".join(page.replace("-", "_") for page in PROGRAMS)
    (stack.project / "__main__.py").write_text(f"import {names}\n", "utf-8")
    stack.up(PINECONE_API_KEY_EU=OTHER_KEY)
    stack.run("preview", "--expect-no-changes", environment={"PINECONE_API_KEY_EU": OTHER_KEY})
    assert {"products-recovered", "checked", "weekly"} <= stack.resources().keys()
    assert "shop-books-restored" in service.indexes()


def test_the_python_about_the_emulator_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in python_of("emulator.md"):
        exec(compile(block.text, str(block), "exec"), names)  # noqa: S102 - the page is ours
    test = names["test_my_stack"]
    assert callable(test)
    with Emulator(api_keys=(KEY,)) as emulator:
        test(emulator)
