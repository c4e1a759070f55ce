"""What the bridge changes in the process of Pulumi's plugin: its log, threads, errors and end.

Each function reaches into Pulumi's private parts and raises where they have moved; `bridge.install`
calls them guarded.
"""

from __future__ import annotations

import gc
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import CodeType, FrameType
from typing import Any

from pulumi_pinecone_backup.engine import endings, engine_link
from pulumi_pinecone_backup.engine.debugging import is_debug

WORKERS = 1024


class OneLineError(Exception):
    """An error that reaches the user as one line: `pinecone-backup: <text>`.

    The plugin prints the module and the name of an exception's class; both are set for the reader.
    """


OneLineError.__module__ = "builtins"
OneLineError.__qualname__ = "pinecone-backup"


def open_log() -> None:
    """Send messages to the engine's log from now on."""
    engine_link.open_log(_engine_address())


def _engine_address() -> str:
    """Return the engine's address: the plugin's last argument."""
    address = sys.argv[-1] if len(sys.argv) > 1 else ""
    if ":" not in address or address.startswith("-"):
        raise LookupError("the plugin's arguments hold no engine address")
    return address


def _plugin() -> Any:
    """Return the plugin's main module."""
    main = sys.modules["__main__"]
    if not hasattr(main, "DynamicResourceProviderServicer"):
        raise LookupError("__main__ is not Pulumi's plugin for dynamic resources")
    return main


def widen() -> None:
    """Let the plugin's server work on as many calls as the engine sends."""
    thread = threading.current_thread()
    for candidate in _executor_candidates():
        # By type: `isinstance` asks the object, and a dead proxy raises.
        if issubclass(type(candidate), ThreadPoolExecutor) and thread in candidate._threads:
            candidate._max_workers = max(candidate._max_workers, WORKERS)
            return
    raise LookupError("the thread pool that runs this call was not found")


def _executor_candidates() -> Iterator[Any]:
    """Yield what the frames of this thread's pool name as theirs, then every object there is."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        reference = frame.f_locals.get("executor_reference")
        if reference is not None:
            yield reference()
        frame = frame.f_back
    yield from gc.get_objects()


def shorten_tracebacks() -> None:
    """Show our own errors as one line; those of other dynamic resources stay as they are."""
    main = _plugin()
    original = main.traceback
    wrapper = main._abort_with_traceback.__code__
    inner = [code for code in wrapper.co_consts if isinstance(code, CodeType)]
    if not any({"traceback", "format_exc"} <= set(code.co_names) for code in inner):
        raise LookupError("the plugin no longer formats exceptions with `traceback.format_exc`")

    class OneLine:
        def __getattr__(self, name: str) -> Any:
            return getattr(original, name)

        def format_exc(self) -> str:
            error = sys.exc_info()[1]
            if isinstance(error, OneLineError) and not is_debug():
                return "".join(traceback.format_exception_only(type(error), error)).strip()
            return str(original.format_exc())

    main.traceback = OneLine()


def hear_cancel() -> None:
    """Make the servicer's `Cancel`, which does nothing, end our waits and do what is left.

    gRPC holds the bound method, so the code object is replaced, not the attribute. The new code
    runs with the plugin's globals: it may use no name of this module.
    """
    servicer = _plugin().DynamicResourceProviderServicer

    def cancel_call(self: Any, request: Any, context: Any) -> Any:
        del self, request, context
        from google.protobuf import empty_pb2

        from pulumi_pinecone_backup.engine import cancellation, endings

        cancellation.cancel()
        endings.run()
        return empty_pb2.Empty()

    servicer.Cancel.__code__ = cancel_call.__code__
    endings.offer()


def watch_engine() -> None:
    """End this process within seconds when the engine is gone."""
    engine_link.end_with_engine(_engine_address())
