"""The main job on the real engine: back up, restore, verify, change in place, repair, remove."""

from __future__ import annotations

import pytest
from support.doors import through_both
from support.live_service import Service
from support.pulumi_stack import Stack
from support.ritual import perform_ritual

pytestmark = [pytest.mark.engine, through_both]


def test_the_ritual_from_up_to_destroy(stack: Stack, service: Service) -> None:
    perform_ritual(stack, service)


def test_records_are_those_of_the_backup_although_the_source_is_gone(
    stack: Stack, service: Service
) -> None:
    service.index("products")
    before = service.records("products")
    stack.program('Backup("nightly", index_name="products")')
    stack.up()
    host = service.call("GET", "/indexes/products")["host"]
    service.call("POST", f"{host}/vectors/delete", {"deleteAll": True, "namespace": "archive"})
    vectors = [{"id": "0", "values": [9.0, 9.0]}, {"id": "new", "values": [1.0, 1.0]}]
    service.call("POST", f"{host}/vectors/upsert", {"vectors": vectors, "namespace": ""})
    service.call("DELETE", "/indexes/products")
    stack.program(
        """
        backup = Backup("nightly", index_name="products")
        RestoredIndex("recovered", backup_id=backup.id)
        """
    )
    stack.up()
    assert service.records(stack.outputs("recovered")["name"]) == before
