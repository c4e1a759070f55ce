"""What a report of drills tells; `report.json` is its only source, pages and charts are made of it.

Format 1. Times are RFC 3339 in UTC, durations are seconds.
"""

from __future__ import annotations

import getpass
import importlib.metadata
import platform
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from pulumi_pinecone_backup.lifecycle.outputs import time_text
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.restore_drill.drill import Drill, DrillPlan

FILE: Final = "report.json"
"""The file's name in a report's folder."""


class DrillReport(BaseModel):
    """One run of `pinecone-backup drill`."""

    model_config = ConfigDict(extra="ignore", title="Report of restore drills")

    format: Literal[1] = Field(1, description="Version of this schema.")
    made_at: str = Field(description="When the report was made.")
    version: str = Field(description="Version of pulumi-pinecone-backup.")
    python: str = Field("", description="Version of Python.")
    machine: str = Field(description="Host name of the machine that ran the drills.")
    user: str = Field("", description="Account on that machine.")
    service: str = Field("", description="Address of the service's control plane.")
    api_version: str = Field("", description="Version of the service's API.")
    verify: str = Field("", description="What had to be proven: schema, records or sample.")
    max_rpo_seconds: float | None = Field(None, description="Oldest recovery point allowed.")
    max_rto_seconds: float | None = Field(None, description="Longest restore allowed.")
    good: int = Field(description="How many drills passed and left nothing behind.")
    drills: list[Drill] = Field(description="One for each index, in the order of their names.")


def content(session: Session, plan: DrillPlan, drills: Sequence[Drill]) -> DrillReport:
    """Return the report of a run.

    Args:
        session: Whose settings were used.
        plan: What every drill had to prove; its index does not matter.
        drills: What was found.
    """
    settings = session.client().settings
    return DrillReport(
        made_at=time_text(datetime.now(timezone.utc)) or "",
        version=importlib.metadata.version("pulumi-pinecone-backup"),
        python=platform.python_version(),
        machine=platform.node(),
        user=_user(),
        service=settings.host,
        api_version=settings.api_version,
        verify=plan.verify,
        max_rpo_seconds=plan.max_rpo_seconds,
        max_rto_seconds=plan.max_rto_seconds,
        good=sum(done.is_good for done in drills),
        drills=list(drills),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # an account without a name, as in some containers
