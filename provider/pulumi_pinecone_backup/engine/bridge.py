"""Everything that reaches into Pulumi's private parts; nothing else does.

Pulumi's Python plugin for dynamic resources hides from a handler what a provider in Go is given:
the URN, the timeout, diagnostics, partial results, cancellation, more than four calls at once.
Each piece here is found by a guarded probe and falls back alone: a part that has moved is named in
one warning, and the resources work without it. `PULUMI_PINECONE_BRIDGE=off` switches all of it
off. No rule of a resource lives here.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PLUGIN_FILE = "pulumi/dynamic/__main__.py"
PROGRAM_FILE = "pulumi-language-python-exec"
WORKERS = 1024
ENGINE_CHECK_SECONDS = 2.0
ENGINE_CHECK_FAILURES = 2
INTERRUPTED_SECONDS = 10.0
_LOG_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Call:
    """One call of the engine, as far as it can be seen.

    Attributes:
        urn: URN of the resource, or None.
        timeout_seconds: The user's `custom_timeouts` for this operation, or None if none is set.
        context: The gRPC context, or None.
    """

    urn: str | None = None
    timeout_seconds: float | None = None
    context: Any = None


class OneLineError(Exception):
    """An error that reaches the user as one line: `pinecone-backup: <text>`.

    The plugin prints the module and the name of an exception's class; both are set for the reader.
    """


OneLineError.__module__ = "builtins"
OneLineError.__qualname__ = "pinecone-backup"


class PartialError(OneLineError):
    """Ends a call whose result the engine keeps although it is reported as failed."""


PartialError.__module__ = "builtins"
PartialError.__qualname__ = "pinecone-backup"


cancelled = threading.Event()
"""Set when the engine asks for cancellation: every wait ends with what it has."""

missing: dict[str, str] = {}
"""Parts that could not be found in this process, each with the reason."""

_lock = threading.Lock()
_installed = False
_on_cancel: list[Callable[[], None]] = []
_stub: Any = None
_said: set[tuple[str | None, str]] = set()


def is_on() -> bool:
    """Returns whether the bridge may be used: false with `PULUMI_PINECONE_BRIDGE=off`."""
    return os.environ.get("PULUMI_PINECONE_BRIDGE", "").lower() not in ("off", "0", "false")


def install() -> None:
    """Sets the bridge up in the plugin process: once, however often it is called."""
    global _installed
    with _lock:
        if _installed or not is_on():
            return
        _installed = True
    for part, probe in _PROBES.items():
        try:
            probe()
        except Exception as error:  # noqa: BLE001, RUF100 - a moved part must never stop a deployment
            missing[part] = f"{type(error).__name__}: {error}"
    if missing:
        _tell_missing()


def _note_missing(part: str, error: Exception) -> None:
    missing[part] = f"{type(error).__name__}: {error}"
    _tell_missing()


def _tell_missing() -> None:
    parts = "; ".join(f"{part} ({why})" for part, why in sorted(missing.items()))
    warn(
        "this version of Pulumi has moved parts that pinecone-backup uses; the resources work "
        f"without them: {parts}"
    )


def current_call() -> Call:
    """Returns the engine's call that the caller runs in; empty where it cannot be seen."""
    if not is_on():
        return Call()
    for names in _plugin_frames():
        request, context = names.get("request"), names.get("context")
        if request is not None and context is not None:
            seconds = float(getattr(request, "timeout", 0) or 0)
            return Call(getattr(request, "urn", "") or None, seconds or None, context)
    return Call()


def warn(message: str, call: Call | None = None) -> None:
    """Shows a warning under Diagnostics, once per resource and process."""
    urn = call.urn if call else None
    with _lock:
        if (urn, message) in _said:
            return
        _said.add((urn, message))
    if not _log("WARNING", message, urn, ephemeral=False):
        sys.stderr.write(f"warning: {message}\n")
        sys.stderr.flush()


def info(message: str, call: Call | None = None) -> None:
    """Shows a line that stays, under Diagnostics."""
    urn = call.urn if call else None
    if not _log("INFO", message, urn, ephemeral=False):
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def progress(message: str, call: Call) -> None:
    """Shows text on the resource's row, replacing the last one; nothing where there is no row."""
    if call.urn:
        _log("INFO", message, call.urn, ephemeral=True)


def partial(
    call: Call,
    resource_id: str,
    outputs: Mapping[str, Any],
    reason: str,
    inputs: Mapping[str, Any] | None = None,
) -> PartialError | None:
    """Marks the call as partial: the engine keeps id and outputs and shows the reason.

    Args:
        call: The call to mark.
        resource_id: The Pulumi id to keep.
        outputs: The outputs to keep; `__provider` is added.
        reason: One line for the resource's row.
        inputs: The inputs to keep, only for a read.

    Returns:
        The error to raise, or None where the bridge cannot do it: the caller then answers as if
        the call had succeeded, with the unfinished status among its outputs.
    """
    if call.context is None:
        return None
    try:
        details = _init_failed(call, resource_id, outputs, reason, inputs)
        call.context.set_trailing_metadata((("grpc-status-details-bin", details),))
    except Exception as error:  # noqa: BLE001, RUF100 - falls back
        _note_missing("partial results", error)
        return None
    return PartialError(reason)


