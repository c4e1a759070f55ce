"""Virtual environments for tools that must not meet this project's own dependencies.

Each is made once, in the per-user cache, and named after what is in it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path


def cache_folder() -> Path:
    """Return the per-user cache folder of this project."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "pulumi-pinecone-backup" / "venvs"


def environment(requirements: Path) -> Path:
    """Return the interpreter of an environment that holds what a file names.

    Args:
        requirements: A requirements file; its text decides whether the environment is made anew.
    """
    text = f"{sys.version_info[:2]} {requirements.read_text()}"
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    folder = cache_folder() / f"{requirements.stem}-{digest}"
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    # Built beside and renamed, since two test processes may want it at once.
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f"{folder.name}.{os.getpid()}")
    venv.create(building, with_pip=True, clear=True)
    subprocess.run(
        [building / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", requirements],
        check=True,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
    )
    (building / "complete").touch()
    try:
        building.rename(folder)
    except OSError:
        # Somebody else was faster; theirs is as good.
        return python
    return python
