"""The key that requests are sent with, and what happens when the service refuses it.

A key is a text that hides itself, so that it reaches no message, no `repr` and no locals of a
traceback.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from pulumi_pinecone_backup.service.settings import ENVIRONMENT_API_KEY, Settings


class HiddenText(str):
    """Text that `repr` does not show, for header values that tracebacks may print."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"


class Keys:
    """The key in use, and the one to try when the service refuses it."""

    def __init__(self, settings: Settings, on_warning: Callable[[str], None]) -> None:
        self._settings = settings
        self._on_warning = on_warning
        self._lock = threading.Lock()
        self._uses_fallback = False

    def candidates(self) -> list[tuple[str, HiddenText]]:
        """Return source and key of each candidate, in the order to try."""
        settings = self._settings
        found = [(settings.api_key_source, HiddenText(settings.api_key.get_secret_value()))]
        if settings.fallback_api_key is not None:
            value = HiddenText(settings.fallback_api_key.get_secret_value())
            found.append((ENVIRONMENT_API_KEY, value))
        return found[1:] if self._uses_fallback else found

    def secrets(self) -> list[str]:
        """Return every key, for cutting them out of texts."""
        settings = self._settings
        keys = [settings.api_key, settings.fallback_api_key]
        return [HiddenText(key.get_secret_value()) for key in keys if key is not None]

    def accepted(self, source: str) -> None:
        """Keep to the key that the service took after refusing the other; say so once."""
        with self._lock:
            if self._uses_fallback or source == self._settings.api_key_source:
                return
            self._uses_fallback = True
        self._on_warning(
            f"The API key from `{self._settings.api_key_source}` was refused; `{source}` is used "
            "instead. `destroy` and `refresh` use the configuration of the last `up`: run "
            "`pulumi up` with the new key to renew it."
        )
