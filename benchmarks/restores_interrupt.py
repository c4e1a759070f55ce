"""How soon Ctrl-C ends an `up` that waits for 20 restores, and how soon a killed one is gone.

Prints the seconds from the signal to the end of the command, of five runs and their median, after
each of which the state holds 20 ids, the next `up` finishes them, and the service has restored 20
indexes and no more; then the seconds from `kill -9` of the command to the end of its plugin, its
shell and the program.

    python benchmarks/restores_interrupt.py [--count 20] [--rounds 5]
"""

from __future__ import annotations

import argparse
import signal
import statistics
import time

from restores_support.harness import Bench, bench, machine, wait_until

HOURS = 7200.0


def started(made: Bench) -> int:
    """Return how many restores were accepted."""
    return len(made.emulator.effects("restore started"))


def interrupt(count: int) -> float:
    """Interrupt 20 waits, check what is left, and return how long it took."""
    with bench(restore_seconds=HOURS) as made:
        made.restores(count)
        with made.run() as run:
            wait_until(lambda: started(made) == count, "all restores")
            time.sleep(2.0)
            begun = time.monotonic()
            run.signal(signal.SIGINT)
            run.end()
            seconds = time.monotonic() - begun
        assert len({row["id"] for row in made.stack.resources().values()}) == count
        made.emulator.steer("POST", "advance", {"seconds": 2 * HOURS})
        made.stack.up()
        assert started(made) == count
        assert len(made.service.indexes()) == count + 1
        return seconds


def kill(count: int) -> float:
    """Kill the command and return how long its processes lived on."""
    with bench(restore_seconds=HOURS) as made:
        made.restores(count)
        with made.run() as run:
            wait_until(lambda: started(made) == count, "all restores")
            begun = time.monotonic()
            run.process.kill()
            wait_until(lambda: not run.processes(), "the end of all processes")
            return time.monotonic() - begun


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(machine())
    rounds = [interrupt(arguments.count) for _ in range(arguments.rounds)]
    told = ", ".join(f"{seconds:.2f}" for seconds in rounds)
    print(
        f"Ctrl-C during {arguments.count} waits: {told} s; median {statistics.median(rounds):.2f}"
    )
    print(f"kill -9: the last process ended after {kill(arguments.count):.1f} s")


if __name__ == "__main__":
    main()
