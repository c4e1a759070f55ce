"""Closing a client's TCP connection without an answer, for the faults that ask for it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import ClassVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol


class TrackingProtocol(H11Protocol):
    """uvicorn's own HTTP protocol, which also remembers the transport of each client.

    An application has no way to close a connection, and the transport is in no public place.
    """

    transports: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport under the client's address."""
        super().connection_made(transport)
        if self.client is not None:
            self.transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport."""
        if self.client is not None:
            self.transports.pop(self.client, None)
        super().connection_lost(exc)


class Dripping(Response):
    """An answer whose body comes byte by byte, with a pause before each."""

    def __init__(self, whole: Response, pause_seconds: float) -> None:
        """Take the answer that is to drip."""
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self._pause_seconds = pause_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer until its end, or until the client or the emulator has enough of it."""
        drops = asyncio.ensure_future(self._drip(send))
        end = asyncio.ensure_future(_disconnection(receive))
        # Cancelled where the emulator stops; the connection ends then like any other.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait((drops, end), return_when=asyncio.FIRST_COMPLETED)
        if not drops.done():
            drops.cancel()
            _abort(scope)
            await end
        end.cancel()

    async def _drip(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send(start | {"headers": self.raw_headers})
        for place in range(len(self.body)):
            await asyncio.sleep(self._pause_seconds)
            drop = bytes(self.body[place : place + 1])
            await send({"type": "http.response.body", "body": drop, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _disconnection(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _abort(scope: Scope) -> None:
    transport = TrackingProtocol.transports.get(tuple(scope.get("client") or ()))
    if transport is not None:
        transport.abort()


class Dropped(Response):
    """The answer that is none: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the connection and wait until the server has noticed."""
        del send
        _abort(scope)
        await _disconnection(receive)
