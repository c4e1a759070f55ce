"""`pulumi:autonaming`: with some of its settings the engine deletes before it replaces.

It then does so over every option and over the answer to diff, so that a recovery point would be
gone before the new one exists. Source: Pulumi's configuration reference, `pulumi:autonaming`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from typing import Any, Final

from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.lifecycle.session import Session

SETTING: Final = "pulumi:autonaming"
_RANDOM: Final = re.compile(r"\$\{(hex|alphanum|string|num)\(|\$\{uuid\}")


class DeletedFirst:
    """The resources that the engine itself says it may delete first, by URN."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._urns: set[str] = set()

    def note(self, urn: str, *, is_so: bool) -> None:
        """Remember what the engine says of a resource."""
        with self._lock:
            (self._urns.add if is_so else self._urns.discard)(urn)

    def __contains__(self, urn: str | None) -> bool:
        with self._lock:
            return urn in self._urns


def refuse_deletion_first(session: Session, call: Call, what: str) -> None:
    """Return unless the engine would delete an object before the new one exists.

    Args:
        session: The stack's configuration, and what the engine has said.
        call: The engine's call.
        what: The object that would go.

    Raises:
        ConfigurationError: It would; the text says how to set it.
    """
    told = call.urn in session.memory(DeletedFirst)
    if told or _deletes_first(session.config.get(SETTING, ""), session.package):
        may = "may make" if told else "makes"
        raise ConfigurationError(
            f"`{SETTING}` {may} Pulumi delete {what} before the new one exists, and nothing would "
            "be left if that fails: nothing was changed. Exempt these resources with `pulumi "
            f"config set --path '{SETTING}.providers.{session.package}.mode' default`, then run "
            "again"
        )


def _deletes_first(text: str, package: str) -> bool:
    try:
        settings = json.loads(text or "{}")
    except ValueError:
        return False
    if not isinstance(settings, Mapping):
        return False
    providers = settings.get("providers")
    own = providers.get(package) if isinstance(providers, Mapping) else None
    effective: Any = own if isinstance(own, Mapping) else settings
    if effective.get("mode") in ("verbatim", "disabled"):
        return True
    pattern = effective.get("pattern")
    return isinstance(pattern, str) and not _RANDOM.search(pattern)
