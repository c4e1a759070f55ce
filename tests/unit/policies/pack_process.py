"""The real policy pack as a process, spoken to as the engine speaks to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc

PACK = Path(__file__).parents[3] / "policies"
URN = "urn:pulumi:prod::shop::{token}::{name}"
SECRET_MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def secret(value: object) -> dict[str, Any]:
    """Return a value as the engine marks a secret."""
    return {**SECRET_MARK, "value": value}


@dataclass(frozen=True)
class Shown:
    """A resource as the engine shows it to a pack."""

    token: str
    name: str
    properties: Mapping[str, Any]
    protect: bool = False
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return URN.format(token=self.token, name=self.name)


@dataclass(frozen=True)
class Report:
    """What one rule said."""

    rule: str
    level: str
    message: str
    urn: str

    def __str__(self) -> str:
        return f"{self.rule} [{self.level}] {self.message}"


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    json_format.ParseDict(dict(properties), message)
    return message


class Pack:
    """Speak to a running pack; configure it first, as the engine does."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        self.info = self.stub.GetAnalyzerInfo(empty_pb2.Empty())

    def configure(
        self, configuration: Mapping[str, Mapping[str, Any]], level: str = "mandatory"
    ) -> None:
        """Send settings on top of the defaults of the schemas."""
        request = proto.ConfigureAnalyzerRequest()
        given: dict[str, dict[str, Any]] = {name: dict(c) for name, c in configuration.items()}
        for policy in self.info.policies:
            schema = json_format.MessageToDict(policy.configSchema.properties)
            defaults = {key: s["default"] for key, s in schema.items() if "default" in s}
            given[policy.name] = {**defaults, **given.get(policy.name, {})}
        for name, settings in given.items():
            chosen = settings.pop("enforcementLevel", level)
            request.policyConfig[name].enforcementLevel = proto.EnforcementLevel.Value(
                chosen.upper()
            )
            request.policyConfig[name].properties.update(settings)
        self.stub.Configure(request)

    def analyze(self, shown: Shown) -> list[Report]:
        """Judge one resource by its inputs."""
        return reports(self.stub.Analyze(_request(shown)).diagnostics)

    def analyze_stack(self, *resources: Shown) -> list[Report]:
        """Judge a stack by its outputs."""
        request = proto.AnalyzeStackRequest()
        for shown in resources:
            resource = proto.AnalyzerResource(
                urn=shown.urn,
                type=shown.token,
                name=shown.name,
                properties=struct(shown.properties),
            )
            resource.options.protect = shown.protect
            for name, urns in shown.property_dependencies.items():
                resource.propertyDependencies[name].urns.extend(urns)
            request.resources.append(resource)
        return reports(self.stub.AnalyzeStack(request).diagnostics)

    def remediate(self, shown: Shown) -> proto.RemediateResponse:
        """Let the rules correct a resource."""
        answer: proto.RemediateResponse = self.stub.Remediate(_request(shown))
        return answer


def reports(diagnostics: Any) -> list[Report]:
    return [
        Report(
            d.policyName, proto.EnforcementLevel.Name(d.enforcementLevel).lower(), d.message, d.urn
        )
        for d in diagnostics
    ]


def _request(shown: Shown) -> proto.AnalyzeRequest:
    request = proto.AnalyzeRequest(
        urn=shown.urn, type=shown.token, name=shown.name, properties=struct(shown.properties)
    )
    request.options.protect = shown.protect
    return request


@contextmanager
def running(folder: Path = PACK) -> Iterator[Pack]:
    """Start a pack as the language host starts it from a folder."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Pack(channel)
    finally:
        process.kill()
        process.communicate()
