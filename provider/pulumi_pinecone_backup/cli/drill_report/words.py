"""What a report says about results and checks, for readers who do not know this tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_pinecone_backup.restore_drill.drill import Drill


@dataclass(frozen=True)
class Meaning:
    """What a result says, and what has to be done about it."""

    means: str
    next_step: str


RESULTS: Final[Mapping[str, Meaning]] = {
    "passed": Meaning(
        "The backup was restored, and everything that was compared is as it should be.",
        "Nothing.",
    ),
    "failed": Meaning(
        "This backup has not been shown to bring the index back. Until a drill passes, plan as if "
        "it did not exist.",
        "Read the checks that failed. Take a new backup of the index and drill that one; if it "
        "fails as well, look at the index itself. Keep older backups that have passed.",
    ),
    "unproven": Meaning(
        "The backup was restored, but nothing was compared that shows it to be complete.",
        "Give the key read access to the data plane, or take the next backup with a fingerprint, "
        "and repeat the drill.",
    ),
    "too late": Meaning(
        "The backup is complete, but its data is older, or its restore took longer, than the "
        "limits of this drill allow.",
        "Back up more often (RPO), plan with the time that was measured (RTO), or agree on other "
        "limits.",
    ),
    "interrupted": Meaning(
        "The drill was ended before it was done. It proves nothing about the backup.",
        "Repeat the drill.",
    ),
}
_OTHER: Final = Meaning("The drill did not come to a result.", "Repeat the drill.")

LEVELS: Final[Mapping[str, str]] = {
    "schema": "the definition of the index (dimension, metric, type, fields, place)",
    "records": "the definition, the number of records and the number of namespaces",
    "sample": "the definition, the number of records in each namespace, and the content of "
    "sampled records",
}

CHECKS: Final[Mapping[str, str]] = {
    "dimension": "numbers in each vector",
    "metric": "how distance is measured",
    "vector_type": "dense or sparse",
    "schema": "fields and their embedding",
    "cloud": "cloud provider",
    "region": "region of the cloud",
    "record_count": "records in all",
    "namespace_count": "namespaces in all",
    "namespace_counts": "namespaces with as many records as before",
    "sample": "sampled records with equal content",
    "namespace_aliases": "second names of namespaces",
}
_QUERY: Final = "records that a query has to find"


def meaning(result: str) -> Meaning:
    """Return what a result says."""
    return RESULTS.get(result, _OTHER)


def check(name: str) -> str:
    """Return what a check compares; empty where it is none that is known."""
    return CHECKS.get(name, _QUERY if name.startswith("checks[") else "")


def next_steps(done: Drill) -> list[str]:
    """Return what has to be done about a drill, the most urgent first; empty if nothing."""
    steps = []
    if not done.is_deleted:
        steps.append(
            f"The temporary index {done.temporary_index} may still exist and cost money. Delete "
            f"it: pc index delete --name {done.temporary_index}"
        )
    if done.result != "passed":
        steps.append(meaning(done.result).next_step)
    return steps
