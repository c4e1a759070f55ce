"""The emulator as a running server: in the background of a program, or as the command."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from pulumi_pinecone_backup.emulator.state.faults import parse_fault
from pulumi_pinecone_backup.emulator.state.settings import Settings
from pulumi_pinecone_backup.emulator.state.settlers import SETTLERS
from pulumi_pinecone_backup.emulator.state.state import State
from pulumi_pinecone_backup.emulator.web import admin
from pulumi_pinecone_backup.emulator.web.app import OPERATION_IDS, Service, create_app
from pulumi_pinecone_backup.emulator.web.serving import QuickServer, clean_end_on_signals

_START_SECONDS = 10.0
_STOP_SECONDS = 10.0
_BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """Take an address, so that from then on connections wait instead of being refused.

    Raises:
        OSError: The address cannot be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only with the protocol named does asyncio switch off Nagle's delay of 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise OSError(f"Cannot listen on {host}:{port}: {reason}") from error
    return listener


class Emulator:
    """An emulator of Pinecone's control and data plane on a port of its own.

    Use it in a `with` statement; afterwards its journal can still be read.

    Example:
        with Emulator(backup_seconds=1.5) as emulator:
            os.environ["PINECONE_CONTROLLER_HOST"] = emulator.url
            os.environ["PINECONE_API_KEY"] = emulator.api_key
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        database: Path | None = None,
        api_keys: Sequence[str] = ("emulator",),
        backup_seconds: float = 0.0,
        restore_seconds: float = 0.0,
        log: Callable[[str], None] | None = None,
        **settings: Any,
    ) -> None:
        """Prepare an emulator without starting it.

        Args:
            host: Address to listen on.
            port: Port to listen on; 0 takes a free one.
            database: File that keeps everything; without it all is gone at the end.
            api_keys: Keys that are accepted; each has a project of its own.
            backup_seconds: Time until a backup is ready.
            restore_seconds: Time until a restore is completed.
            log: Called with one line for each request.
            settings: Other fields of `Settings`.

        Raises:
            ValueError: No key is given, or a setting does not fit.
        """
        if not api_keys or not all(api_keys):
            raise ValueError("`api_keys` must hold at least one key, and no empty one")
        self.api_key = api_keys[0]
        self._address = (host, port)
        self._database = database
        self._keys = tuple(api_keys)
        self._settings = Settings(
            backup_seconds=backup_seconds, restore_seconds=restore_seconds, **settings
        )
        self._log = log
        self._state: State | None = None
        self._server: QuickServer | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start serving in a thread, and return when requests are answered.

        Raises:
            OSError: The address cannot be listened on.
            DatabaseError: The file cannot be used.
        """
        listener = self._listen()
        thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        thread.start()
        self._thread = thread
        deadline = time.monotonic() + _START_SECONDS
        server = self._server
        while server is not None and not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("The emulator did not start")
            time.sleep(0.002)

    def serve(self, on_start: Callable[[Emulator], None]) -> None:
        """Serve in this thread until SIGINT or SIGTERM.

        Args:
            on_start: Called once the address is known, before the first request.
        """
        listener = self._listen()
        on_start(self)
        with clean_end_on_signals():
            self._run(listener)
        self.state.close()

    def _listen(self) -> socket.socket:
        host, port = self._address
        listener = listen(host, port)
        try:
            state = State(self._database, self._settings, SETTLERS)
        except BaseException:
            listener.close()
            raise
        bound = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        service = Service(state, self._keys, self._log)
        if host in ("0.0.0.0", "::"):  # noqa: S104 - recognised, not chosen
            self.url = f"http://localhost:{bound}"
        else:
            self.url = service.public_url = f"http://{shown}:{bound}"
        self._state = state
        self._server = QuickServer(create_app(service))
        return listener

    def _run(self, listener: socket.socket) -> None:
        server = self._server
        if server is not None:
            server.run(sockets=[listener])

    def stop(self) -> None:
        """Stop serving and close the database."""
        if self._server is None or self._thread is None:
            return
        self._server.stop()
        self._thread.join(_STOP_SECONDS)
        self._server = self._thread = None
        with self.state.lock:
            self.state.close()

    @property
    def state(self) -> State:
        """The emulated service; hold its `lock` while using it.

        Raises:
            RuntimeError: The emulator was not started.
        """
        if self._state is None:
            raise RuntimeError("The emulator is not running: use it in a `with` statement")
        return self._state

    def add_fault(self, operation: str, kind: str, *, times: int = 1, **fields: Any) -> None:
        """Plan a fault for the next requests of an operation.

        Args:
            operation: Operation id, or `*` for any.
            kind: What goes wrong; see `faults.Fault`.
            times: How many requests it hits.
            fields: What the kind needs.

        Raises:
            ValueError: The fault is malformed.
        """
        fault = parse_fault(
            {"operation": operation, "kind": kind, "times": times, **fields}, OPERATION_IDS
        )
        with self.state.lock:
            self.state.faults.add(fault)

    def clear_faults(self) -> None:
        """Forget the faults that have not happened."""
        with self.state.lock:
            self.state.faults.clear()

    def configure(self, **changes: Any) -> None:
        """Change settings while the emulator runs; see `settings.Settings`.

        Raises:
            ValueError: A setting is unknown or does not fit.
        """
        with self.state.lock:
            admin.change_settings(self.state, changes)

    def requests(self) -> dict[str, int]:
        """Return how often each operation was asked for since the start or the last reset."""
        with self.state.lock:
            return self.state.journal.requests()

    def events(self) -> list[dict[str, Any]]:
        """Return requests and effects in the order in which they happened."""
        with self.state.lock:
            if self._server is not None:
                self.state.settle()
            return self.state.journal.events()

    def advance(self, seconds: float) -> None:
        """Move the emulator's time forward; what is due by then has happened at the return."""
        with self.state.lock:
            self.state.advance(seconds)

    def reset(self) -> None:
        """Remove all objects, faults and events."""
        with self.state.lock:
            self.state.reset()
