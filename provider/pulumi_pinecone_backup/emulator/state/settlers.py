"""What carries out each kind of what is due, by the word that is in the database.

The state is given this table instead of importing it: these modules work on the state.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_pinecone_backup.emulator.state import (
    backups,
    creation,
    indexes,
    removal,
    restores,
    runs,
)
from pulumi_pinecone_backup.emulator.state.state import Settler

SETTLERS: Mapping[str, Settler] = {
    "index_ready": creation.ready,
    "index_gone": indexes.gone,
    "backup_done": backups.done,
    "backup_expired": removal.expired,
    "backup_gone": removal.gone,
    "restore_done": restores.done,
    "schedule_run": runs.run,
}
