"""A fleet of restores at the engine's default parallelism, against one restore plus the floor.

The floor is what Pulumi needs for as many do-nothing resources. `--parallel` of the engine is left
alone, so that an engine that works on a few resources at a time would need one round after the
other.

    python benchmarks/fleet.py [--count 50] [--seconds 10] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import time

from restores_support.harness import bench, machine

FLEET = """
from pulumi_pinecone_backup import RestoredFleet
fleet = RestoredFleet("all", pattern="shop-*")
pulumi.export("good", fleet.table.apply(lambda rows: sum(r["result"] == "good" for r in rows)))
"""


def fleet(count: int, seconds: float) -> float:
    """Return the seconds of an `up` of a fleet."""
    with bench() as made:
        for number in range(count):
            name = f"shop-{number:03}"
            made.service.index(name)
            made.service.call("POST", f"/indexes/{name}/backups", {})
        made.emulator.configure(restore_seconds=seconds)
        made.stack.program(FLEET)
        began = time.monotonic()
        result = made.stack.run(
            "up", "--yes", "--skip-preview", environment={"PULUMI_PARALLEL": ""}
        )
        took = time.monotonic() - began
        assert f"good: {count}" in result.text, result.text[-2000:]
        return took


def one(seconds: float) -> float:
    """Return the seconds of an `up` of one restore."""
    with bench(restore_seconds=seconds) as made:
        made.restores(1)
        return made.up(PULUMI_PARALLEL="").seconds


def floor(count: int) -> float:
    """Return the seconds of an `up` of do-nothing resources."""
    with bench() as made:
        made.sleepers(count, 0.0)
        return made.up(PULUMI_PARALLEL="").seconds


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(machine())
    fleets, ones, floors = [], [], []
    for _ in range(given.rounds):
        fleets.append(fleet(given.count, given.seconds))
        ones.append(one(given.seconds))
        floors.append(floor(given.count))
        print(
            f"  fleet {fleets[-1]:.1f} s, one {ones[-1]:.1f} s, floor {floors[-1]:.1f} s",
            flush=True,
        )
    median = statistics.median
    base = median(ones) + median(floors)
    print(f"fleet of {given.count} restores of {given.seconds:g} s: {median(fleets):.1f} s")
    print(f"one restore plus the floor: {base:.1f} s, ratio {median(fleets) / base:.2f}")


if __name__ == "__main__":
    main()
