"""What restores in parallel cost over do-nothing resources that sleep as long.

Prints for each size the seconds of the whole `up`, of the same program with sleeping dynamic
resources whose plugin is widened likewise, their ratio (median of the rounds, which alternate), the
plugin's peak memory, the requests of each operation, and, where asked for, Pulumi's own plugin.

    python benchmarks/restores_parallel.py [--sizes 100,500] [--seconds 10] [--rounds 3] [--default]
"""

from __future__ import annotations

import argparse
import statistics

from restores_support.harness import Measured, bench, machine


def ours(count: int, seconds: float) -> tuple[Measured, dict[str, int]]:
    """Measure restores."""
    with bench(restore_seconds=seconds) as made:
        made.restores(count)
        made.emulator.steer("GET", "requests")
        measured = made.up()
        return measured, made.requests()


def sleepers(count: int, seconds: float, *, wide: bool) -> Measured:
    """Measure resources that do nothing."""
    with bench() as made:
        made.sleepers(count, seconds)
        return made.up(**({"WIDE": "1"} if wide else {}))


def compare(count: int, seconds: float, rounds: int) -> None:
    """Measure both in turns and print the comparison."""
    restored: list[Measured] = []
    slept: list[Measured] = []
    requests: dict[str, int] = {}
    for number in range(rounds):
        measured, requests = ours(count, seconds)
        restored.append(measured)
        slept.append(sleepers(count, seconds, wide=True))
        print(
            f"  round {number + 1}: restores {restored[-1].seconds:.1f} s, "
            f"sleepers {slept[-1].seconds:.1f} s",
            flush=True,
        )
    ours_median = statistics.median(run.seconds for run in restored)
    floor = statistics.median(run.seconds for run in slept)
    memory = max(run.memory_mb for run in restored)
    floor_memory = max(run.memory_mb for run in slept)
    print(
        f"{count} restores of {seconds:.0f} s: {ours_median:.1f} s, sleepers {floor:.1f} s, ratio "
        f"{ours_median / floor:.2f}; plugin {memory:.0f} MB, sleepers' {floor_memory:.0f} MB"
    )
    print("  " + ", ".join(f"{name} {requests[name]}" for name in sorted(requests)))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,500")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--default", action="store_true", help="also Pulumi's own plugin, 100")
    arguments = parser.parse_args()
    print(machine())
    for size in arguments.sizes.split(","):
        compare(int(size), arguments.seconds, arguments.rounds)
    if arguments.default:
        measured = sleepers(100, arguments.seconds, wide=False)
        print(f"100 sleepers on Pulumi's own plugin: {measured.seconds:.1f} s")


if __name__ == "__main__":
    main()