def on_cancel(callback: Callable[[], None]) -> None:
    """Calls `callback` when the engine cancels; at once if it already has."""
    with _lock:
        _on_cancel.append(callback)
    if cancelled.is_set():
        callback()


def cancel() -> None:
    """Ends every wait of this process. Called by the servicer's `Cancel`."""
    cancelled.set()
    with _lock:
        callbacks = list(_on_cancel)
    for callback in callbacks:
        callback()


def stack_config(config: Any, known: Iterable[str]) -> dict[str, str]:
    """Return the stack's configuration by full key; only the `known` keys where it is hidden."""
    raw = getattr(config, "_props", None) if is_on() else None
    if not isinstance(raw, Mapping):
        if is_on():
            missing["whole configuration"] = "the plugin's Config has no `_props`"
        raw = {key: config.get(key) for key in known}
    return {key: str(value) for key, value in raw.items() if value is not None}


def engine_parallel() -> int | None:
    """Returns the engine's `--parallel`, in the user's program; None where it is not told."""
    if not is_on():
        return None
    try:
        from pulumi.runtime.settings import SETTINGS

        return int(SETTINGS.parallel) if SETTINGS.parallel else None
    except (ImportError, AttributeError, TypeError, ValueError):
        return None


def wait_for_urn_alone(resource: Any) -> None:
    """Lets the program's end wait for one output of a resource, not for each. Called there.

    Pulumi's SDK looks at all outputs under way whenever one arrives, and a resource has some 40: at
    500 resources that takes longer than everything else. They arrive together with the urn.
    """
    if not is_on():
        return
    try:
        from pulumi import Output

        untrack = Output._untrack  # an output itself answers to every name
        for name, output in vars(resource).items():
            if name != "urn" and isinstance(output, Output):
                untrack(output)
    except Exception as error:  # noqa: BLE001, RUF100 - falls back
        _note_missing("short wait for outputs", error)


def end_with_interrupt() -> None:
    """Lets an interrupted program end at once. Called in the user's program.

    When a run is cancelled, the engine interrupts the program and gives it 5 s. It needs all of
    them: its executor waits for calls that nobody answers any more. Only that wait is cut short,
    and only where the program has its own process and has not taken the signal for itself.
    """
    own_process = any(argument.endswith(PROGRAM_FILE) for argument in sys.orig_argv[:3])
    main = threading.main_thread()
    if not is_on() or not own_process or threading.current_thread() is not main:
        return
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return

    def interrupted(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=_end_stuck_program, args=(main.ident,), daemon=True).start()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupted)


def _end_stuck_program(main_thread: int | None) -> None:
    """Ends this process as soon as nothing of the user's is left but the wait of the executor."""
    end = time.monotonic() + INTERRUPTED_SECONDS
    while time.monotonic() < end:
        frame = sys._current_frames().get(main_thread or 0)
        names = []
        while frame is not None:
            names.append((frame.f_code.co_name, Path(frame.f_code.co_filename).name))
            frame = frame.f_back
        if ("shutdown", "thread.py") in names and names[-1] == ("<module>", PROGRAM_FILE):
            os._exit(1)
        time.sleep(0.02)


def _init_failed(
    call: Call,
    resource_id: str,
    outputs: Mapping[str, Any],
    reason: str,
    inputs: Mapping[str, Any] | None,
) -> bytes:
    """Returns the serialised `google.rpc.Status` that tells the engine of a partial result."""
    from google.protobuf import any_pb2, struct_pb2
    from google.rpc import status_pb2
    from pulumi.runtime.proto import provider_pb2

    provider = _provider_property(call)
    properties = struct_pb2.Struct()
    properties.update({**_present(outputs), **provider})
    detail = provider_pb2.ErrorResourceInitFailed(
        id=resource_id, properties=properties, reasons=[reason]
    )
    if inputs is not None:
        detail.inputs.update({**_present(inputs), **provider})
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=2, message=reason, details=[packed])
    serialised: bytes = status.SerializeToString()
    return serialised


def _provider_property(call: Call) -> dict[str, str]:
    """Returns the request's own `__provider`: without it the engine's next call fails."""
    for names in _plugin_frames():
        if names.get("context") is call.context:
            for name in ("news", "props"):
                value = (names.get(name) or {}).get("__provider")
                if isinstance(value, str):
                    return {"__provider": value}
    raise LookupError("the call's `__provider` was not found")


