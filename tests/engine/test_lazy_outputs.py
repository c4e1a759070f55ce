"""Outputs are made when a program reads them: it sees the same as if all had been made at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
from pulumi.dynamic import Resource, ResourceProvider, CreateResult

class Handler(ResourceProvider):
    def create(self, props):
        return CreateResult("other", {**props, "greeting": f"hello {props['name']}"})

class Other(Resource):
    greeting: pulumi.Output[str]
    def __init__(self, name, given, opts=None):
        super().__init__(Handler(), name, {"name": given, "greeting": None}, opts)

backup = Backup("nightly", index_name="products")
restored = RestoredIndex("copy", backup_id=backup.id, tags={"team": pulumi.Output.secret("blue")})
assert restored.host is restored.host
read = Backup.get("same", backup.id)
late = restored.rto_seconds.apply(lambda seconds: restored.dimension.apply(lambda d: [seconds, d]))

pulumi.export("whole", restored)
pulumi.export("host", restored.host)
pulumi.export("missing", restored.embed)
pulumi.export("tags", restored.effective_tags)
pulumi.export("late", late.apply(lambda both: both[1]))
pulumi.export("whole dimension is", restored.dimension.apply(lambda d: type(d).__name__))
pulumi.export("read", read.source_index_name)
pulumi.export("greeting", Other("other", restored.name).greeting)
"""


@pytest.mark.parametrize("bridge", ["on", "off"])
def test_a_program_reads_what_it_always_read(stack: Stack, service: Service, bridge: str) -> None:
    service.index()
    stack.environment["PULUMI_PINECONE_BRIDGE"] = bridge
    stack.program(PROGRAM)
    stack.up(preview=True)
    seen = exported(stack)
    whole = seen["whole"]
    state = stack.resources()["copy"]["outputs"]
    assert {**whole, "tags": None, "effective_tags": None}.items() >= {
        **{key: state[key] for key in state if key not in ("__provider", "identity")},
        "tags": None,
        "effective_tags": None,
        "id": state["name"],
    }.items()
    assert {"urn", "id", "host", "verification", "private_host"} <= whole.keys()
    assert whole["verification"] == state["verification"]
    assert seen["host"] == state["host"]
    assert seen["tags"] == {"team": "blue"}
    assert seen["late"] == 2
    assert seen["whole dimension is"] == "int"
    assert seen["read"] == "products"
    assert seen["greeting"] == f"hello {state['name']}"
    assert seen.get("missing") is None
    stack.unchanged()


def test_the_state_names_the_line_of_the_program_that_declares_a_resource(
    stack: Stack, service: Service
) -> None:
    service.index()
    stack.program(PROGRAM)
    stack.up(preview=True)
    lines = (stack.project / "__main__.py").read_text().splitlines()
    for name, words in {"nightly": 'Backup("nightly"', "copy": 'RestoredIndex("copy"'}.items():
        row = stack.resources()[name]
        file, _, number = row["sourcePosition"].partition("#")
        assert file == "project:///__main__.py"
        assert words in lines[int(number) - 1]
        assert row["stackTrace"][0]["sourcePosition"] == row["sourcePosition"]


def exported(stack: Stack) -> dict[str, Any]:
    """Return the stack's outputs, secrets in clear."""
    text = stack.run("stack", "output", "--json", "--show-secrets").text
    found: dict[str, Any] = json.loads(text)
    return found
