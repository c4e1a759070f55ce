"""What the proof by content costs: restores that compare a sample of 25, against counts alone.

Each round restores once with `verify="records"` and once with `verify="sample"` and a fingerprint,
in turns. Prints medians of the whole `up`, their ratio, and the requests of the data plane.

    python benchmarks/restores_sample.py [--count 100] [--seconds 10] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import time

from restores_support.harness import Bench, bench, machine

BACKUP = 'backup = Backup("nightly", index_name="products", fingerprint_records=25)\n'
RESTORES = """
for n in range({count}):
    RestoredIndex(f"r{{n}}", backup_id=backup.id, verify="{verify}",
        fingerprint=backup.fingerprint if "{verify}" == "sample" else None)
"""


def measured(count: int, seconds: float, verify: str) -> tuple[float, dict[str, int]]:
    """Return the seconds of restores that are verified that far, and the requests."""
    with bench(restore_seconds=seconds) as made:
        _fill(made)
        made.stack.program(BACKUP)
        made.up()
        made.stack.program(BACKUP + RESTORES.format(count=count, verify=verify))
        begun = time.monotonic()
        made.up(PULUMI_PARALLEL=str(2 * count))
        return time.monotonic() - begun, made.requests()


def _fill(made: Bench) -> None:
    """Give the source enough records for a sample of 25."""
    host = made.service.call("GET", "/indexes/products")["host"]
    for namespace in ("", "archive"):
        vectors = [{"id": f"more-{n}", "values": [n + 1.0, 0.5]} for n in range(50)]
        body = {"vectors": vectors, "namespace": namespace}
        made.service.call("POST", f"{host}/vectors/upsert", body)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(machine())
    runs: dict[str, list[float]] = {"records": [], "sample": []}
    requests: dict[str, dict[str, int]] = {}
    for _ in range(arguments.rounds):
        for verify, each in runs.items():
            took, requests[verify] = measured(arguments.count, arguments.seconds, verify)
            each.append(took)
    median = {verify: statistics.median(each) for verify, each in runs.items()}
    for verify, each in runs.items():
        told = ", ".join(f"{took:.1f}" for took in each)
        asked = {
            name: requests[verify].get(name, 0)
            for name in ("describe_index_stats", "fetch_vectors")
        }
        print(f"{arguments.count} restores, {verify}: {median[verify]:.1f} s ({told}); {asked}")
    print(f"ratio {median['sample'] / median['records']:.2f}")


if __name__ == "__main__":
    main()
