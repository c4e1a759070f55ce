"""What the engine asks of automatic names, as its calls tell it.

It proposes a name, enforces one, or disables them; only a setting of the user makes it say so. A
proposal is left alone. Any such setting may make the engine delete before it replaces, and the
protocol does not tell which does, so the core is told to expect it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2

from pulumi_pinecone_backup.lifecycle.autonaming import SETTING, DeletedFirst
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.plugin.kinds import Kind

_OPTIONS = provider_pb2.CheckRequest.AutonamingOptions


def apply(
    session: Session,
    kind: Kind,
    request: Any,
    recorded: Mapping[str, Any],
    inputs: dict[str, Any],
) -> list[str]:
    """Take an enforced name for a new object; return why the resource cannot be deployed.

    Args:
        session: Told that the engine may delete first.
        kind: What is checked.
        request: The engine's check.
        recorded: The recorded inputs; what exists keeps its name.
        inputs: The program's inputs, under the models' names.
    """
    session.memory(DeletedFirst).note(request.urn, is_so=request.HasField("autonaming"))
    if not request.HasField("autonaming") or "name" not in kind.inputs.model_fields:
        return []
    if inputs.get("name") is not None or recorded.get("name") is not None:
        return []
    mode = request.autonaming.mode
    if mode == _OPTIONS.DISABLE:
        return [f"`name` is required: `{SETTING}` turns automatic names off"]
    if mode == _OPTIONS.ENFORCE:
        inputs["name"] = request.autonaming.proposed_name
    return []
