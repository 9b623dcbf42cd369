"""A peer for the client's tests that says exactly what the test tells it to: what a healthy server cannot be asked for.

    async def first(talk: Talk) -> None:
        await talk.welcome()                          # takes the hello, answers it
        command = await talk.command("send")          # the next command, asserted
        talk.abort()                                  # the network fails
    async with scripted(first, second) as peer:       # the n-th connection runs the n-th script; the last repeats
        async with Client(peer.url, ...) as client: ...

A script that fails fails the test: `scripted` raises what it raised.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from chat.client import Client
from chat.wire import Codec

WITHIN = 10.0


@dataclass(slots=True)
class Talk:
    """One connection, from the server's side."""

    ws: ServerConnection
    hello: dict[str, Any] = field(default_factory=dict)

    async def command(self, type: str | None = None) -> dict[str, Any]:
        """The next command; asserted to be of that type."""
        async with asyncio.timeout(WITHIN):
            said: dict[str, Any] = json.loads(await self.ws.recv())
        assert type is None or said["type"] == type, f"{said['type']} came where {type} was expected"
        return said

    async def say(self, **told: Any) -> None:
        await self.ws.send(json.dumps(told))

    async def welcome(self, resumed: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
        """Take the hello and welcome it; without `resumed`, every room comes back with nothing missed."""
        self.hello = await self.command("hello")
        if resumed is None:
            resumed = [joined(place["room"], place.get("cursor", "e.0.")) for place in self.hello["resume"]]
        told = {"token": "token-1", "expires": "2099-01-01T00:00:00.000Z", "now": [], "resumed": resumed, **more}
        await self.say(type="welcome", re=1, **told)
        return self.hello

    async def join(self, room: str = "a", **more: Any) -> dict[str, Any]:
        """Take a join and grant it."""
        command = await self.command("join")
        await self.say(re=command["id"], **joined(room, **more))
        return command

    async def sent(self, command: dict[str, Any], id: str, **more: Any) -> None:
        await self.say(type="sent", re=command["id"], room=command["room"], id=id, state="delivered", **more)

    async def message(self, seq: int, id: str, *, alias: str = "other", room: str = "a") -> None:
        await self.say(**message(seq, id, alias=alias, room=room))

    def abort(self) -> None:
        self.ws.transport.abort()

    async def ended(self) -> None:
        """Until the client closes."""
        async with asyncio.timeout(WITHIN):
            await self.ws.wait_closed()


def message(seq: int, id: str, *, alias: str = "other", room: str = "a") -> dict[str, Any]:
    sender = {"alias_id": alias, "name": "n", "role": "peer"}
    return {"type": "message", "room": room, "id": id, "cursor": f"e.{seq}.", "at": "t", "from": sender, "text": id}


def joined(room: str, cursor: str = "e.0.", *, recovered: bool = True, **more: Any) -> dict[str, Any]:
    told = {"type": "joined", "room": room, "alias": "me", "alias_id": "own", "rules": "", "present": 1, "version": 1}
    return {**told, "events": [], "cursor": cursor, "recovered": recovered, **more}


Script = Callable[[Talk], Awaitable[None]]


@dataclass(slots=True)
class Peer:
    """The listening side."""

    url: str = ""
    talks: list[Talk] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)


@asynccontextmanager
async def scripted(*scripts: Script) -> AsyncIterator[Peer]:
    peer = Peer()

    async def accept(ws: ServerConnection) -> None:
        talk = Talk(ws)
        peer.talks.append(talk)
        try:
            await scripts[min(len(peer.talks), len(scripts)) - 1](talk)
            await ws.wait_closed()
        except ConnectionClosed:
            pass
        except Exception as fault:
            peer.faults.append(fault)
            await ws.close(1011)

    def choose(_: ServerConnection, offered: Any) -> Subprotocol:
        return Subprotocol(next(name for name in offered if name == Codec.JSON))

    async with serve(accept, "127.0.0.1", 0, select_subprotocol=choose, compression=None, close_timeout=0.2) as server:
        peer.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
        yield peer
    if peer.faults:
        raise peer.faults[0]


GUEST = {"band": "adult", "name": "Ana"}


@asynccontextmanager
async def client_of(*scripts: Script, **more: Any) -> AsyncIterator[tuple[Client, Peer]]:
    """A welcomed client, quick to come back, and the peer it talks to."""
    async with (
        asyncio.timeout(20),
        scripted(*scripts) as peer,
        Client(peer.url, guest=GUEST, rng=random.Random(1), scale=0.01, **more) as client,
    ):
        yield client, peer


async def until(client: Client, kind: str) -> dict[str, Any]:
    """The next event of that type."""
    async for event in client.events():
        if event["type"] == kind:
            return event
    raise AssertionError(f"the client ended before {kind}")


def ids(client: Client, room: str = "a") -> list[str]:
    """Ids of what the client has seen in a room."""
    return [event["id"] for event in client.view(room)]
