"""Indexes that drills have left: a running drill's looks the same as that of a killed one."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_pinecone_backup.restore_drill.drill import PURPOSE, PURPOSE_TAG
from pulumi_pinecone_backup.service.models import IndexModel


def leftovers(indexes: Iterable[IndexModel]) -> list[str]:
    """Return a line for each index of a drill, with the command that deletes it."""
    return [
        f"index {live.name} is that of a drill, running or killed: if none is running, delete it, "
        f"for example with `pc index delete --name {live.name}`"
        for live in indexes
        if live.tags.get(PURPOSE_TAG) == PURPOSE and live.name.startswith("drill-")
    ]
