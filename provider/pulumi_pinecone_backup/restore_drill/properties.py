"""Inputs and outputs of a `RestoreDrill`, as programs give them and as states hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator, StrictFloat, StrictInt

from pulumi_pinecone_backup.lifecycle.inputs import Filled, Inputs, Name, Triggers, rule
from pulumi_pinecone_backup.lifecycle.outputs import echo, present
from pulumi_pinecone_backup.restore_drill.declaration import OUTPUTS, DrillVerification, Pick
from pulumi_pinecone_backup.restore_drill.drill import Drill
from pulumi_pinecone_backup.restored_index.properties import Fingerprint
from pulumi_pinecone_backup.restored_index.verification import compact

MOST_RESULTS: Final = 20
_OF_A_RESULT: Final = ("result", "backup_id", "finished_at", "rpo_seconds", "rto_seconds", "why")


def _check_positive(value: float) -> float:
    if value <= 0:
        raise ValueError("must be greater than 0")
    return value


Positive = Annotated[StrictFloat | StrictInt, AfterValidator(rule(_check_positive))]


class RestoreDrillInputs(Inputs):
    """Inputs of `RestoreDrill`."""

    outputs = OUTPUTS

    index_name: Name
    backup_id: Filled | None = None
    pick: Pick = "latest"
    within_days: Positive | None = None
    verify: DrillVerification = "records"
    fingerprint: Fingerprint | None = None
    max_rpo_seconds: Positive | None = None
    max_rto_seconds: Positive | None = None
    triggers: Triggers | None = None


def restore_drill_outputs(
    inputs: RestoreDrillInputs, drill: Drill, history: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the outputs of `RestoreDrill`.

    Args:
        inputs: What was asked for.
        drill: What was found.
        history: Earlier results, the newest first.
    """
    told = {
        "backup_id": drill.backup_id,
        "result": drill.result,
        "why": drill.why or None,
        "recovery_point_at": drill.recovery_point_at,
        "started_at": drill.started_at,
        "finished_at": drill.finished_at,
        "rpo_seconds": drill.rpo_seconds,
        "rto_seconds": drill.rto_seconds,
        "verification": compact(drill.verification),
        "is_deleted": drill.is_deleted,
    }
    own = present({key: told[key] for key in _OF_A_RESULT})
    told["history"] = [own, *map(dict, history)][:MOST_RESULTS]
    return present({**told, **echo(inputs)})
