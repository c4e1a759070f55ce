"""`pulumi:autonaming`: with some of its settings the engine deletes before it replaces.

It then does so over every option and over the answer to diff, so that a recovery point would be
gone before the new one exists. Source: Pulumi's configuration reference, `pulumi:autonaming`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pulumi_pinecone_backup.errors import ConfigurationError

SETTING: Final = "pulumi:autonaming"
_RANDOM: Final = re.compile(r"\$\{(hex|alphanum|string|num)\(|\$\{uuid\}")


def refuse_deletion_first(config: Mapping[str, str], package: str, what: str) -> None:
    """Return unless the engine would delete an object before the new one exists.

    Args:
        config: The stack's configuration, by full key.
        package: The Pulumi package of the resource.
        what: The object that would go.

    Raises:
        ConfigurationError: It would; the text says how to set it.
    """
    if _deletes_first(config.get(SETTING, ""), package):
        raise ConfigurationError(
            f"`{SETTING}` makes Pulumi delete {what} before the new one exists, and nothing would "
            "be left if that fails: nothing was changed. Exempt these resources with `pulumi "
            f"config set --path '{SETTING}.providers.{package}.mode' default`, then run again"
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
