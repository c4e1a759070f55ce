"""What backups and restores of many records cost the emulator: time, disk, memory.

Fills an index over HTTP, then backs it up and restores it, and prints for each step the seconds,
what the database file grew by, and the largest resident memory of the process so far. Beside them
stands what a plain copy of the vectors would take on disk.

    python benchmarks/emulator_snapshots.py [--records 100000] [--dimension 768]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import requests
from pulumi_pinecone_backup.emulator import Emulator

HEADERS = {"Api-Key": "emulator", "X-Pinecone-Api-Version": "2026-07"}
BATCH_BYTES = 3_500_000
MEGABYTE = 1024 * 1024


def serve(pipe: Connection, database: Path) -> None:
    """Serve an emulator, and tell its largest memory when asked."""
    with Emulator(database=database, delete_seconds=0) as emulator:
        pipe.send(emulator.url)
        while pipe.recv():
            pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class Session:
    """A client that measures what each step costs."""

    def __init__(self, url: str, pipe: Connection, database: Path) -> None:
        self.url = url
        self.pipe = pipe
        self.database = database
        self.http = requests.Session()
        self.http.headers.update(HEADERS)
        self.steps: dict[str, dict[str, float]] = {}

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request that must succeed."""
        url = path if path.startswith("http") else self.url + path
        data = None if body is None else orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
        answer = self.http.request(method, url, data=data, timeout=600)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def size(self) -> float:
        """Return the megabytes that the database has on disk."""
        files = self.database.parent.glob(self.database.name + "*")
        return sum(file.stat().st_size for file in files) / MEGABYTE

    def step(self, name: str, action: Callable[[], Any]) -> Any:
        """Carry out a step and note its cost."""
        before = self.size()
        start = time.perf_counter()
        result = action()
        seconds = time.perf_counter() - start
        self.pipe.send(True)
        self.steps[name] = {
            "seconds": round(seconds, 2),
            "disk_added_mb": round(self.size() - before, 1),
            "peak_memory_mb": round(self.pipe.recv(), 1),
        }
        return result


def fill(session: Session, host: str, records: int, dimension: int) -> None:
    """Write random records in batches as large as the emulator takes."""
    generator = np.random.default_rng(1)
    batch = max(1, min(1000, BATCH_BYTES // (dimension * 13)))
    for start in range(0, records, batch):
        values = generator.random((min(batch, records - start), dimension), dtype=np.float32)
        vectors = [
            {"id": f"record-{start + number}", "values": row, "metadata": {"n": start + number}}
            for number, row in enumerate(values)
        ]
        session.send("POST", f"{host}/vectors/upsert", {"vectors": vectors})


def measure(session: Session, records: int, dimension: int) -> None:
    """Go through the steps."""
    vector = {"type": "dense_vector", "dimension": dimension, "metric": "cosine"}
    body = {"name": "docs", "schema": {"fields": {"_values": vector}}}
    host = session.send("POST", "/indexes", body)["host"]
    session.step("upsert all", lambda: fill(session, host, records, dimension))
    backup = session.step("back up", lambda: session.send("POST", "/indexes/docs/backups", {}))
    path = f"/backups/{backup['backup_id']}"
    session.step(
        "restore", lambda: session.send("POST", f"{path}/create-index", {"name": "restored"})
    )
    restored = session.send("GET", "/indexes/restored")["host"]
    count = session.step(
        "count", lambda: session.send("POST", f"{restored}/describe_index_stats", {})
    )
    if count["totalVectorCount"] != records:
        raise RuntimeError(f"restored {count['totalVectorCount']} of {records} records")
    query = {"id": "record-1", "topK": 10}
    session.step("exact query", lambda: session.send("POST", f"{restored}/query", query))
    session.step("upsert a tenth again", lambda: fill(session, host, records // 10, dimension))
    session.step("second backup", lambda: session.send("POST", "/indexes/docs/backups", {}))
    session.step("delete the source", lambda: session.send("DELETE", "/indexes/docs"))
    session.step("delete the backup", lambda: session.send("DELETE", path))


def main() -> int:
    """Measure and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=768)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "emulator.db"
        ours, theirs = multiprocessing.Pipe()
        child = multiprocessing.Process(target=serve, args=(theirs, database), daemon=True)
        child.start()
        try:
            session = Session(ours.recv(), ours, database)
            measure(session, options.records, options.dimension)
        finally:
            child.terminate()
            child.join()
    print(
        json.dumps(
            {
                "records": options.records,
                "dimension": options.dimension,
                "vectors_mb": round(options.records * options.dimension * 4 / MEGABYTE, 1),
                "steps": session.steps,
            },
            indent=2,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
