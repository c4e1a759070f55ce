from __future__ import annotations

from pulumi_pinecone_backup.emulator.web.app import OPERATIONS as SERVED
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.endpoints import OPERATIONS


def test_the_emulator_serves_every_operation_of_the_client() -> None:
    served = {(operation.id, operation.method, operation.path) for operation in SERVED}
    used = {
        (operation.operation_id, operation.method, operation.path)
        for operation in OPERATIONS.values()
    }
    assert used - served == set()


def test_the_client_has_a_method_for_every_operation() -> None:
    methods = {name.removesuffix("_operation") for name in OPERATIONS}
    assert {name for name in methods if not callable(getattr(Client, name, None))} == set()
