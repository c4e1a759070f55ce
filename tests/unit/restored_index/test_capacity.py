from __future__ import annotations

from typing import Any

import pytest
from pulumi_pinecone_backup.lifecycle.inputs import parse
from pulumi_pinecone_backup.restored_index import capacity
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.service.models import IndexModel

ON_DEMAND = {"mode": "OnDemand"}
SMALL = {"node_type": "b1", "manual": {"shards": 1, "replicas": 1}}
LIVE_SMALL = {"mode": "Dedicated", "dedicated": {**SMALL, "scaling": "Manual"}}


def index(read_capacity: dict[str, Any] | None) -> IndexModel:
    return IndexModel.model_validate(
        {
            "name": "recovered",
            "status": {"ready": True, "state": "Ready"},
            "read_capacity": read_capacity,
        }
    )


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (None, None),
        (ON_DEMAND, ON_DEMAND),
        ({"mode": "Dedicated", "dedicated": SMALL}, LIVE_SMALL),
        (LIVE_SMALL, LIVE_SMALL),
    ],
)
def test_what_is_asked_for_is_sent_with_its_defaults(
    given: dict[str, Any] | None, sent: dict[str, Any] | None
) -> None:
    inputs = parse(RestoredIndexInputs, {"backup_id": "b", "read_capacity": given})
    assert capacity.wanted(inputs) == sent


def test_a_state_of_the_capacity_is_not_part_of_its_shape() -> None:
    scaling = {**LIVE_SMALL, "status": {"state": "Scaling", "current_replicas": 0}}
    assert capacity.live(index(scaling)) == LIVE_SMALL


def test_a_default_that_the_service_leaves_out_is_the_same_capacity() -> None:
    assert capacity.live(index({"mode": "Dedicated", "dedicated": SMALL})) == LIVE_SMALL


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("Ready", None),
        ("Scaling", "read capacity of index `recovered` is Scaling; `pulumi up` goes on waiting"),
        (
            "Migrating",
            "read capacity of index `recovered` is Migrating; `pulumi up` goes on waiting",
        ),
        (
            "Error",
            "read capacity of index `recovered` is in error: no nodes. The index itself is kept; "
            "correct `read_capacity` and run `pulumi up` again",
        ),
    ],
)
def test_a_refresh_tells_a_managed_capacity_that_is_not_ready(state: str, said: str | None) -> None:
    status = {"state": state, "error_message": "no nodes"}
    live = index({**LIVE_SMALL, "status": status})
    managed = parse(RestoredIndexInputs, {"backup_id": "b", "read_capacity": LIVE_SMALL})
    assert capacity.unhealthy(managed, live) == said
    assert capacity.unhealthy(parse(RestoredIndexInputs, {"backup_id": "b"}), live) is None


@pytest.mark.parametrize(
    ("given", "live", "reported"),
    [
        (None, LIVE_SMALL, None),
        (ON_DEMAND, None, ON_DEMAND),
        (ON_DEMAND, {**ON_DEMAND, "status": {"state": "Ready"}}, ON_DEMAND),
        (ON_DEMAND, LIVE_SMALL, LIVE_SMALL),
        (
            {"mode": "Dedicated", "dedicated": SMALL},
            LIVE_SMALL,
            {"mode": "Dedicated", "dedicated": SMALL},
        ),
        (
            {
                "mode": "Dedicated",
                "dedicated": {"node_type": "b1", "manual": {"shards": 1.0, "replicas": 1.0}},
            },
            LIVE_SMALL,
            {"mode": "Dedicated", "dedicated": SMALL},
        ),
        (LIVE_SMALL, ON_DEMAND, ON_DEMAND),
    ],
    ids=[
        "unmanaged",
        "not reported by this version",
        "unchanged",
        "changed elsewhere",
        "a default that was left out is no change",
        "numbers of the engine are no change",
        "scaled away elsewhere",
    ],
)
def test_a_refresh_reports_a_managed_capacity_as_it_is_live(
    given: dict[str, Any] | None, live: dict[str, Any] | None, reported: dict[str, Any] | None
) -> None:
    recorded = {} if given is None else {"read_capacity": given}
    assert capacity.observed(recorded, index(live)) == reported