def _plugin_frames() -> Iterator[Mapping[str, Any]]:
    """Yield the local names of the plugin's frames below the caller, innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.replace(os.sep, "/").endswith(PLUGIN_FILE):
            yield frame.f_locals
        frame = frame.f_back


def _present(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value is not None}


def _log(severity: str, message: str, urn: str | None, *, ephemeral: bool) -> bool:
    """Sends one line to the engine; returns whether it arrived."""
    if _stub is None or not is_on():
        return False
    try:
        from pulumi.runtime.proto import engine_pb2

        _stub.Log(
            engine_pb2.LogRequest(
                severity=engine_pb2.LogSeverity.Value(severity),
                message=message,
                urn=urn or "",
                streamId=0,
                ephemeral=ephemeral,
            ),
            timeout=_LOG_TIMEOUT_SECONDS,
        )
    except Exception:  # noqa: BLE001, RUF100 - a lost line must not fail a restore
        return False
    return True


def _engine_address() -> str:
    """Returns the engine's address: the plugin's last argument."""
    address = sys.argv[-1] if len(sys.argv) > 1 else ""
    if ":" not in address or address.startswith("-"):
        raise LookupError("the plugin's arguments hold no engine address")
    return address


def _open_log() -> None:
    """Connects to the engine's log."""
    global _stub
    import grpc
    from pulumi.runtime.proto import engine_pb2_grpc

    _stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(_engine_address()))


def _plugin() -> Any:
    """Returns the plugin's main module."""
    main = sys.modules["__main__"]
    if not hasattr(main, "DynamicResourceProviderServicer"):
        raise LookupError("__main__ is not Pulumi's plugin for dynamic resources")
    return main


def _see_calls() -> None:
    """Looks for the engine's call that this probe runs in, and for what a partial result needs."""
    call = current_call()
    if call.context is None:
        raise LookupError(f"no frame of `{PLUGIN_FILE}` holds `request` and `context`")
    if not callable(getattr(call.context, "set_trailing_metadata", None)):
        raise LookupError("the call's context has no `set_trailing_metadata`")


def _try_partial() -> None:
    """Builds a partial result without sending it."""
    call = current_call()
    if call.context is not None:
        _init_failed(call, "probe", {}, "probe", {})


def _widen() -> None:
    """Lets the plugin's server work on as many calls as the engine sends."""
    thread = threading.current_thread()
    for candidate in gc.get_objects():
        # By type: `isinstance` asks the object, and a dead proxy raises.
        if issubclass(type(candidate), ThreadPoolExecutor) and thread in candidate._threads:
            candidate._max_workers = max(candidate._max_workers, WORKERS)
            return
    raise LookupError("the thread pool that runs this call was not found")


def _shorten_tracebacks() -> None:
    """Shows our own errors as one line; those of other dynamic resources stay as they are."""
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


def _hear_cancel() -> None:
    """Makes the servicer's `Cancel`, which does nothing, end our waits.

    gRPC holds the bound method, so the code object is replaced, not the attribute. The new code
    runs with the plugin's globals: it may use no name of this module.
    """
    servicer = _plugin().DynamicResourceProviderServicer

    def cancel_call(self: Any, request: Any, context: Any) -> Any:
        del self, request, context
        from google.protobuf import empty_pb2

        from pulumi_pinecone_backup.engine import bridge

        bridge.cancel()
        return empty_pb2.Empty()

    servicer.Cancel.__code__ = cancel_call.__code__


def _watch_engine() -> None:
    """Ends this process within seconds when the engine is gone: nobody would read its answers."""
    host, _, port = _engine_address().rpartition(":")

    def watch() -> None:
        failures = 0
        while failures < ENGINE_CHECK_FAILURES:
            try:
                socket.create_connection((host, int(port)), timeout=ENGINE_CHECK_SECONDS).close()
                failures = 0
            except ConnectionRefusedError:
                failures += 1
            except OSError:
                pass  # busy, stopped, or no file descriptor left: not a sign of death
            threading.Event().wait(ENGINE_CHECK_SECONDS)
        os._exit(3)

    threading.Thread(target=watch, name="engine-watch", daemon=True).start()


def is_debug() -> bool:
    """Returns whether errors come with their traceback: `PULUMI_PINECONE_DEBUG=1`."""
    return os.environ.get("PULUMI_PINECONE_DEBUG", "") not in ("", "0")


_PROBES: dict[str, Callable[[], None]] = {
    "engine log": _open_log,
    "calls of the engine": _see_calls,
    "partial results": _try_partial,
    "parallel operations": _widen,
    "one-line errors": _shorten_tracebacks,
    "cancellation": _hear_cancel,
    "end with the engine": _watch_engine,
}
