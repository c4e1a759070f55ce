"""What a restore does not bring back is told, unless the program asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_pinecone_backup.restored_index.parity import not_brought_back
from pulumi_pinecone_backup.service.models import IndexModel

DEDICATED = {
    "mode": "Dedicated",
    "dedicated": {"node_type": "b1", "scaling": "Manual", "manual": {"shards": 1, "replicas": 1}},
}


def source(**more: Any) -> IndexModel:
    return IndexModel.model_validate(
        {"name": "products", "status": {"ready": True, "state": "Ready"}, **more}
    )


@pytest.mark.parametrize(
    ("live", "news", "texts"),
    [
        ({}, {}, []),
        ({"deletion_protection": "enabled"}, {}, ["is protected"]),
        ({"deletion_protection": "enabled"}, {"deletion_protection": "disabled"}, []),
        ({"read_capacity": DEDICATED}, {}, ["has dedicated read capacity"]),
        ({"read_capacity": DEDICATED}, {"read_capacity": {"mode": "OnDemand"}}, []),
        ({"read_capacity": {"mode": "OnDemand"}}, {}, []),
        (
            {"deployment": {"deployment_type": "byoc", "environment": "e"}},
            {},
            ["runs in a cloud of your own"],
        ),
    ],
)
def test_what_the_copy_will_not_have_is_told(
    live: dict[str, Any], news: dict[str, Any], texts: list[str]
) -> None:
    found = not_brought_back(source(**live), news)
    assert len(found) == len(texts)
    for sentence, text in zip(found, texts, strict=True):
        assert sentence.startswith(f"the source index `products` {text}")
