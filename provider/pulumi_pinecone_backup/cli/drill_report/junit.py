"""The report of drills as JUnit XML, for build servers."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from pulumi_pinecone_backup.restore_drill.drill import Drill


def write(path: Path, drills: Sequence[Drill]) -> None:
    """Write a suite for each drill, with a case for the drill and for each of its checks."""
    tree = ElementTree.ElementTree(_suites(drills))
    ElementTree.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def _suites(drills: Sequence[Drill]) -> ElementTree.Element:
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
