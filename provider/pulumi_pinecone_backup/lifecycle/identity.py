"""Identities, automatic names and owner marks: how a later run knows what an earlier one made.

All of it is deterministic but the nonce of a mark, so that a lost run, an alias and an import find
the same name. Nothing here asks the service.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

MARK_TAG = "pulumi-owner"
MAX_NAME = 45
IDENTITY_LENGTH = 12
IF_RENAMED = (
    "if the resource was renamed, add "
    '`opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<old name>")])`'
)
_HASH_LENGTH = 7
_MARK = re.compile(r"([0-9a-f]{12})-[0-9a-f]{8}(?:-([0-9a-f]{6}))?(?:-pending)?")
_PENDING = "-pending"
_NAME_DIGITS = 6


def identity_of(project: str, stack: str, type_token: str, resource_name: str) -> str:
    """Return 12 hex that stand for one resource of one stack."""
    text = "\n".join((project, stack, type_token, resource_name))
    return hashlib.sha256(text.encode()).hexdigest()[:IDENTITY_LENGTH]


def identity_of_urn(urn: str) -> str:
    """Return the identity of a resource, with the types of the components that it is in.

    Children of one name under components of different types are different objects, as they are for
    Pulumi; a resource outside of a component has the identity that its program gives it.
    """
    stack, project, types, name = urn.removeprefix("urn:pulumi:").split("::", 3)
    return identity_of(project, stack, types, name)


def derived_name(
    resource_name: str, identity: str, triggers: Any, *extra: str, limit: int = MAX_NAME
) -> str:
    """Return the automatic name `<resource>-<7 hex>`.

    Args:
        resource_name: The Pulumi name, brought into the service's alphabet and length.
        identity: The resource's identity.
        triggers: The normalised triggers, or None.
        extra: What else makes a new object, for example a backup id.
        limit: The longest name the service takes, in characters.
    """
    text = json.dumps([identity, triggers or [], *extra], sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
    stem = re.sub(r"[^a-z0-9]+", "-", resource_name.lower()).strip("-")
    stem = stem[: limit - _HASH_LENGTH - 1].rstrip("-")
    return f"{stem}-{digest}" if stem else f"r{digest}"


def new_mark(identity: str, index_name: str) -> str:
    """Return a fresh value for the tag that says whose an index is: `<identity>-<nonce>-<name>`.

    It counts for the index of that name alone: what somebody restores by hand inherits the tags.
    """
    return f"{identity}-{secrets.token_hex(4)}-{_name_digest(index_name)}"


def mark_identity(mark: str | None, index_name: str) -> str | None:
    """Return the identity inside an index's mark, or None where the text is no mark of it.

    A mark of an older version does not tell its index.
    """
    match = _MARK.fullmatch(mark or "")
    if match is None or match[2] not in (None, _name_digest(index_name)):
        return None
    return match[1]


def pending(mark: str) -> str:
    """Return a mark as it stands at the service until a state records the index."""
    return mark if is_pending(mark) else f"{mark}{_PENDING}"


def is_pending(mark: str | None) -> bool:
    """Return whether a mark says that no state records the index yet."""
    return bool(mark) and str(mark).endswith(_PENDING)


def without_pending(mark: str | None) -> str | None:
    """Return a mark as a state records it, for comparisons."""
    return mark.removesuffix(_PENDING) if mark else mark


def _name_digest(index_name: str) -> str:
    return hashlib.sha256(index_name.encode()).hexdigest()[:_NAME_DIGITS]


def without_mark(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags as users see them: sorted, without the owner's mark."""
    return {key: tags[key] for key in sorted(tags) if key != MARK_TAG}
