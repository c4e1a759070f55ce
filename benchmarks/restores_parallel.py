"""What restores in parallel cost over do-nothing resources that sleep as long.

Prints for each size the seconds of the whole `up`, of the same program with sleeping dynamic
resources whose plugin is widened likewise, their ratio (median of the rounds, which alternate), the
same restores through the plugin for every language (`--plugin`), the plugin's peak memory, the
requests of each operation, and, where asked for, sleepers whose outputs are those of a restored
index (`--same-state`), and sleepers on Pulumi's own plugin (`--default`). With `--no-checkpoints`
no run writes its state before its end: what is left is what the package itself costs, without the
file backend, which writes the whole state at every step.

    python benchmarks/restores_parallel.py [--sizes 100,500] [--seconds 10] [--rounds 3] [--default]
        [--same-state] [--plugin] [--no-checkpoints]
"""

from __future__ import annotations

import argparse
import json
import statistics
from dataclasses import dataclass
from typing import Any

from restores_support.harness import (
    DYNAMIC,
    PLUGIN,
    Door,
    Measured,
    bench,
    machine,
    outputs_of,
)

NO_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Restores:
    """One `up` of restores, what it asked for, and the outputs of one of them."""

    measured: Measured
    requests: dict[str, int]
    outputs: dict[str, Any]


def ours(count: int, seconds: float, door: Door, environment: dict[str, str]) -> Restores:
    """Measure restores through a door."""
    with bench(door, restore_seconds=seconds) as made:
        made.restores(count)
        measured = made.up(PULUMI_PARALLEL=str(2 * count), **environment)
        requests = made.requests()
        return Restores(measured, requests, outputs_of(made, "r0"))


def sleepers(count: int, seconds: float, **environment: str) -> Measured:
    """Measure resources that do nothing."""
    with bench() as made:
        made.sleepers(count, seconds)
        return made.up(PULUMI_PARALLEL=str(2 * count), **environment)


def compare(
    count: int,
    seconds: float,
    rounds: int,
    *,
    same_state: bool,
    plugin: bool,
    environment: dict[str, str],
) -> None:
    """Measure in turns and print the comparison."""
    restored: list[Restores] = []
    served: list[Restores] = []
    slept: list[Measured] = []
    stored: list[Measured] = []
    for _ in range(rounds):
        restored.append(ours(count, seconds, DYNAMIC, environment))
        if plugin:
            served.append(ours(count, seconds, PLUGIN, environment))
        slept.append(sleepers(count, seconds, WIDE="1", **environment))
        if same_state:
            outputs = json.dumps(restored[-1].outputs)
            stored.append(sleepers(count, seconds, WIDE="1", OUTPUTS=outputs, **environment))
    runs = [restores.measured for restores in restored]
    print(f"{count} restores of {seconds:.0f} s: {told(runs)}")
    for name, floor in (("sleepers", slept), ("sleepers with the same state", stored)):
        if floor:
            print(f"  {name}: {told(floor)}; ratio {median(runs) / median(floor):.2f}")
    if served:
        through = [restores.measured for restores in served]
        ratio = median(through) / median(runs)
        print(f"  through the plugin: {told(through)}; ratio to the above {ratio:.2f}")
    requests = restored[-1].requests
    print("  " + ", ".join(f"{name} {requests[name]}" for name in sorted(requests)), flush=True)


def median(runs: list[Measured]) -> float:
    """Return the median of the seconds."""
    return statistics.median(run.seconds for run in runs)


def told(runs: list[Measured]) -> str:
    """Return seconds and memory as text."""
    each = ", ".join(f"{run.seconds:.1f}" for run in runs)
    return f"{median(runs):.1f} s ({each}), plugin {max(run.memory_mb for run in runs):.0f} MB"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,500")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--default", action="store_true", help="also Pulumi's own plugin, 100")
    parser.add_argument("--same-state", action="store_true", help="also with the same outputs")
    parser.add_argument("--plugin", action="store_true", help="also through the plugin's door")
    parser.add_argument("--no-checkpoints", action="store_true", help="write the state at the end")
    arguments = parser.parse_args()
    print(machine())
    environment = NO_CHECKPOINTS if arguments.no_checkpoints else {}
    for size in arguments.sizes.split(","):
        compare(
            int(size),
            arguments.seconds,
            arguments.rounds,
            same_state=arguments.same_state,
            plugin=arguments.plugin,
            environment=environment,
        )
    if arguments.default:
        measured = sleepers(100, arguments.seconds)
        print(f"100 sleepers on Pulumi's own plugin: {measured.seconds:.1f} s")


if __name__ == "__main__":
    main()
