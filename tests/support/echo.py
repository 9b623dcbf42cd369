"""The gateway's own listener with an echo behind it: websockets without rooms, for tests of the protocol itself."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

from websockets.http11 import Request, Response

from chat.listener import Listener
from chat.ws import Limits, Ws, plain


class Echo:
    """Says back what it hears."""

    def __init__(self) -> None:
        self.lost_codes: asyncio.Queue[int] = asyncio.Queue()
        self.was_behind = asyncio.Event()
        self.sockets: list[Ws] = []

    def answer(self, request: Request, peer: str) -> Response | None:
        return plain(200, "OK", [], b"hi") if request.path == "/plain" else None

    def choose(self, offered: list[str]) -> str | None:
        return None

    def opened(self, ws: Ws) -> None:
        self.sockets.append(ws)

    def message(self, ws: Ws, payload: bytes | str) -> None:
        ws.send(payload)

    def behind(self, ws: Ws) -> None:
        self.was_behind.set()

    def resumed(self, ws: Ws) -> None:
        pass

    def lost(self, ws: Ws, code: int) -> None:
        self.lost_codes.put_nowait(code)


class Place:
    """A listening echo, and how to reach it."""

    def __init__(self, echo: Echo, listener: Listener, port: int) -> None:
        self.echo, self.listener, self.port = echo, listener, port
        self.url = f"ws://127.0.0.1:{port}/"


@contextlib.asynccontextmanager
async def listening(limits: Limits | None = None) -> AsyncIterator[Place]:
    echo = Echo()
    listener = Listener(echo, limits or Limits())
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    await listener.listen(sock)
    try:
        yield Place(echo, listener, sock.getsockname()[1])
    finally:
        await listener.aclose()
