"""How fast the emulator answers, beside a route that does nothing, in one run.

Needs the load tool `wrk` (Debian: `apt-get install wrk`). Prints requests per second of
- a bare Starlette route that answers a constant of the same size,
- `describe_index` of one of 1,000 indexes,
- `list_indexes` of 1,000 indexes,
- `list_project_backups`, one page of 100 out of 1,000,
and each as a share of the bare route: of the best rounds, since another process can only take speed
away, and of the medians. Rounds alternate, so that a busy machine hits all alike.

    python benchmarks/emulator_requests.py [--seconds 1] [--rounds 9] [--indexes 1000]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import requests
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.emulator.server import listen
from pulumi_pinecone_backup.emulator.web.serving import QuickServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HEADERS = {"Api-Key": "emulator", "X-Pinecone-Api-Version": "2026-07"}
VECTOR = {"type": "dense_vector", "dimension": 3, "metric": "cosine"}


def serve_emulator(pipe: Connection) -> None:
    """Serve an emulator until the other end says so."""
    with Emulator(backup_quota=10**6) as emulator:
        pipe.send(emulator.url)
        pipe.recv()


def serve_bare(pipe: Connection, content: bytes) -> None:
    """Serve the bare route until the process is ended."""

    async def answer(request: Request) -> Response:
        del request
        return Response(content, media_type="application/json")

    listener = listen("127.0.0.1", 0)
    pipe.send(f"http://127.0.0.1:{listener.getsockname()[1]}")
    QuickServer(Starlette(routes=[Route("/", answer)])).run(sockets=[listener])


@contextmanager
def process(target: Any, *arguments: Any) -> Iterator[str]:
    """Run a server in a process of its own, as users do, and give its address."""
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=target, args=(theirs, *arguments), daemon=True)
    child.start()
    try:
        yield ours.recv()
    finally:
        child.terminate()
        child.join()


def fill(url: str, count: int) -> bytes:
    """Make indexes and backups, and return the answer that a describe gives."""
    with requests.Session() as session:
        session.headers.update(HEADERS)
        for number in range(count):
            body = {"name": f"index-{number}", "schema": {"fields": {"_values": VECTOR}}}
            session.post(f"{url}/indexes", json=body, timeout=60).raise_for_status()
            path = f"{url}/indexes/index-{number}/backups"
            session.post(path, json={}, timeout=60).raise_for_status()
        return session.get(f"{url}/indexes/index-{count // 2}", timeout=60).content


def rate(url: str, seconds: int) -> float:
    """Measure requests per second with 8 connections."""
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s"]
    for name, value in HEADERS.items():
        command += ["-H", f"{name}: {value}"]
    out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if found is None:
        raise RuntimeError(out)
    return float(found[1])


def main() -> int:
    """Measure and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--indexes", type=int, default=1000)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.stderr.write("error: the load tool `wrk` is not on PATH\n")
        return 1
    rates: dict[str, list[float]] = {}
    with process(serve_emulator) as url:
        content = fill(url, options.indexes)
        with process(serve_bare, content) as bare:
            targets = {
                "bare Starlette route": f"{bare}/",
                "describe_index": f"{url}/indexes/index-{options.indexes // 2}",
                "list_indexes": f"{url}/indexes",
                "list_project_backups": f"{url}/backups?limit=100",
            }
            for _ in range(options.rounds):
                for name, target in targets.items():
                    rates.setdefault(name, []).append(rate(target, options.seconds))
    bare_rates = rates["bare Starlette route"]
    rows = {
        name: {
            "best_per_second": round(max(values), 1),
            "median_per_second": round(statistics.median(values), 1),
            "share_of_bare": round(max(values) / max(bare_rates), 3),
            "median_share_of_bare": round(
                statistics.median(values) / statistics.median(bare_rates), 3
            ),
        }
        for name, values in rates.items()
    }
    print(json.dumps({"indexes": options.indexes, "requests": rows}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
