"""The engine behind Pulumi's Python plugin for dynamic resources: what it hides from a handler.

A provider in Go is given the URN, the timeout, diagnostics, partial results, cancellation, and more
than four calls at once. Here each of them is found in Pulumi's private parts by a guarded probe,
and falls back alone: a part that has moved is named in one warning, and the resources work without
it. `PULUMI_PINECONE_BRIDGE=off` switches all of it off. This module finds the call and answers it;
what changes the plugin's process is in `plugin_process`. No rule of a resource lives here.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType
from typing import Any

from pulumi_pinecone_backup.engine import endings, engine_link, messages, plugin_process
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.plugin_process import OneLineError

PLUGIN_FILE = "pulumi/dynamic/__main__.py"


class PartialError(OneLineError):
    """Ends a call whose result the engine keeps although it is reported as failed."""


PartialError.__module__ = "builtins"
PartialError.__qualname__ = "pinecone-backup"


missing: dict[str, str] = {}
"""Parts that could not be found in this process, each with the reason."""

_lock = threading.Lock()
_installed = False


def is_on() -> bool:
    """Return whether the bridge may be used: false with `PULUMI_PINECONE_BRIDGE=off`."""
    return os.environ.get("PULUMI_PINECONE_BRIDGE", "").lower() not in ("off", "0", "false")


def install() -> None:
    """Set the bridge up in the plugin process: once, however often it is called."""
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


def forget() -> None:
    """Start over, as a new plugin process would."""
    global _installed
    with _lock:
        _installed = False
    missing.clear()
    messages.send_to(messages.nowhere)
    endings.forget()


def note_missing(part: str, error: Exception) -> None:
    """Name a part that has moved, in a warning."""
    missing[part] = f"{type(error).__name__}: {error}"
    _tell_missing()


def _tell_missing() -> None:
    parts = "; ".join(f"{part} ({why})" for part, why in sorted(missing.items()))
    messages.warn(
        "this version of Pulumi has moved parts that pinecone-backup uses; the resources work "
        f"without them: {parts}"
    )


def current_call() -> Call:
    """Return the engine's call that the caller runs in; empty where it cannot be seen."""
    if not is_on():
        return Call()
    for names in _plugin_frames():
        request, context = names.get("request"), names.get("context")
        if request is not None and context is not None:
            seconds = float(getattr(request, "timeout", 0) or 0)
            is_preview = getattr(request, "preview", None)
            return Call(getattr(request, "urn", "") or None, seconds or None, is_preview, context)
    return Call()


def partial(
    call: Call,
    resource_id: str,
    outputs: Mapping[str, Any],
    reason: str,
    inputs: Mapping[str, Any] | None = None,
) -> PartialError | None:
    """Mark the call as partial: the engine keeps id and outputs and shows the reason.

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
        call.context.set_trailing_metadata(details)
    except Exception as error:  # noqa: BLE001, RUF100 - falls back
        note_missing("partial results", error)
        return None
    return PartialError(reason)


def stack_config(config: Any, known: Iterable[str]) -> dict[str, str]:
    """Return the stack's configuration by full key; only the `known` keys where it is hidden."""
    raw = getattr(config, "_props", None) if is_on() else None
    if not isinstance(raw, Mapping):
        if is_on():
            missing["whole configuration"] = "the plugin's Config has no `_props`"
        raw = {key: config.get(key) for key in known}
    return {key: str(value) for key, value in raw.items() if value is not None}


def _init_failed(
    call: Call,
    resource_id: str,
    outputs: Mapping[str, Any],
    reason: str,
    inputs: Mapping[str, Any] | None,
) -> tuple[tuple[str, bytes], ...]:
    """Return the metadata that tells the engine of a partial result."""
    provider = _provider_property(call)
    told = None if inputs is None else {**inputs, **provider}
    return engine_link.init_failed(resource_id, {**outputs, **provider}, reason, told)


def _provider_property(call: Call) -> dict[str, str]:
    """Return the request's own `__provider`: without it the engine's next call fails."""
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


def _see_calls() -> None:
    """Look for the engine's call that this probe runs in, and for what a partial result needs."""
    call = current_call()
    if call.context is None:
        raise LookupError(f"no frame of `{PLUGIN_FILE}` holds `request` and `context`")
    if not callable(getattr(call.context, "set_trailing_metadata", None)):
        raise LookupError("the call's context has no `set_trailing_metadata`")


def _try_partial() -> None:
    """Build a partial result without sending it."""
    call = current_call()
    if call.context is not None:
        _init_failed(call, "probe", {}, "probe", {})


_PROBES: dict[str, Callable[[], None]] = {
    "engine log": plugin_process.open_log,
    "calls of the engine": _see_calls,
    "partial results": _try_partial,
    "parallel operations": plugin_process.widen,
    "one-line errors": plugin_process.shorten_tracebacks,
    "cancellation": plugin_process.hear_cancel,
    "end with the engine": plugin_process.watch_engine,
}
