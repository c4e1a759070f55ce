"""Everything that reaches into private parts of the policy SDK.

The SDK unwraps secrets before a rule sees them, shows each rule only its own settings, and has no
way to report below a rule's level. The call that the SDK is answering has all three: the request as
the engine sent it, the whole configuration, and the response. It is found by walking up the stack
from a rule. Where a future SDK moves these parts, each function here says so by returning None or
False, and its caller does without.
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
FRAMES_BETWEEN = (
    40  # a rule is a handful of frames below the servicer; never walk a whole deep stack
)


@dataclass(frozen=True)
class Call:
    """Hold the parts of the call that the SDK is answering.

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
        names = frame.f_locals if frame.f_code.co_name in METHODS else {}
        owner = names.get("self")
        if type(owner).__name__ == SERVICER and {"request", "response"} <= names.keys():
            return Call(frame.f_code.co_name, owner, names["request"], names["response"])
        frame = frame.f_back
    return None


def whole_configuration() -> Mapping[str, Mapping[str, Any]] | None:
    """Return the settings of every rule name in the configuration, None where out of reach."""
    call = current_call()
    configuration = getattr(
        call and call.servicer, f"_{SERVICER.lstrip('_')}__policy_pack_config", None
    )
    return configuration if isinstance(configuration, Mapping) else None


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
    requests = call.request.resources if call.method == "AnalyzeStack" else [call.request]
    for request in requests:
        if request.urn == urn:
            return _holds_secret(request.properties, path)
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
        False where the SDK's response cannot be found.
    """
    call = current_call()
    if call is None:
        return False
    pack = getattr(call.servicer, f"_{SERVICER.lstrip('_')}__policy_pack_name", "")
    version = getattr(call.servicer, f"_{SERVICER.lstrip('_')}__policy_pack_version", "")
    if call.method == "Remediate":
        call.response.remediations.append(
            proto.Remediation(
                policyName=policy_name,
                policyPackName=pack,
                policyPackVersion=version,
                description=description,
                diagnostic=text,
            )
        )
        return True
    call.response.diagnostics.append(
        proto.AnalyzeDiagnostic(
            policyName=policy_name,
            policyPackName=pack,
            policyPackVersion=version,
            message=f"{description}\n{text}",
            description=description,
            enforcementLevel=proto.ADVISORY,
        )
    )
    return True
