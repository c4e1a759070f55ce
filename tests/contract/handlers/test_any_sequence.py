"""Whatever a program asks for in turn, and whoever changes the index meanwhile: it settles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.lifecycle.session import Session
from support.live_service import Service
from support.state_entry import Entry

NewProcess = Callable[..., Session]

TAGS = st.dictionaries(st.sampled_from(["team", "tier", "own"]), st.sampled_from(["1", "2"]))
CAPACITY = st.sampled_from(
    [
        {"mode": "OnDemand"},
        {
            "mode": "Dedicated",
            "dedicated": {"node_type": "b1", "manual": {"shards": 1, "replicas": 2}},
        },
    ]
)
PROGRAM = st.fixed_dictionaries(
    {
        "backup": st.integers(0, 1),
        "verify": st.sampled_from(["none", "schema", "records"]),
        "allow_empty": st.booleans(),
        "on_backup_change": st.sampled_from(["keep", "replace"]),
        "wait": st.booleans(),
    },
    optional={
        "name": st.sampled_from(["fixed", "other"]),
        "tags": TAGS,
        "inherit_tags": st.booleans(),
        "deletion_protection": st.just("disabled"),
        "read_capacity": CAPACITY,
        "triggers": st.lists(st.integers(0, 2), max_size=2),
    },
)
DRIFT = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.dictionaries(st.sampled_from(["team", "own", "rogue"]), st.just("x")),
        "read_capacity": CAPACITY,
    },
)


@pytest.mark.parametrize("version", ["2025-10", "2026-07"])
@settings(
    max_examples=12,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(PROGRAM, DRIFT), min_size=2, max_size=3))
def test_a_restored_index_settles_after_every_step(
    emulator: Emulator,
    service: Service,
    process: NewProcess,
    version: str,
    steps: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    emulator.reset()
    service.index("products", tags={"team": "search"})
    backups = [
        str(service.call("POST", "/indexes/products/backups", {})["backup_id"]) for _ in range(2)
    ]
    entry = Entry("RestoredIndex", "recovered")
    for step, drift in steps:
        program = {**step, "backup_id": backups[step["backup"]]}
        del program["backup"]
        process(version)
        entry.up(**program)
        process(version)
        assert entry.up(**program) == "unchanged"
        if not entry.outputs["wait"]:
            process(version)
            entry.refresh()
        live = service.call("GET", f"/indexes/{entry.id}")
        if "tags" in program and not program.get("inherit_tags"):
            assert {k: v for k, v in live["tags"].items() if k != "pulumi-owner"} == program["tags"]
        # Without a wait, most versions can set the capacity only in a later run: they warn of it.
        if "read_capacity" in program and (program["wait"] or version == "2026-07"):
            assert live["read_capacity"]["mode"] == program["read_capacity"]["mode"]
        assert service.indexes() == {"products", entry.id}

        if drift:
            service.call("PATCH", f"/indexes/{entry.id}", drift)
        process(version)
        assert entry.refresh()
        before = (entry.inputs, entry.outputs)
        assert entry.refresh()
        assert (entry.inputs, entry.outputs) == before
        process(version)
        entry.up(**program)
        process(version)
        assert entry.refresh()
        assert entry.up(**program) == "unchanged"
    process(version)
    entry.down()
    assert service.indexes() == {"products"}
