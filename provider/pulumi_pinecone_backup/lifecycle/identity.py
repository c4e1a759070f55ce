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

from pulumi_pinecone_backup.lifecycle.inputs import MARK_TAG, MAX_NAME

IDENTITY_LENGTH = 12
_HASH_LENGTH = 7
_MARK = re.compile(r"([0-9a-f]{12})-([0-9a-f]{8})")


def identity_of(project: str, stack: str, type_token: str, resource_name: str) -> str:
    """Returns 12 hex that stand for one resource of one stack."""
    text = "\n".join((project, stack, type_token, resource_name))
    return hashlib.sha256(text.encode()).hexdigest()[:IDENTITY_LENGTH]


def derived_name(
    resource_name: str, identity: str, triggers: Any, *extra: str, limit: int = MAX_NAME
) -> str:
    """Returns the automatic name `<resource>-<7 hex>`.

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


def new_mark(identity: str) -> str:
    """Returns a fresh value for the tag that says whose an index is."""
    return f"{identity}-{secrets.token_hex(4)}"


def mark_identity(mark: str | None) -> str | None:
    """Returns the identity inside a mark, or None where the text is not a mark."""
    match = _MARK.fullmatch(mark or "")
    return match[1] if match else None


def without_mark(tags: Mapping[str, str]) -> dict[str, str]:
    """Returns tags as users see them: sorted, without the owner's mark."""
    return {key: tags[key] for key in sorted(tags) if key != MARK_TAG}
