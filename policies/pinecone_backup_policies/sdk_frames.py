"""Everything that reaches into private parts of the policy SDK.

The SDK unwraps secrets before a rule sees them, shows each rule only its own settings, and has no
way to report below a rule's level. The call that the SDK is answering has all three: the request as
the engine sent it, the whole configuration, and the response. It is found by walking up the stack
from a rule. Where another SDK has moved these parts, each function here returns what its docstring
says, never raises, and its caller does without: an exception here would end a deployment.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pulumi.runtime import proto
from pulumi_policy import deserialize

SERVICER = "_PolicyAnalyzerServicer"
METHODS = frozenset({"Analyze", "AnalyzeStack", "Remediate"})
FRAMES_BETWEEN = 40  # a rule is a few frames below the servicer; a deep stack is not walked
MOVED = (AttributeError, TypeError, ValueError)  # what a moved or renamed part of the SDK raises


@dataclass(frozen=True)
class Call:
    """The parts of the call that the SDK is answering.

    Args:
        method: `Analyze`, `AnalyzeStack` or `Remediate`.
        servicer: The SDK's servicer.
        request: The request as the engine sent it, with secrets marked.
        response: The response that the SDK is filling.
    """

    method: str
    servicer: Any
    request: Any
    response: Any


def current_call() -> Call | None:
    """Return the call that the SDK is answering, None where it cannot be found."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(FRAMES_BETWEEN):
        if frame is None:
            return None
        if frame.f_code.co_name in METHODS:
            # From Python 3.13 on the locals are a view whose `keys()` is a list: copy them.
            names = dict(frame.f_locals)
            if type(names.get("self")).__name__ == SERVICER and "response" in names:
                request, response = names.get("request"), names["response"]
                return Call(frame.f_code.co_name, names["self"], request, response)
        frame = frame.f_back
    return None


def whole_configuration() -> Mapping[str, Mapping[str, Any]] | None:
    """Return the settings of every rule name in the configuration, None where out of reach."""
    call = current_call()
    configuration = _private(call, "policy_pack_config") if call else None
    return configuration if isinstance(configuration, Mapping) else None


def _private(call: Call, name: str) -> Any:
    """Return an attribute that the servicer spells with two underscores, None if it has none."""
    return getattr(call.servicer, f"_{SERVICER.lstrip('_')}__{name}", None)


def is_secret(urn: str, path: tuple[str, ...]) -> bool:
    """Tell whether a value that a rule sees is a secret, or lies inside one.

    Args:
        urn: The resource.
        path: Property names from the top, in the spelling of the resource.

    Returns:
        True where it cannot be told: what may be a secret is not shown.
    """
    call = current_call()
    if call is None:
        return True
    try:
        requests = call.request.resources if call.method == "AnalyzeStack" else [call.request]
        shown = next((request for request in requests if request.urn == urn), None)
        return shown is None or _holds_secret(shown.properties, path)
    except MOVED:
        return True


def _holds_secret(struct: Any, path: tuple[str, ...]) -> bool:
    for depth, name in enumerate(path):
        if name not in struct.fields:
            return False
        value = struct.fields[name]
        if value.WhichOneof("kind") == "list_value":
            return True  # no rule shows a part of a list
        if value.WhichOneof("kind") != "struct_value":
            return depth + 1 < len(path)
        struct = value.struct_value
        if deserialize.SPECIAL_SIG_KEY in struct.fields:
            return True
    return False


def add_note(policy_name: str, description: str, text: str) -> bool:
    """Report an advisory line, whatever the level of the rule is.

    Returns:
        False where the SDK's response cannot be found or does not take the line.
    """
    call = current_call()
    if call is None:
        return False
    told: dict[str, Any] = {
        "policyName": policy_name,
        "policyPackName": _private(call, "policy_pack_name") or "",
        "policyPackVersion": _private(call, "policy_pack_version") or "",
        "description": description,
    }
    try:
        if call.method == "Remediate":
            call.response.remediations.append(proto.Remediation(**told, diagnostic=text))
        else:
            message = f"{description}\n{text}"
            call.response.diagnostics.append(
                proto.AnalyzeDiagnostic(**told, message=message, enforcementLevel=proto.ADVISORY)
            )
    except MOVED:
        return False
    return True
