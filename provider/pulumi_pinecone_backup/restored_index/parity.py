"""What a restore does not bring back, told once while the source still shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.service.models import IndexModel


def not_brought_back(source: IndexModel, news: Mapping[str, Any]) -> list[str]:
    """Return what the source has and the restored index will not have, each a sentence.

    Args:
        source: The live index that the backup was taken of.
        news: The program's inputs: what they ask for is brought back by them.
    """
    texts = []
    if source.deletion_protection == "enabled" and news.get("deletion_protection") is None:
        texts.append('is protected: give `deletion_protection="enabled"` to protect the copy too')
    capacity = source.read_capacity
    is_dedicated = capacity is not None and capacity.mode == "Dedicated"
    if is_dedicated and news.get("read_capacity") is None:
        texts.append("has dedicated read capacity: give `read_capacity`, or the copy has none")
    if source.deployment_type == "byoc":
        texts.append("runs in a cloud of your own (BYOC): a restore starts on one smallest node")
    return [f"the source index `{source.name}` {text}" for text in texts]
