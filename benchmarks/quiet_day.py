"""What a day without changes costs: `up`, preview, refresh, destroy against do-nothing resources.

Three stacks of each size, in turns: restored indexes, dynamic resources that do nothing, and the
same with the inputs and outputs of a restored index. Prints for each command the median seconds of
the rounds, the ratio to both kinds of do-nothing resources, and seconds per resource; then how that
grows with the size, and how large a restored index is in the state. Destroy is measured with a
fresh deployment in each round, the other commands on one that stands.

    python benchmarks/quiet_day.py [--sizes 100,500,1000] [--rounds 5] [--commands up,refresh]
"""

from __future__ import annotations

import argparse
import functools
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from restores_support.harness import Bench, bench, machine, outputs_of

COMMANDS = {
    "up": ("up", "--yes", "--skip-preview", "--expect-no-changes"),
    "preview": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
OURS, BARE, LADEN = "restored indexes", "do-nothing", "do-nothing, same outputs"
Seconds = dict[str, dict[str, list[float]]]


@contextmanager
def stacks(size: int) -> Iterator[dict[str, Bench]]:
    """Deploy the three stacks."""
    with ExitStack() as open_until_end:
        made = {
            kind: open_until_end.enter_context(bench(restore_seconds=0.0))
            for kind in (OURS, BARE, LADEN)
        }
        made[OURS].restores(size)
        made[OURS].up()
        made[BARE].sleepers(size, 0.0)
        made[LADEN].stack.environment["OUTPUTS"] = json.dumps(outputs_of(made[OURS], "r0"))
        made[LADEN].sleepers(size, 0.0)
        for kind in (BARE, LADEN):
            made[kind].stack.environment["WIDE"] = "1"
            made[kind].up()
        yield made


def timed(action: Callable[[], object]) -> float:
    """Return how long an action takes, in seconds."""
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def measure(size: int, rounds: int, commands: list[str]) -> Seconds:
    """Return the seconds of each command and kind of stack."""
    seconds: Seconds = {command: {OURS: [], BARE: [], LADEN: []} for command in commands}
    with stacks(size) as made:
        for _ in range(rounds):
            for command in commands:
                for kind, each in made.items():
                    words = COMMANDS[command]
                    seconds[command][kind].append(timed(functools.partial(each.stack.run, *words)))
                    if command == "destroy":
                        each.up()
        exported = made[OURS].stack.resources()
        told = sum(len(json.dumps(row, separators=(",", ":"))) for row in exported.values())
        print(f"{size}: a restored index has {told / size / 1000:.1f} kB in the state")
    return seconds


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,500,1000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--commands", default=",".join(COMMANDS))
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    commands = arguments.commands.split(",")
    print(machine())
    each: dict[str, list[float]] = {command: [] for command in commands}
    for size in sizes:
        seconds = measure(size, arguments.rounds, commands)
        for command in commands:
            median = {kind: statistics.median(runs) for kind, runs in seconds[command].items()}
            each[command].append(1000 * median[OURS] / size)
            print(
                f"{size} {command}: {median[OURS]:.1f} s; {BARE} {median[BARE]:.1f} s, ratio "
                f"{median[OURS] / median[BARE]:.2f}; same outputs {median[LADEN]:.1f} s, ratio "
                f"{median[OURS] / median[LADEN]:.2f}; " + spread(seconds[command][OURS]),
                flush=True,
            )
    for command in commands:
        growth = ", ".join(
            f"{size}: {ms:.1f}" for size, ms in zip(sizes, each[command], strict=True)
        )
        print(f"{command}, milliseconds per resource: {growth}")


def spread(runs: list[float]) -> str:
    """Return all runs as text."""
    return "runs " + ", ".join(f"{run:.1f}" for run in runs)


if __name__ == "__main__":
    main()
