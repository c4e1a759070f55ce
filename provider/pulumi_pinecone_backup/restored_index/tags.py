"""Which tags a restored index gets, and what a PATCH must change; the owner's mark stays out of it.

The service takes 20 tags; one is the mark. PATCH merges, and an empty value removes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import ConfigurationError, NotFoundError
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, without_mark
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel

MAX_TAGS = 20


def for_restore(
    inputs: RestoredIndexInputs, backup: BackupModel, mark: str | None, call: Call
) -> dict[str, str]:
    """Return the tags that a restore is posted with: given, inherited, and the mark if it fits.

    Raises:
        ConfigurationError: Inherited and given tags together are more than the service takes.
    """
    tags = _owned(inputs, without_mark(backup.tags))
    if tags is None:
        tags = without_mark(backup.tags)
    if len(tags) > MAX_TAGS:
        raise ConfigurationError(
            f"inherited and given tags are {len(tags)} together, but an index takes {MAX_TAGS}: "
            "give fewer `tags`, or set `inherit_tags=False`"
        )
    if mark is None or len(tags) == MAX_TAGS:
        messages.warn(
            f"all {MAX_TAGS} tags of index `{inputs.name}` are in use, so the tag `{MARK_TAG}` "
            "that marks it as this resource's is left out: a lost run cannot be continued",
            call,
        )
        return tags
    return {**tags, MARK_TAG: mark}


def patch(
    client: Client, inputs: RestoredIndexInputs, live: IndexModel, recorded: Mapping[str, Any]
) -> dict[str, str]:
    """Return the PATCH that brings a live index to the tags this program owns; `{}` if none."""
    if inputs.tags is None:
        return {}
    inherited = _inherited(client, inputs, recorded) if inputs.inherit_tags else {}
    owned = {**inherited, **inputs.tags}
    present = without_mark(live.tags)
    changes = {key: value for key, value in owned.items() if present.get(key) != value}
    return {**changes, **{key: "" for key in present if key not in owned}}


def observed(recorded: Mapping[str, Any], live: IndexModel) -> dict[str, str] | None:
    """Return the `tags` that a refresh reports: the given ones, or what was found instead.

    An inherited tag that has vanished is reported as an empty value, so that diff sees it.
    """
    given = recorded.get("tags")
    if given is None:
        return None
    present = without_mark(live.tags)
    if not recorded.get("inherit_tags"):
        return present
    lost_before = {key for key, value in given.items() if not value}  # as a refresh has found
    before = dict(recorded.get("effective_tags") or {})
    inherited = {key: value for key, value in before.items() if key not in given}
    lost = {key: "" for key in lost_before | inherited.keys() if key not in present}
    own = {
        key: value
        for key, value in present.items()
        if key not in lost_before and inherited.get(key) != value
    }
    return dict(sorted({**own, **lost}.items()))


def _owned(inputs: RestoredIndexInputs, inherited: Mapping[str, str]) -> dict[str, str] | None:
    if inputs.tags is None:
        return None
    return {**(inherited if inputs.inherit_tags else {}), **inputs.tags}


def _inherited(
    client: Client, inputs: RestoredIndexInputs, recorded: Mapping[str, Any]
) -> dict[str, str]:
    """Return the backup's tags, or what was inherited before where the backup is gone."""
    try:
        return without_mark(client.describe_backup(str(inputs.backup_id)).tags)
    except NotFoundError:
        before = dict(recorded.get("effective_tags") or {})
        given = recorded.get("tags") or {}
        return {key: value for key, value in before.items() if key not in given}
