"""Lets Pulumi's plugin and SDK look as if a newer release had moved one of their parts.

Python imports this module at its start where this folder is on PYTHONPATH. It is the environment
of the tests of the bridge's fallbacks: Pulumi's own source, with the lines named here changed,
runs in the plugin's process and in the program's. Nothing of this package is touched.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

PLUGIN = "pulumi.dynamic.__main__"
POOL = """
class MovedPool(futures.Executor):
    def __init__(self, max_workers):
        import queue, threading
        self.calls = queue.SimpleQueue()
        for _ in range(max_workers):
            threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            future, call, arguments = self.calls.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call(*arguments))
                except BaseException as error:
                    future.set_exception(error)

    def submit(self, call, *arguments):
        future = futures.Future()
        self.calls.put((future, call, arguments))
        return future


def main():"""

# part -> module, changes of its text, and the file that it claims to be compiled from, if another.
MOVES: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "calls of the engine": (PLUGIN, [], "pulumi/dynamic/server.py"),
    "engine log": (
        PLUGIN,
        [("import asyncio", "import sys; sys.argv[1:] = []; import asyncio")],
        "",
    ),
    "parallel operations": (
        PLUGIN,
        [("def main():", POOL), ("futures.ThreadPoolExecutor(", "MovedPool(")],
        "",
    ),
    "one-line errors": (
        PLUGIN,
        [("traceback.format_exc()", '"".join(traceback.format_exception(*sys.exc_info()))')],
        "",
    ),
    "cancellation": (
        PLUGIN,
        [("DynamicResourceProviderServicer", "DynamicServicer")],
        "",
    ),
    "partial results": (
        "pulumi.runtime.proto.provider_pb2",
        [("# @@protoc_insertion_point(module_scope)", "del ErrorResourceInitFailed")],
        "",
    ),
    "whole configuration": ("pulumi.dynamic.config", [("_props", "_values")], ""),
    "outputs made when they are read": (
        "pulumi.runtime.resource",
        [
            ("rpc.transfer_properties(", "transfer_properties("),
            ("import grpc\n", "import grpc\nfrom .rpc import transfer_properties\n"),
        ],
        "",
    ),
    "a resource's line in the program": (
        "pulumi.dynamic.dynamic",
        [("serialize_provider", "pickled_provider")],
        "",
    ),
}


class Mover(importlib.machinery.SourceFileLoader):
    """Loads one module with its text changed."""

    def get_code(self, fullname: str) -> CodeType:
        path = Path(self.get_filename(fullname))
        text = path.read_text("utf-8")
        _, changes, file = MOVES[os.environ["MOVED_PART"]]
        for old, new in changes:
            if old not in text:
                raise SystemExit(f"moved_parts: `{old}` is not in {path}")
            text = text.replace(old, new)
        return compile(text, path.parents[2] / file if file else path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds that module."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != MOVES[os.environ["MOVED_PART"]][0]:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path, target)
        if found is None or found.origin is None:
            raise SystemExit(f"moved_parts: there is no module {name}")
        mover = Mover(name, found.origin)
        return importlib.util.spec_from_file_location(name, found.origin, loader=mover)


PROCESSES = {"pulumi.dynamic", "pulumi-language-python-exec"}

if os.environ.get("MOVED_PART") and PROCESSES & {Path(word).name for word in sys.orig_argv}:
    sys.meta_path.insert(0, Finder())
