"""Record planted.json: a real stack on the emulator, then what no offline stack can hold is planted.

Run with the engine on PATH: PYTHONPATH=tests python tests/state/recorded/policies/record.py
"""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from support.live_service import KEY, Service
from pulumi_pinecone_backup.emulator import Emulator
from support.pulumi_stack import Stack

PROGRAM = """
TAGS = {"environment": "production", "owner": "search"}
kept = ResourceOptions(protect=True)

def restored(name, **changes):
    good = {"deletion_protection": "enabled", "tags": TAGS}
    RestoredIndex(name, backup_id=nightly.id, opts=kept, **{**good, **changes})

nightly = Backup("nightly", index_name="products")
Backup("stale", index_name="articles")
BackupSchedule("weekly", index_name="orders", frequency="weekly", retention_days=30)
BackupSchedule("sparse", index_name="products", frequency="monthly", retention_days=3)
restored("good")
restored("secretive", tags={**TAGS, "token": pulumi.Output.secret("hush")})
restored("unprotected", deletion_protection=None)
restored("untagged", tags=None)
restored("unverified", verify="none")
restored("late")
restored("hollow")
RestoredIndex("removable", backup_id=nightly.id, deletion_protection="enabled", tags=TAGS)
"""


def official_index(resource: str, /, **changes: Any) -> dict[str, Any]:
    """Return an index of the official provider, as its state holds it."""
    inputs = {
        "__defaults": [],
        "name": resource,
        "dimension": 2,
        "metric": "cosine",
        "deletionProtection": "enabled",
        "tags": {"environment": "production", "owner": "search"},
        "spec": {"__defaults": [], "serverless": {"cloud": "aws", "region": "us-east-1"}},
        **changes,
    }
    return {
        "urn": f"urn:pulumi:test::recovery::pinecone:index/index:Index::{resource}",
        "custom": True,
        "id": resource,
        "type": "pinecone:index/index:Index",
        "inputs": inputs,
        "outputs": {**inputs, "id": resource, "host": f"{resource}-abcdefg.svc.example.io"},
        "parent": "urn:pulumi:test::recovery::pulumi:pulumi:Stack::recovery-test",
        "provider": "urn:pulumi:test::recovery::pulumi:providers:pinecone::default_2_0_4::0a1b2c3d",
        "protect": True,
    }


def plant(exported: dict[str, Any]) -> dict[str, Any]:
    """Add the official provider's indexes, and outputs that only time or failure bring."""
    state = copy.deepcopy(exported)
    rows = state["deployment"]["resources"]
    by_name = {row["urn"].rpartition("::")[2]: row for row in rows}
    by_name["late"]["outputs"].update(rpo_seconds=200000, rto_seconds=20000)
    hollow = by_name["hollow"]["outputs"]["verification"]
    next(row for row in hollow if row["name"] == "record_count")["result"] = "failed"
    by_name["stale"]["outputs"]["created_at"] = "2020-01-01T00:00:00Z"
    rows.append(
        {
            "urn": "urn:pulumi:test::recovery::pulumi:providers:pinecone::default_2_0_4",
            "custom": True,
            "id": "0a1b2c3d",
            "type": "pulumi:providers:pinecone",
            "inputs": {"version": "2.0.4"},
            "outputs": {"version": "2.0.4"},
        }
    )
    rows += [
        official_index("products"),
        official_index("articles"),
        official_index("orders"),
        official_index("lonely"),
        official_index("scratch-1"),
        official_index("misnamed", name="Mis_Named"),
        official_index("exposed", deletionProtection="disabled", tags={"owner": "a/b é"}),
    ]
    return state


def main() -> None:
    """Write planted.json beside this file."""
    with tempfile.TemporaryDirectory() as folder, Emulator(api_keys=(KEY,)) as emulator:
        service = Service(emulator)
        for name in ("products", "articles", "orders"):
            service.index(name)
        environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}
        stack = Stack(Path(folder), environment)
        stack.program(PROGRAM)
        stack.up()
        state = plant(stack.export())
    target = Path(__file__).with_name("planted.json")
    target.write_text(json.dumps(state, indent=1, sort_keys=True) + "\n")


main()
