"""Do-nothing dynamic resources that sleep: what Pulumi itself costs, to measure against.

`WIDE=1` widens the pool of Pulumi's plugin as the package does; without it, it is Pulumi's own.
`OUTPUTS` is a JSON object that each resource declares and has as outputs, to see what they cost: in
the program, and in the state, all of which a file backend writes at every step.
"""

from __future__ import annotations

import gc
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    Resource,
    ResourceProvider,
)

WORKERS = 1024
OUTPUTS = json.loads(os.environ.get("OUTPUTS", '{"status": "Ready"}'))
DECLARED = OUTPUTS if "OUTPUTS" in os.environ else {}


class SleepingHandler(ResourceProvider):
    """Sleeps in create."""

    serialize_as_secret_always: bool = False

    def configure(self, req: ConfigureRequest) -> None:
        """Widen the pool if asked to."""
        del req
        for candidate in gc.get_objects() if os.environ.get("WIDE") else ():
            if issubclass(type(candidate), ThreadPoolExecutor):
                candidate._max_workers = max(candidate._max_workers, WORKERS)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Sleep for as long as a restore takes."""
        time.sleep(props["seconds"])
        return CreateResult(f"slept-{props['number']:.0f}", {**props, **OUTPUTS})


class Sleeping(Resource, module="bench", name="Sleeping"):
    """A resource that does nothing."""

    def __init__(self, name: str, seconds: float, number: int) -> None:
        given = {"seconds": seconds, "number": number}
        super().__init__(SleepingHandler(), name, {**dict.fromkeys(DECLARED), **given})
