"""The provider's configuration: what `pulumi config` or an explicit provider gives the plugin.

The engine hands it over without the namespace. What is left out comes from the environment.
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
_OF_THE_ENVIRONMENT: Final = f"{NAMESPACE}:apiKeyEnv"
_ALLOW_HTTP: Final = f"{NAMESPACE}:allowHttp"


def stack_settings(given: Mapping[str, Any]) -> dict[str, str]:
    """Return a provider's configuration as the stack's would be, by full key; blanks are left out.

    What a preview does not know yet is left out too: the engine then asks nothing of the plugin.
    """
    known = {
        f"{NAMESPACE}:{name}": _text(value)
        for name, value in given.items()
        if name not in _OF_THE_ENGINE and value is not None and not has_unknown(value)
    }
    return {key: value for key, value in known.items() if value.strip()}


def problems(given: Mapping[str, Any], provider_urn: str = "") -> list[str]:
    """Return what is wrong with each value, and what to do; no text repeats a value.

    Args:
        given: The configuration under the engine's names.
        provider_urn: Tells the Pulumi project: one of this package's name has keys of its own.
    """
    settings = stack_settings(given)
    project = provider_urn.split("::")[1] if provider_urn else None
    found = []
    for key, value in settings.items():
        if key == _OF_THE_ENVIRONMENT:
            continue  # the variable is asked for where the key is used
        alone = {f"{NAMESPACE}:apiKey": "checked", key: value}
        if key == f"{NAMESPACE}:host" and settings.get(_ALLOW_HTTP) == "true":
            alone[_ALLOW_HTTP] = "true"
        try:
            Settings.resolve(alone, {}, project=project)
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
