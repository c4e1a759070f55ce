"""A deleted namespace brought back: `pinecone-backup recover` against a plain loop of the SDK.

The loop lists a restored index, fetches 100 records and upserts them, one request after the other,
and verifies nothing; `recover` restores the backup aside, compares, writes, verifies and cleans up.
Both have an environment and a process of their own, and another namespace is written to meanwhile.
Against one emulator on this machine; the delay stands for the network's.

    python benchmarks/recover.py [--records 100000] [--dimension 768] [--rounds 3] [--delay 0]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from chaos.emulator_process import EmulatorProcess
from contract.emulator.environments import environment
from restores_support.harness import machine
from support.live_service import KEY, Service

REQUIREMENTS = (
    Path(__file__).resolve().parents[1] / "tests" / "contract" / "emulator" / "sdk-requirements.txt"
)
LOOP = """
import sys
from pinecone import Pinecone
pc = Pinecone()
source, target = (pc.index(host=pc.indexes.describe(name).host) for name in sys.argv[1:3])
for page in source.list(namespace="tenant"):
    found = source.fetch(ids=[item.id for item in page.vectors], namespace="tenant").vectors
    target.upsert(vectors=list(found.values()), namespace="tenant", show_progress=False)
"""


def seed(service: Service, records: int, dimension: int) -> tuple[str, str]:
    """Make an index with one large namespace, back it up, and restore it; return host and id."""
    schema = {
        "fields": {"_values": {"type": "dense_vector", "dimension": dimension, "metric": "cosine"}}
    }
    service.index("products", records=0, schema=schema)
    host = service.call("GET", "/indexes/products")["host"]
    random = np.random.default_rng(7)
    for at in range(0, records, 200):
        rows = random.standard_normal((min(200, records - at), dimension)).astype("<f4")
        vectors = [
            {"id": f"doc-{at + n:08}", "values": row, "metadata": {"page": at + n, "lang": "de"}}
            for n, row in enumerate(rows)
        ]
        body = orjson.dumps(
            {"namespace": "tenant", "vectors": vectors}, option=orjson.OPT_SERIALIZE_NUMPY
        )
        service.session.post(f"{host}/vectors/upsert", data=body, timeout=60).raise_for_status()
    backup = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    service.call("POST", f"/backups/{backup}/create-index", {"name": "restored"})
    return str(host), str(backup)


class Writer:
    """Writes to another namespace all the time."""

    def __init__(self, service: Service, host: str, dimension: int) -> None:
        self.written = 0
        self._service, self._url = service, f"{host}/vectors/upsert"
        self._values = [1.0] * dimension
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.05):
            record = {"id": f"n{self.written}", "values": self._values}
            self._service.call("POST", self._url, {"namespace": "other", "vectors": [record]})
            self.written += 1


def timed(command: list[str], folder: Path, env: dict[str, str]) -> tuple[float, float]:
    """Run a command and return its seconds and its largest resident memory in MB."""
    began = time.monotonic()
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE) as process:
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    assert process.returncode == 0, output.decode()
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=768)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds added to each answer")
    parser.add_argument("--workers", type=int, default=6)
    given = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmulatorProcess(folder) as emulator:
            service = Service(emulator)  # type: ignore[arg-type]
            host, _ = seed(service, given.records, given.dimension)
            env = {
                "PATH": os.environ["PATH"],
                "HOME": os.environ["HOME"],
                "PINECONE_API_KEY": KEY,
                "PINECONE_CONTROLLER_HOST": emulator.url,
            }
            own = [
                str(Path(sys.executable).parent / "pinecone-backup"), "recover", "products",
                "--namespace", "tenant", "--yes", "--workers", str(given.workers),
            ]  # fmt: skip
            loop = [str(environment(REQUIREMENTS)), "-c", LOOP, "restored", "products"]
            seconds: dict[str, list[float]] = {"recover": [], "loop": []}
            memory: dict[str, float] = {"recover": 0.0, "loop": 0.0}
            for _ in range(given.rounds):
                for what, command in (("recover", own), ("loop", loop)):
                    body = {"namespace": "tenant", "deleteAll": True}
                    service.call("POST", f"{host}/vectors/delete", body)
                    if given.delay:
                        for operation in ("fetch_vectors", "upsert_vectors", "list_vectors"):
                            emulator.add_fault(operation, "delay", seconds=given.delay, times=10**6)
                    with Writer(service, host, given.dimension) as writer:
                        took, peak = timed(command, folder, env)
                    emulator.steer("DELETE", "faults")
                    stats = service.call("POST", f"{host}/describe_index_stats", {})["namespaces"]
                    assert stats["tenant"]["vectorCount"] == given.records
                    assert stats["other"]["vectorCount"] >= writer.written
                    seconds[what].append(took)
                    memory[what] = max(memory[what], peak)
                    print(f"  {what}: {took:.1f} s, {peak:.0f} MB", flush=True)
    medians = {what: statistics.median(each) for what, each in seconds.items()}
    print(f"{given.records} records of {given.dimension}, {given.workers} workers")
    for what, median in medians.items():
        rate = given.records / median
        print(f"{what:8} {median:6.1f} s  {rate:7.0f} records/s  {memory[what]:4.0f} MB")
    print(f"the loop takes {medians['loop'] / medians['recover']:.2f} times as long")


if __name__ == "__main__":
    main()
