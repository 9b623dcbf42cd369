"""A failover to a replica that lags: what was acknowledged last is on the dead master only, and in the nodes' rings.

    nodes ── proxy ──▶ master ── proxy ──▶ replica     1. the second proxy cuts, some messages are acknowledged
    nodes ── proxy ──────────────────────▶ replica     2. master killed, replica promoted, the first proxy moved

`forked`: before the nodes come back, somebody else writes to the promoted replica, so that it re-uses the sequence
numbers of what is missing. Otherwise the nodes come back first and find a log that merely ends too early.

A stopped replica would lose nothing: what the master has sent waits in the socket. So the link is cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from rooms import envelope
from rooms.events import RoomKey
from tests.support.crowd import Person, Watched
from tests.support.engines import Engine, running
from tests.support.proxy import Proxy
from tests.support.stages import Stage, folder, node

# Acknowledged on the master only, and written to the promoted replica by somebody else: of each room.
STRAYS = 5
WITHIN = 20.0


@asynccontextmanager
async def failover(rooms: Mapping[str, str], *, forked: bool, flavour: str = "redis") -> AsyncIterator[Stage]:
    """Two nodes whose engine fails over when the stage is struck; needs a crowd that goes on talking meanwhile."""
    async with (
        folder() as place,
        running(flavour, tcp=True) as master,
        running(flavour, tcp=True) as replica,
        Proxy(port=master.port) as front,
        Proxy(port=master.port) as replication,
        AsyncExitStack() as later,
    ):
        await replica.follow(master, port=replication.port)
        first = await later.enter_async_context(node(place, "a", rooms, redis_url=front.url))
        second = await later.enter_async_context(node(place, "b", rooms, redis_url=front.url))
        stage = Stage(addresses=[first.ws, second.ws], engine=master, servers=[first, second])

        async def strike() -> None:
            replication.refuse = True
            replication.cut()
            await _grown(master, rooms, STRAYS)
            await master.kill()
            await replica.promote()
            if forked:
                stranger = await later.enter_async_context(node(place, "c", rooms, redis_url=replica.url))
                stage.outsiders += [await _write(later, stranger.ws, room, rooms[room]) for room in rooms]
            stage.engine = replica
            front.aim(port=replica.port)

        stage.strike = strike
        yield stage


async def _grown(engine: Engine, rooms: Mapping[str, str], by: int) -> None:
    """Until each room's log is longer by so much."""
    for key in [RoomKey(f"{band}/{room}") for room, band in rooms.items()]:
        before = int(await engine.ask("HGET", envelope.meta(key), "seq") or 0)
        async with asyncio.timeout(WITHIN):
            while int(await engine.ask("HGET", envelope.meta(key), "seq") or 0) < before + by:
                await asyncio.sleep(0.02)  # another process: asking again is the only sign


async def _write(later: AsyncExitStack, address: str, room: str, band: str) -> Person:
    """Somebody whose node has only known the promoted replica says some things in a room."""
    client = Watched([address], band=band)
    await later.enter_async_context(client)
    await client.join(room)
    person = Person(client, [room])
    for number in range(STRAYS):
        await person.say(room, f"a word from elsewhere, number {number}")
    return person
