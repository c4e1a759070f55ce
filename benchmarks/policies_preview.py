"""What the policy pack adds to a preview of 1,000 resources.

Previews without and with the pack take turns, so that what else the machine does hits both alike;
the ratio of the medians is the result, never a time by the clock. Run it with the engine on PATH:

    PYTHONPATH=tests python benchmarks/policies_preview.py [--resources 1000] [--rounds 3]

Exit code 1 if the pack adds more than 30 %.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

MOST_ADDED = 0.30
PACK = Path(__file__).parents[1] / "policies"
UNDER = (
    *("--policy-pack", str(PACK / "pinecone-backup-policies")),
    *("--policy-pack-config", str(PACK / "configs" / "remediate.json")),
)
PROGRAM = """
first = Backup("b0", index_name="products")
for n in range(1, {half}):
    Backup(f"b{{n}}", index_name="products", description=f"copy {{n}}")
for n in range({rest}):
    RestoredIndex(
        f"r{{n}}",
        backup_id=first.id,
        tags={{"environment": "production", "owner": "search", "number": str(n)}},
        deletion_protection="enabled",
    )
"""


def main() -> int:
    """Measure, print the result as JSON, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Emulator(api_keys=(KEY,)) as emulator:
        Service(emulator).index("products")
        environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}
        stack = Stack(Path(folder), environment)
        half = options.resources // 2
        stack.program(PROGRAM.format(half=half, rest=options.resources - half))
        seconds: dict[str, list[float]] = {"without": [], "with": []}
        for _ in range(options.rounds):
            for name, arguments in (("without", ()), ("with", UNDER)):
                started = time.perf_counter()
                stack.preview(*arguments)
                seconds[name].append(round(time.perf_counter() - started, 2))
    ratio = median(seconds["with"]) / median(seconds["without"])
    result = {
        "resources": options.resources,
        "seconds": seconds,
        "ratio": round(ratio, 3),
        "limit": 1 + MOST_ADDED,
    }
    print(json.dumps(result))
    return 0 if ratio <= 1 + MOST_ADDED else 1


if __name__ == "__main__":
    sys.exit(main())
