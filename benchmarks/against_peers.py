"""The same work by what people use instead, in one run: 20 restores of 10 s, and 20 indexes.

- the official SDK's loop: create an index from a backup, describe it every 5 s until it is ready;
  one after the other, and with all of them started first;
- the same loop as a dynamic resource on Pulumi's own plugin, four at a time;
- OpenTofu with the official provider, which has no backups: 20 indexes, against ours restored.

The SDK gets an environment of its own, as in the tests. OpenTofu runs where both are given:

    go install github.com/opentofu/opentofu/cmd/tofu@latest
    go install github.com/pinecone-io/terraform-provider-pinecone@latest
    python benchmarks/against_peers.py [--count 20] [--seconds 10] [--rounds 3]
        [--tofu "$(go env GOPATH)/bin/tofu"] [--tofu-providers "$(go env GOPATH)/bin"]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from contract.emulator.environments import environment
from restores_support.harness import Bench, bench, machine
from support.live_service import KEY

REQUIREMENTS = (
    Path(__file__).resolve().parents[1] / "tests" / "contract" / "emulator" / "sdk-requirements.txt"
)
LOOP = """
import sys, time
from pinecone import Pinecone
pc, backup, count, at_once = Pinecone(), sys.argv[1], int(sys.argv[2]), sys.argv[3] == "all"
names = [f"loop-{number}" for number in range(count)]

def start(name):
    pc.create_index_from_backup(backup_id=backup, name=name, timeout=-1)

def wait(name):
    while not pc.indexes.describe(name).status.ready:
        time.sleep(5)

if at_once:
    for name in names:
        start(name)
for name in names:
    if not at_once:
        start(name)
    wait(name)
"""
POLLING = (
    "from polling import Polling\nfor n in range({count}):\n    Polling(f'p{{n}}', '{backup}')\n"
)
INDEXES = """
terraform {{ required_providers {{ pinecone = {{ source = "pinecone-io/pinecone" }} }} }}
resource "pinecone_index" "many" {{
  count     = {count}
  name      = "tofu-${{count.index}}"
  dimension = 2
  metric    = "cosine"
  spec      = {{ serverless = {{ cloud = "aws", region = "us-east-1" }} }}
}}
"""


def ours(made: Bench, count: int) -> None:
    """Restore with this package, with the engine's own number of operations at a time."""
    made.restores(count)
    made.up(PULUMI_PARALLEL="200")


def sdk(made: Bench, count: int, how: str) -> None:
    """Restore by the official SDK's loop."""
    python = environment(REQUIREMENTS)
    subprocess.run(
        [python, "-c", LOOP, made.backup, str(count), how],
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "PINECONE_CONTROLLER_HOST": made.emulator.url,
            "PINECONE_API_KEY": KEY,
        },
    )


def own_plugin(made: Bench, count: int) -> None:
    """Restore by the loop as a dynamic resource."""
    made.stack.program(POLLING.format(count=count, backup=made.backup))
    made.up(PULUMI_PARALLEL="200")


def tofu(made: Bench, count: int, binary: str, providers: str) -> None:
    """Make indexes with OpenTofu."""
    folder = made.stack.folder / "tofu"
    folder.mkdir()
    (folder / "main.tf").write_text(INDEXES.format(count=count))
    override = f'dev_overrides {{ "pinecone-io/pinecone" = "{providers}" }}'
    (folder / "tofurc").write_text(f"provider_installation {{ {override} direct {{}} }}\n")
    subprocess.run(
        [binary, "apply", "-auto-approve", f"-parallelism={2 * count}"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        env={
            **made.stack.environment,
            "TF_CLI_CONFIG_FILE": str(folder / "tofurc"),
            "PINECONE_CONTROLLER_HOST": made.emulator.url,
            "PINECONE_API_KEY": KEY,
        },
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tofu", default="", help="OpenTofu's command")
    parser.add_argument("--tofu-providers", default="", help="folder of the official provider")
    arguments = parser.parse_args()
    print(machine())
    count = arguments.count
    environment(REQUIREMENTS)
    peers: dict[str, Callable[[Bench], None]] = {
        "this package": lambda made: ours(made, count),
        "SDK's loop, one after the other": lambda made: sdk(made, count, "each"),
        "SDK's loop, all started first": lambda made: sdk(made, count, "all"),
        "a loop on Pulumi's own plugin": lambda made: own_plugin(made, count),
    }
    if arguments.tofu and arguments.tofu_providers:
        peers["OpenTofu, as many new indexes"] = lambda made: tofu(
            made, count, arguments.tofu, arguments.tofu_providers
        )
    else:
        print("OpenTofu is skipped: --tofu and --tofu-providers are not given, see --help")
    runs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(arguments.rounds):
        for name, work in peers.items():
            with bench(restore_seconds=arguments.seconds) as made:
                made.emulator.configure(index_seconds=arguments.seconds)
                begun = time.monotonic()
                work(made)
                runs[name].append(time.monotonic() - begun)
    first = statistics.median(runs["this package"])
    for name, each in runs.items():
        median = statistics.median(each)
        print(f"{name}: {median:.1f} s, {median / first:.1f} times this package")


if __name__ == "__main__":
    main()
