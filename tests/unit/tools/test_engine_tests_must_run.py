"""The plugin that keeps `make test` from passing without the engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

SETTINGS = "[pytest]\nmarkers =\n  engine: the real engine\n  postgres: a server too\n"
PASSING = "import pytest\n\n@pytest.mark.engine\ndef test_it():\n    assert True\n"
SKIPPED = "import pytest\n\n@pytest.mark.engine\ndef test_it():\n    pytest.skip('no engine')\n"
NO_SERVER = (
    f"{PASSING}\n@pytest.mark.engine\n@pytest.mark.postgres\n"
    "def test_state():\n    pytest.skip('no server')\n"
)
OTHER = "def test_it():\n    assert True\n"


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(
    ("test", "code", "said"),
    [
        (PASSING, 0, "1 passed"),
        (SKIPPED, 1, "ERROR: 1 engine tests were skipped: test_one.py::test_it"),
        (NO_SERVER, 0, "1 passed, 1 skipped"),
        (OTHER, 1, "ERROR: no engine test ran"),
    ],
)
def test_a_run_passes_only_with_engine_tests_that_ran(
    test: str, code: int, said: str, workers: str, tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_one.py").write_text(test)
    plugins = str(ROOT / "tools" / "pytest_plugins")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", workers, "-p", "engine_tests_must_run"],
        cwd=tmp_path,
        env={"PYTHONPATH": plugins, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in result.stdout
    assert result.returncode == code
