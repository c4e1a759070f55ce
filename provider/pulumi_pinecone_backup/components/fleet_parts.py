"""The two ends of a fleet as Pulumi sees them: what starts all, and what reports."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from pulumi_pinecone_backup.handlers import RestoredFleetReportHandler, RestoredFleetStartHandler
from pulumi_pinecone_backup.resources import ManagedResource
from pulumi_pinecone_backup.restored_fleet import declaration


class FleetStart(ManagedResource, module="pinecone", name="RestoredFleetStart"):
    """Requests every restore of a fleet."""

    restores: Output[list[dict[str, Any]]]
    started: Output[list[str]]

    _handler = RestoredFleetStartHandler
    _kind = "restored-fleet-start"
    _outputs = declaration.START_OUTPUTS

    def __init__(
        self,
        resource_name: str,
        *,
        restores: Input[Sequence[Mapping[str, Any]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self._declare(resource_name, {"restores": restores}, opts)


class FleetReport(ManagedResource, module="pinecone", name="RestoredFleetReport"):
    """Tells what became of every restore of a fleet."""

    rows: Output[list[dict[str, Any]]]
    table: Output[list[dict[str, Any]]]
    good: Output[int]

    _handler = RestoredFleetReportHandler
    _kind = "restored-fleet-report"
    _outputs = declaration.REPORT_OUTPUTS

    def __init__(
        self,
        resource_name: str,
        *,
        rows: Input[Sequence[Mapping[str, Any]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self._declare(resource_name, {"rows": rows}, opts)
