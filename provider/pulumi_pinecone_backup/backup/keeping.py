"""`keep_until`: a date before which a backup is neither deleted nor replaced.

It guards against this program's mistakes, not against somebody who has the key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.service.models import FAILED_BACKUP_STATUSES
from pulumi_pinecone_backup.service.values import time_of


def refuse_deletion(backup_id: str, props: Mapping[str, Any]) -> None:
    """Return if a backup may be deleted now.

    Raises:
        ConfigurationError: It is kept until a later time; the text has the two steps.
    """
    until = _kept_until(props)
    if until is not None:
        raise ConfigurationError(
            f"backup `{backup_id}` was not deleted: `keep_until` is {until}. First change "
            "`keep_until` and run `pulumi up`, then remove it"
        )


def refuse_replacement(backup_id: str, olds: Mapping[str, Any], replaces: Sequence[str]) -> None:
    """Return if a backup may be replaced now.

    Raises:
        ConfigurationError: It is kept until a later time; the text says what to do instead.
    """
    until = _kept_until(olds)
    if until is not None:
        what = ", ".join(f"`{key}`" for key in replaces)
        raise ConfigurationError(
            f"{what} would replace backup `{backup_id}`, and its `keep_until` is {until}. First "
            "change `keep_until` and run `pulumi up`; to take backups and keep the old ones, use "
            "`BackupRotation`, or the option `retain_on_delete=True`"
        )


def _kept_until(props: Mapping[str, Any]) -> str | None:
    """Return until when a backup is kept, if that is not over; a failed one holds nothing."""
    text = props.get("keep_until")
    until = time_of(text) if isinstance(text, str) else None
    if until is None or until <= datetime.now(timezone.utc):
        return None
    return None if props.get("status") in FAILED_BACKUP_STATUSES else str(text)
