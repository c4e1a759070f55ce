"""What a recovery has to do, and what it reports."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from pulumi_pinecone_backup.waiting.pace import DEFAULT_PACE

Mode = Literal["missing", "overwrite", "mirror"]
Result = Literal["recovered", "nothing to do", "dry run", "declined", "failed", "interrupted"]
FORMAT: Final = 1


@dataclass(frozen=True)
class RecoveryPlan:
    """What has to be brought back.

    Attributes:
        index: Name of the index whose backup is used; it may be gone.
        into: Name of the live index that is written to.
        namespaces: Which namespaces; the default one is the empty text. Empty takes all of the
            backup.
        backup_id: The backup; None takes the newest of `as_of`.
        as_of: The backup's data is not younger than this; None takes the newest.
        from_index: An index that holds the backup's records already; None restores one for a while.
        mode: `missing` writes records that the live index lacks, `overwrite` also those whose
            content differs, `mirror` also deletes what the backup does not have.
        ids_only: Do not compare the content of records that are there.
        shard: `(i, n)`: only the i-th of n parts of the ids, counted from 1.
        workers: Requests under way at most.
        timeout_seconds: When to give the temporary restore up.
    """

    index: str
    into: str
    namespaces: tuple[str, ...]
    backup_id: str | None = None
    as_of: datetime | None = None
    from_index: str | None = None
    mode: Mode = "missing"
    ids_only: bool = False
    shard: tuple[int, int] = (1, 1)
    workers: int = 6
    timeout_seconds: float = DEFAULT_PACE.create

    def is_mine(self, record_id: str) -> bool:
        """Return whether an id belongs to this shard; every id belongs to exactly one."""
        part, parts = self.shard
        return parts == 1 or zlib.crc32(record_id.encode()) % parts == part - 1


class NamespaceReport(BaseModel):
    """One namespace: what was found, and what was done."""

    model_config = ConfigDict(extra="ignore")

    namespace: str = Field(description="Name; `__default__` for the default one.")
    in_backup: int = Field(0, description="Records of the backup.")
    missing: int = Field(0, description="Records of the backup that the index lacked.")
    different: int = Field(0, description="Records whose content differed.")
    extra: int = Field(0, description="Records that only the index had.")
    written: int = Field(0, description="Records written.")
    deleted: int = Field(0, description="Records deleted.")
    verified: str = Field("", description="What the comparison after writing said.")
    is_good: bool = Field(False, description="Whether that comparison passed.")


class RecoveryReport(BaseModel):
    """What a run of `pinecone-backup recover` found and did."""

    model_config = ConfigDict(extra="ignore", title="Report of a recovery")

    format: Literal[1] = Field(1, description="Version of this schema.")
    index: str = Field(description="Index whose backup was used.")
    into: str = Field(description="Index that was written to.")
    backup_id: str = Field(description="The backup.")
    recovery_point_at: str | None = Field(None, description="When its data was captured.")
    mode: Mode = Field(description="missing, overwrite or mirror.")
    shard: str = Field("1/1", description="Which part of the ids.")
    result: Result = Field("failed", description="How it ended.")
    why: str = Field("", description="Why it is not recovered.")
    temporary_index: str = Field("", description="Index that the backup was restored into.")
    is_deleted: bool = Field(True, description="Whether that index is gone again.")
    journal: str = Field("", description="File with which an interrupted run goes on.")
    seconds: float = Field(0.0, description="How long it took.")
    namespaces: list[NamespaceReport] = Field(default_factory=list, description="One for each.")

    @property
    def is_good(self) -> bool:
        """Whether the index now holds what it should, and nothing is left behind."""
        return self.result in ("recovered", "nothing to do") and self.is_deleted


def shown(namespace: str) -> str:
    """Return a namespace as people read it."""
    return namespace or "__default__"


def plain(namespace: str) -> str:
    """Return a namespace as requests name it: the default one is the empty text."""
    return "" if namespace == "__default__" else namespace
