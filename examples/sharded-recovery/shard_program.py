"""The program of one shard; the stack's name tells which."""

from __future__ import annotations

import declaration
import pulumi
import pulumi_pinecone_backup as pinecone_backup


def restore() -> None:
    """Declare the restores of this stack's shard.

    Raises:
        RunError: The stack is no shard.
    """
    recovery = declaration.load()
    stack = pulumi.get_stack()
    if stack not in recovery.stacks:
        raise pulumi.RunError(
            f"`{stack}` is no shard of {recovery.shards}: name stacks as in "
            f"`{declaration.stack_of(0, recovery.shards)}`"
        )
    indexes = recovery.stacks[stack]
    if indexes:
        fleet = pinecone_backup.RestoredFleet(
            "recovered",
            indexes=indexes,
            as_of=recovery.as_of,
            suffix=recovery.suffix,
            # One without a backup is told, and stops no other.
            missing="report",
            triggers=[recovery.attempt],
        )
        pulumi.export("table", fleet.table)
