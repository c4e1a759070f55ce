"""Waits of next to nothing, for tests of what is waited for, not of how long."""

from __future__ import annotations

from pulumi_pinecone_backup.service.retries import Backoff
from pulumi_pinecone_backup.waiting.pace import Pace, WatcherPace

QUICK_PACE = Pace(
    retry=0.02,
    gone=0.05,
    lost_backup=0.0,
    lost_restore=0.0,
    lost_drill=0.0,
    look_up=0.02,
    counts=0.0,
    backoff=Backoff(first_wait_seconds=0.0, jitter_seconds=0.0),
    watcher=WatcherPace(quick=0.02),
)
