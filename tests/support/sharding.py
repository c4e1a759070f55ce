"""The example of many stacks, and which of them an index belongs to."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "sharded-recovery"


def _module(name: str) -> ModuleType:
    """Load a module of the example under a name of its own."""
    spec = importlib.util.spec_from_file_location(
        f"sharded_recovery_{name}", EXAMPLE / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


declaration = _module("declaration")


def shard_of(index: str, shards: int) -> int:
    """Return the shard of an index."""
    found: int = declaration.shard_of(index, shards)
    return found
