"""The user's program as the resource classes see it: settings of the run, keys, and its end.

Pulumi's private parts of the program's side are here; those of the plugin are in `bridge`.
"""

from __future__ import annotations

import functools
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pulumi
from pulumi.dynamic import ResourceProvider
from pulumi.runtime import config

from pulumi_pinecone_backup.engine import bridge
from pulumi_pinecone_backup.engine.comparable import comparable
from pulumi_pinecone_backup.errors import ConfigurationError

Explicit = TypeVar("Explicit")

PROGRAM_FILE = "pulumi-language-python-exec"
INTERRUPTED_SECONDS = 10.0
_PACKAGE = "pulumi-python"
_STATE_READS = 10
_STATE_PAUSE_SECONDS = 0.2


class ProgramError(ConfigurationError, pulumi.RunError):
    """A mistake in the program or its configuration, which Pulumi shows without a traceback."""


_lock = threading.Lock()
_run: Any = None
_waiting = 0
_told = False


def refuse_plain_text(keys: Iterable[str]) -> None:
    """Return if none of these configuration keys is stored as plain text.

    Args:
        keys: Full keys, such as `pinecone:apiKey`.

    Raises:
        ProgramError: A secret would be readable in configuration and state.
    """
    for key in keys:
        namespace, _, name = key.partition(":")
        if pulumi.Config(namespace).get(name) and not _is_secret(key):
            raise ProgramError(
                f"`{key}` stands in the configuration as plain text: set it again with "
                f"`pulumi config set --secret {key}`, and treat the old key as leaked"
            )


def _is_secret(key: str) -> bool:
    # A thread of the program has the environment only.
    return config.is_config_secret(key) or key in config.get_config_secret_keys_env()


def count_waiting(wait: Any) -> None:
    """Say once when the program declares more waiting resources than the engine runs together."""
    global _run, _waiting, _told
    parallel = engine_parallel()
    if wait is False or parallel is None:
        return
    with _lock:
        if _run is not _current_run():  # several runs may share a process (Automation API)
            _run, _waiting, _told = _current_run(), 0, False
        _waiting += 1
        if _told or _waiting <= parallel:
            return
        _told = True
    pulumi.log.warn(
        f"this program waits for more than {parallel} resources, and the engine works on "
        f"{parallel} at a time: the others wait in line. Run `PULUMI_PARALLEL=200 pulumi up`"
    )


def refuse_options(
    resource_name: str,
    opts: pulumi.ResourceOptions | None,
    kind: str,
    refused_ignores: Mapping[str, str],
) -> None:
    """Return if no option is given that has no effect or would do harm.

    Args:
        resource_name: Pulumi name of the resource.
        opts: Its options.
        kind: The resource's kind as the command `import` names it.
        refused_ignores: Properties that `ignore_changes` may not name, each with the reason.

    Raises:
        ProgramError: There is such an option; the text says what to do instead.
    """
    if opts is None:
        return
    if opts.import_ is not None:
        raise ProgramError(
            f"`{resource_name}`: Pulumi cannot import an object of a resource written in Python by "
            f"its id: run `pinecone-backup import {kind} {resource_name} {opts.import_}`, which "
            "says how to go on, and leave `import_` out"
        )
    if opts.replace_on_changes:
        raise ProgramError(
            f"`{resource_name}`: `replace_on_changes` has no effect here, what replaces a resource "
            "is decided by its own rules: use `triggers`, and leave the option out"
        )
    for name in opts.ignore_changes or ():
        if name in refused_ignores:
            raise ProgramError(
                f'`{resource_name}`: `ignore_changes=["{name}"]`: {refused_ignores[name]}'
            )


def comparable_triggers(value: Any) -> Any:
    """Return `triggers` as a state can hold and compare them.

    Raises:
        ProgramError: They hold something that cannot be compared.
    """
    try:
        return comparable(value)
    except ConfigurationError as error:
        raise ProgramError(f"`triggers`: {error}") from None


def handler_property(handler: Callable[[], ResourceProvider]) -> dict[str, str]:
    """Return the property in which Pulumi's constructor of dynamic resources stores a handler.

    Nothing where that cannot be had: the constructor itself is to be used then.
    """
    return _handler_property(handler) if bridge.is_on() else {}


@functools.cache
def _handler_property(handler: Callable[[], ResourceProvider]) -> dict[str, str]:
    try:
        from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider

        return {PROVIDER_KEY: str(serialize_provider(handler()))}
    except (ImportError, AttributeError) as error:
        bridge.note_missing("a resource's line in the program", error)
        return {}


