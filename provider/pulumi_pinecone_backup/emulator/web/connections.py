"""Closing a client's TCP connection without an answer, for the faults that ask for it."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

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


class Dropped(Response):
    """The answer that is none: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the connection and wait until the server has noticed."""
        del send
        client: Any = scope.get("client")
        transport = TrackingProtocol.transports.get(tuple(client))
        if transport is not None:
            transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
