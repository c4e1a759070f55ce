"""What a `RestoreDrill` declares to Pulumi. It imports nothing: a program needs no more of it."""

from __future__ import annotations

from typing import Final, Literal

Pick = Literal["latest", "random"]
DrillVerification = Literal["schema", "records", "sample"]

OUTPUTS: Final = (
    "result",
    "why",
    "recovery_point_at",
    "started_at",
    "finished_at",
    "rpo_seconds",
    "rto_seconds",
    "verification",
    "is_deleted",
    "history",
)