def unless(value: Any, default: Any) -> Any:
    """Return a value, and None for the default: what is not given is not stored."""
    return None if isinstance(value, int | float) and value == default else value


def holds_output(value: Any) -> bool:
    """Return whether `value` is an Output or holds one: it may be secret."""
    if isinstance(value, pulumi.Output):
        return True
    if isinstance(value, Mapping):
        return any(holds_output(item) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return any(holds_output(item) for item in value)
    return False


def own_state() -> dict[str, dict[str, Any]]:
    """Return the outputs of every resource of this stack by URN, as the last run has saved them.

    The engine may be writing the state right now; then it is asked again.

    Raises:
        ProgramError: The state cannot be read. That is not an empty state.
    """
    from pulumi.runtime import invoke

    token = "pulumi:pulumi:readStackResourceOutputs"  # noqa: S105 - a function's name
    for left in range(_STATE_READS - 1, -1, -1):
        try:
            answer = invoke(token, {"stackName": pulumi.get_stack()})
            break
        except Exception as error:  # noqa: BLE001, RUF100 - the SDK raises nothing more precise
            if not left:
                raise ProgramError(f"this stack's state cannot be read: {error}") from error
            time.sleep(_STATE_PAUSE_SECONDS)
    value = getattr(answer, "value", None)
    rows = value.get("outputs") if isinstance(value, Mapping) else None
    return {
        str(urn): dict(row["outputs"])
        for urn, row in (rows or {}).items()
        if isinstance(row, Mapping) and isinstance(row.get("outputs"), Mapping)
    }


def own_children(types: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and outputs of every resource of this stack whose types in its URN end so.

    Raises:
        ProgramError: The state cannot be read.
    """
    for urn, outputs in own_state().items():
        chain, _, name = urn.split("::", 2)[2].partition("::")
        if chain.endswith(types):
            yield name, outputs


def names_in_aliases(opts: pulumi.ResourceOptions | None) -> list[str]:
    """Return the earlier names of a resource that its options tell."""
    found = []
    for alias in (opts.aliases if opts and opts.aliases else None) or ():
        name = alias.name if isinstance(alias, pulumi.Alias) else alias
        if isinstance(name, str):
            found.append(name.rpartition("::")[2])
    return found


def provider_of(component: pulumi.Resource, kind: type[Explicit]) -> Explicit | None:
    """Return the explicit provider that a component's children get, its own or its parent's."""
    found = component.get_provider(f"{_PACKAGE}:dynamic/pinecone:Backup")
    return found if isinstance(found, kind) else None


def plain_name(name: str, *, limit: int) -> str:
    """Return a Pulumi name in the service's alphabet and length."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:limit].rstrip("-")


def name_problems(what: str, name: str, *, limit: int) -> list[str]:
    """Return what is wrong with a name; empty if nothing is."""
    if len(name) <= limit and re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name):
        return []
    return [f"`{what}` must be 1 to {limit} lower-case letters, digits and `-`: `{name}`"]


def engine_parallel() -> int | None:
    """Return the engine's `--parallel`, in the user's program; None where it is not told."""
    if not bridge.is_on():
        return None
    try:
        from pulumi.runtime.settings import SETTINGS

        return int(SETTINGS.parallel) if SETTINGS.parallel else None
    except (ImportError, AttributeError, TypeError, ValueError):
        return None


def _current_run() -> Any:
    """Return what stands for this run of a program: its connection to the engine."""
    from pulumi.runtime.settings import SETTINGS

    return getattr(SETTINGS, "monitor", None)


def end_with_interrupt() -> None:
    """Let an interrupted program end at once. Called in the user's program.

    When a run is cancelled, the engine interrupts the program and gives it 5 s. It needs all of
    them: its executor waits for calls that nobody answers any more. Only that wait is cut short,
    and only where the program has its own process and has not taken the signal for itself.
    """
    own_process = any(argument.endswith(PROGRAM_FILE) for argument in sys.orig_argv[:3])
    main = threading.main_thread()
    if not bridge.is_on() or not own_process or threading.current_thread() is not main:
        return
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return

    def interrupted(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=_end_stuck_program, args=(main.ident,), daemon=True).start()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupted)


def _end_stuck_program(main_thread: int | None) -> None:
    """End this process as soon as nothing of the user's is left but the wait of the executor."""
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
