"""The engine's own end of the line: its log, its death, and its form of a partial result.

All of it is Pulumi's provider protocol, which every door speaks. A door says where the engine is.
"""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any, Final

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.engine_process import engine_process

CHECK_SECONDS: Final = 2.0
CHECK_FAILURES: Final = 2
_LOG_TIMEOUT_SECONDS: Final = 5.0


def open_log(address: str) -> None:
    """Send messages to the engine's log from now on.

    Args:
        address: Where the engine listens, `HOST:PORT`.
    """
    import grpc
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

    stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def log(severity: messages.Severity, message: str, urn: str | None, *, ephemeral: bool) -> bool:
        request = engine_pb2.LogRequest(
            severity=engine_pb2.LogSeverity.Value(severity),
            message=message,
            urn=urn or "",
            streamId=0,
            ephemeral=ephemeral,
        )
        try:
            stub.Log(request, timeout=_LOG_TIMEOUT_SECONDS)
        except Exception:  # noqa: BLE001, RUF100 - a lost line must not fail a restore
            return False
        return True

    messages.send_to(log)


def end_with_engine(address: str) -> None:
    """End this process within seconds when the engine is gone: nobody would read its answers.

    Args:
        address: Where the engine listens, `HOST:PORT`.
    """
    engine = _process()

    def watch() -> None:
        failures = 0
        while failures < CHECK_FAILURES:
            failures = failures + 1 if _is_gone(address, engine) else 0
            threading.Event().wait(CHECK_SECONDS)
        os._exit(3)

    threading.Thread(target=watch, name="engine-watch", daemon=True).start()


def _process() -> Path | None:
    """Return the engine's folder under /proc, where the system shows it."""
    try:
        return engine_process()
    except OSError:
        return None


def _is_gone(address: str, engine: Path | None) -> bool:
    """Return whether the engine is dead; another process may have got its port meanwhile."""
    if engine is not None and not engine.exists():
        return True
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=CHECK_SECONDS).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False  # busy, stopped, or no file descriptor left: not a sign of death
    return False


def init_failed(
    object_id: str, outputs: Any, reason: str, inputs: Any = None
) -> tuple[tuple[str, bytes], ...]:
    """Return the trailing metadata that tells the engine to keep the result of a failed call.

    Args:
        object_id: The Pulumi id to keep.
        outputs: The outputs to keep, as a map or a protobuf `Struct`.
        reason: One line for the resource's row.
        inputs: The inputs to keep, only for a read.
    """
    from google.protobuf import any_pb2
    from google.rpc import status_pb2
    from pulumi.runtime.proto import provider_pb2

    detail = provider_pb2.ErrorResourceInitFailed(id=object_id, reasons=[reason])
    _fill(detail.properties, outputs)
    if inputs is not None:
        _fill(detail.inputs, inputs)
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=2, message=reason, details=[packed])
    return (("grpc-status-details-bin", status.SerializeToString()),)


def _fill(struct: Any, values: Any) -> None:
    if isinstance(values, type(struct)):
        struct.CopyFrom(values)
    else:
        struct.update({key: value for key, value in values.items() if value is not None})
