"""A stranger's client: the websockets library and a MessagePack library, nothing of ours.

async with Packed.open(server) as ben:
    await ben.ask("hello", guest={"band": "adult"})
    event = await ben.message("the night was long")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.raw import MSGPACK
from tests.support.server import Server


class Packed:
    """A plain websockets client that speaks MessagePack, as a stranger would write it."""

    def __init__(self, ws: ClientConnection) -> None:
        self.ws = ws
        self.number = 0
        self.events: list[dict[str, Any]] = []  # what `ask` and `message` read past

    @staticmethod
    @asynccontextmanager
    async def open(server: Server) -> AsyncIterator[Packed]:
        async with connect(server.ws, subprotocols=[Subprotocol(MSGPACK)], proxy=None) as ws:
            yield Packed(ws)

    async def told(self) -> dict[str, Any]:
        """The next thing the server says."""
        async with asyncio.timeout(10):
            payload = await self.ws.recv()
        assert isinstance(payload, bytes)
        said: dict[str, Any] = msgpack.unpackb(payload)
        return said

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """One command and its reply."""
        self.number += 1
        await self.ws.send(msgpack.packb({"type": type, "id": self.number, **fields}))
        while (said := await self.told()).get("re") != self.number:
            self.events.append(said)
        return said

    async def message(self, text: str) -> dict[str, Any]:
        """The message that says this, when it has come."""
        while True:
            for event in self.events:
                if event.get("text") == text:
                    return event
            self.events.append(await self.told())
