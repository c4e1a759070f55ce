"""What the engine asks of automatic names, as its calls tell it.

An enforced name is taken, and a disabled one refused. Both make the engine delete before it
replaces, which the core refuses where something would be lost.
"""

from __future__ import annotations

import json
from typing import Any

from pulumi.runtime.proto import provider_pb2

from pulumi_pinecone_backup.lifecycle.autonaming import SETTING
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.plugin.kinds import kind_of

_OPTIONS = provider_pb2.CheckRequest.AutonamingOptions


def apply(session: Session, request: Any, inputs: dict[str, Any]) -> list[str]:
    """Take an enforced name into the inputs; return why the resource cannot be deployed.

    Args:
        session: Told that the engine deletes first.
        request: The engine's check.
        inputs: The program's inputs, under the models' names.
    """
    mode = request.autonaming.mode
    if not request.HasField("autonaming") or mode == _OPTIONS.PROPOSE:
        return []
    session.configure({**session.config, SETTING: json.dumps({"mode": "verbatim"})})
    if "name" not in kind_of(request.urn).inputs.model_fields or inputs.get("name") is not None:
        return []
    if mode == _OPTIONS.DISABLE:
        return [f"`name` is required: `{SETTING}` turns automatic names off"]
    inputs["name"] = request.autonaming.proposed_name
    return []
