"""The command `pulumi-resource-pinecone-backup`, which the engine starts and speaks to.

It prints the port that it serves on, and ends with the engine. Its last argument is the engine's
address.
"""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_pinecone_backup.engine import cancellation
from pulumi_pinecone_backup.plugin.servicer import Servicer

WORKERS: Final = 16384  # threads are made on demand, and `Cancel` must never queue
GRACE_SECONDS: Final = 4.0
_LOOK_SECONDS: Final = 0.5
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
)


def main() -> None:
    """Serve until the engine asks for the end, or is gone; what waits ends with what it has."""
    is_over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_over.set())
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(_address(sys.argv)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # Without a limit the wait would not see a signal that another thread has got.
    while not is_over.wait(_LOOK_SECONDS):
        pass
    cancellation.cancel()
    server.stop(GRACE_SECONDS).wait()


def _address(arguments: list[str]) -> str:
    last = arguments[-1] if len(arguments) > 1 else ""
    return last if ":" in last and not last.startswith("-") else ""


if __name__ == "__main__":
    main()
