"""Read capacity: what may be asked for, and how it changes."""

from __future__ import annotations

from typing import Any

import orjson

from pulumi_pinecone_backup.emulator.state.database import Row
from pulumi_pinecone_backup.emulator.state.definitions import Definition, from_json
from pulumi_pinecone_backup.emulator.state.problems import forbidden, invalid
from pulumi_pinecone_backup.emulator.state.state import State


def asked_for(row: Row) -> dict[str, Any]:
    """Return the read capacity that an index was asked to have."""
    if row["read_capacity"] is None:
        return {"mode": "OnDemand"}
    asked: dict[str, Any] = orjson.loads(row["read_capacity"])
    return asked


def state_of(row: Row, now: float) -> str:
    """Return the state of an index's read capacity."""
    if row["capacity_state"] is not None:
        return str(row["capacity_state"])
    ready_at = row["capacity_ready_at"]
    return "Ready" if ready_at is None or ready_at <= now else "Scaling"


def checked(
    state: State, definition: Definition, asked: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Return a read capacity with its defaults, or None where none was asked for.

    Raises:
        ServiceError: It does not fit the index or the plan.
    """
    if asked is None:
        return None
    if definition.is_pod:
        raise invalid("Pod-based indexes have no read capacity")
    if asked["mode"] == "OnDemand":
        if "dedicated" in asked:
            raise invalid("On-demand read capacity takes no `dedicated`")
        return {"mode": "OnDemand"}
    if not state.settings.dedicated_capacity or not state.settings.has_backups:
        raise forbidden("Dedicated read capacity is not enabled for this project")
    dedicated = asked.get("dedicated")
    if dedicated is None:
        raise invalid("Dedicated read capacity needs `dedicated`")
    if dedicated.get("scaling", "Manual") != "Manual":
        raise invalid("`scaling` must be Manual")
    manual = {"shards": 1, "replicas": 1} | dedicated.get("manual", {})
    return {
        "mode": "Dedicated",
        "dedicated": {
            "node_type": dedicated.get("node_type", "b1"),
            "scaling": "Manual",
            "manual": manual,
        },
    }


def changed(state: State, row: Row, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of an index that a change of its read capacity writes.

    Raises:
        ServiceError: It does not fit, or the last change is not done.
    """
    now = state.clock.now()
    old = asked_for(row)
    if asked["mode"] == old["mode"] == "Dedicated" and "dedicated" in asked:
        manual = old["dedicated"]["manual"] | asked["dedicated"].get("manual", {})
        asked = {
            "mode": "Dedicated",
            "dedicated": old["dedicated"] | asked["dedicated"] | {"manual": manual},
        }
    new = checked(state, from_json(row["definition"]), asked)
    if new == old:
        return {}
    if state_of(row, now) != "Ready":
        raise forbidden(
            "The read capacity of this index is being changed. "
            "Wait until its status is Ready before changing it again."
        )
    return {
        "read_capacity": orjson.dumps(new).decode(),
        "capacity_ready_at": now + state.settings.capacity_seconds,
    }
