"""How long the package takes to import, beside Pulumi itself: what each command starts with.

Each import has a new interpreter, in turns; prints medians and ratios. A program imports the
resource classes, the plugin the handlers and what they need for their first call.

    python benchmarks/import_time.py [--rounds 10]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

from restores_support.harness import machine

PULUMI = "import pulumi"
IMPORTS = {
    "pulumi": PULUMI,
    "the package": "import pulumi_pinecone_backup",
    "the package and its resources": (
        "from pulumi_pinecone_backup import Backup, BackupSchedule, RestoredIndex"
    ),
    "the handlers, ready for a call": (
        "import pulumi.dynamic\n"
        "from pulumi_pinecone_backup import handlers\n"
        "handlers._session(), handlers.RestoredIndexHandler._resource()"
    ),
    "the command": "import pulumi_pinecone_backup.cli",
}
TIMED = "import time\nbegun = time.perf_counter()\n{}\nprint(time.perf_counter() - begun)"


def seconds(statement: str) -> float:
    """Return how long a statement takes in a new interpreter."""
    command = [sys.executable, "-c", TIMED.format(statement)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    print(machine())
    runs: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for statement in IMPORTS.values():
        seconds(statement)  # compiled once
    for _ in range(arguments.rounds):
        for name, statement in IMPORTS.items():
            runs[name].append(seconds(statement))
    floor = statistics.median(runs["pulumi"])
    for name, each in runs.items():
        median = statistics.median(each)
        print(f"{name}: {1000 * median:.0f} ms, {median / floor:.2f} times `import pulumi`")


if __name__ == "__main__":
    main()
