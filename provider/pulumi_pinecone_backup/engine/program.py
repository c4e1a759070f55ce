"""What the resource classes look at in the user's program before they declare themselves."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.runtime import config

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.errors import ConfigurationError

_SECRET_KEYS = ("pinecone-backup:apiKey", "pinecone:apiKey")


class ProgramError(ConfigurationError, pulumi.RunError):
    """A mistake in the program or its configuration, which Pulumi shows without a traceback."""


_lock = threading.Lock()
_waiting = 0
_told = False


def check_before_declaring() -> None:
    """Refuse an API key in plain text, and let an interrupted program end at once.

    Raises:
        ProgramError: The key would be stored readable in configuration and state.
    """
    refuse_plain_text_key()
    engine_bridge.end_with_interrupt()


def refuse_plain_text_key() -> None:
    """Return if the configuration holds no API key in plain text.

    Raises:
        ProgramError: The key would be stored readable in configuration and state.
    """
    for key in _SECRET_KEYS:
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
    global _waiting, _told
    parallel = engine_bridge.engine_parallel()
    if wait is False or parallel is None:
        return
    with _lock:
        _waiting += 1
        if _told or _waiting <= parallel:
            return
        _told = True
    pulumi.log.warn(
        f"this program waits for more than {parallel} resources, and the engine works on "
        f"{parallel} at a time: the others wait in line. Run `PULUMI_PARALLEL=200 pulumi up`"
    )


def holds_output(value: Any) -> bool:
    """Return whether `value` is an Output or holds one: it may be secret."""
    if isinstance(value, pulumi.Output):
        return True
    if isinstance(value, Mapping):
        return any(holds_output(item) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return any(holds_output(item) for item in value)
    return False
