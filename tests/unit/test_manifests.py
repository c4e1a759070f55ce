"""Manifests of jobs that users copy are what clusters take."""

from __future__ import annotations

from pathlib import Path

import kubernetes_validate
import pytest
import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MANIFESTS = sorted(EXAMPLES.glob("*job*/*.yaml"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_a_manifest_is_what_the_published_schema_says(path: Path) -> None:
    documents = [each for each in yaml.safe_load_all(path.read_text("utf-8")) if each]
    assert documents
    for document in documents:
        kubernetes_validate.validate(document, "1.33", strict=True)
