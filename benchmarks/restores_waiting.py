"""What waiting asks of the service, and how soon the end of a restore is noticed.

Prints, while 100 restores of 60 s wait, the status requests per second from the last restore that
was started to the first that was ready; and for restores of several lengths the time from ready at
the service to the first request that follows, which is the one that verifies.

    python benchmarks/restores_waiting.py [--count 100] [--seconds 60] [--lengths 10,60,180]
"""

from __future__ import annotations

import argparse
from typing import Any

from restores_support.harness import Bench, bench, machine

STATUS = ("list_indexes", "describe_index", "list_restore_jobs", "describe_restore_job")


def effects(events: list[dict[str, Any]], start: str) -> dict[str, float]:
    """Return name and time of the effects that start so."""
    return {
        event["effect"].rpartition(" ")[2]: event["at"]
        for event in events
        if event.get("effect", "").startswith(start)
    }


def load(made: Bench) -> str:
    """Return the rate of status requests while everything waits."""
    events = made.events()
    started = max(effects(events, "restore started ").values())
    restored = effects(events, "restore completed ")
    ended = min(restored.values())
    asked = [e for e in events if e.get("operation") in STATUS and started <= e["at"] < ended]
    seconds = ended - started
    return f"{len(asked)} status requests in {seconds:.0f} s: {len(asked) / seconds:.2f} per second"


def noticed(made: Bench) -> list[float]:
    """Return for each restore the seconds from ready to the first count of its records."""
    events = made.events()
    counts: dict[str, float] = {}
    for event in events:
        if event.get("operation") == "describe_index_stats":
            host = event["target"].split("/data/")[1].split("/")[0]
            counts.setdefault(host.rpartition("-")[0], event["at"])
    return [counts[name] - at for name, at in effects(events, "restore completed ").items()]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--lengths", default="10,60,180")
    arguments = parser.parse_args()
    print(machine())
    with bench(restore_seconds=arguments.seconds) as made:
        made.restores(arguments.count)
        made.up()
        print(f"{arguments.count} restores of {arguments.seconds:.0f} s: {load(made)}")
    for length in map(float, arguments.lengths.split(",")):
        with bench(restore_seconds=length) as made:
            made.restores(3)
            made.up()
            late = max(noticed(made))
            print(f"restores of {length:.0f} s: noticed after {late:.2f} s, {late / length:.1%}")


if __name__ == "__main__":
    main()
