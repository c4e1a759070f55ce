"""The report of drills: JSON for programs, JUnit XML for build servers."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from pulumi_pinecone_backup.restore_drill.drill import Drill

FORMAT: Final = 1


def content(drills: Sequence[Drill]) -> dict[str, Any]:
    """Return the report as values of JSON; `drills` are those of `--json`."""
    return {
        "format": FORMAT,
        "made_at": datetime.now(timezone.utc).isoformat().replace("+00:00", "Z"),
        "version": importlib.metadata.version("pulumi-pinecone-backup"),
        "machine": platform.node(),
        "good": sum(done.is_good for done in drills),
        "drills": [asdict(done) for done in drills],
    }


def write(folder: Path, drills: Sequence[Drill]) -> None:
    """Write `report.json` and `junit.xml` into a folder, which is made if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content(drills), indent=2)
    (folder / "report.json").write_text(text + "\n", "utf-8")
    tree = ElementTree.ElementTree(_suites(drills))
    ElementTree.indent(tree)
    tree.write(folder / "junit.xml", encoding="utf-8", xml_declaration=True)


def _suites(drills: Sequence[Drill]) -> ElementTree.Element:
    """Return a suite for each drill, with a case for the drill and for each of its checks."""
    suites = ElementTree.Element("testsuites", name="restore drills")
    for done in drills:
        suite = ElementTree.SubElement(suites, "testsuite", name=done.index)
        seconds = str(done.rto_seconds or 0.0)
        case = ElementTree.SubElement(
            suite, "testcase", classname=done.index, name="restore drill", time=seconds
        )
        if not done.is_good:
            ElementTree.SubElement(case, "failure", message=_printable(done.why), type=done.result)
        for row in done.verification:
            case = ElementTree.SubElement(
                suite, "testcase", classname=done.index, name=str(row["name"]), time="0"
            )
            if row["result"] == "failed":
                ElementTree.SubElement(case, "failure", message=_printable(row.get("why", "")))
            elif row["result"] == "skipped":
                ElementTree.SubElement(case, "skipped", message=_printable(row.get("why", "")))
        suite.set("tests", str(len(suite)))
        for kind in ("failure", "skipped"):
            name = "failures" if kind == "failure" else kind
            suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    return suites


def _printable(text: str) -> str:
    """Return a text without what XML cannot hold, such as control characters in an id."""
    return "".join(each if each.isprintable() else "?" for each in text)
