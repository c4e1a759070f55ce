from __future__ import annotations

from pathlib import Path

import pytest
from contract.emulator.conformance import descriptions, run, version_of

MISSING = "the service's descriptions are not beside this checkout (PINECONE_OPENAPI_FOLDER)"
FOUND = descriptions()


@pytest.mark.skipif(not FOUND, reason=MISSING)
@pytest.mark.parametrize("description", FOUND, ids=version_of)
def test_generated_requests_get_only_described_answers(description: Path) -> None:
    result = run(description, examples=6)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "generated" in result.stdout
