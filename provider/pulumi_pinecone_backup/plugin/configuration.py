"""The provider's configuration: what `pulumi config` or an explicit provider gives the plugin.

The engine hands it over without the namespace. What is left out comes from the environment. A key
that is not known yet, or an address, must not be guessed: nothing is asked of the service then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.plugin.texts import spoken
from pulumi_pinecone_backup.service.setting_names import NAMESPACE
from pulumi_pinecone_backup.service.settings import Settings

_OF_THE_ENGINE: Final = frozenset({"version", "pluginDownloadURL", "__internal"})
_NEED_THE_ENVIRONMENT: Final = frozenset({"apiKeyEnv"})


def stack_settings(given: Mapping[str, Any]) -> dict[str, str]:
    """Return a provider's configuration as the stack's would be, by full key.

    Nothing is looked up at preview where something is not known yet.
    """
    settings = {
        f"{NAMESPACE}:{name}": _text(value)
        for name, value in given.items()
        if name not in _OF_THE_ENGINE and value is not None and not has_unknown(value)
    }
    if has_unknown(given):
        settings[f"{NAMESPACE}:preflight"] = "false"
    return settings


def problems(given: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with each value, and what to do; no text repeats a value."""
    found = []
    settings = stack_settings(given)
    allow_http = {key: settings[key] for key in (f"{NAMESPACE}:allowHttp",) if key in settings}
    for key, value in settings.items():
        name = key.removeprefix(f"{NAMESPACE}:")
        if name in _NEED_THE_ENVIRONMENT:
            continue
        together = allow_http if name == "host" else {}
        try:
            Settings.resolve(
                {f"{NAMESPACE}:apiKey": "checked", **together, key: value}, {}, project=None
            )
        except ConfigurationError as error:
            found.append(spoken(str(error)))
    return found


def _text(value: Any) -> str:
    """Return a value as the stack's configuration holds it: lists come with commas."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.startswith("[") else value
        except ValueError:
            return str(value)
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
