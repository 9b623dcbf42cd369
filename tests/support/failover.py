"""A failover to a replica that lags: what was acknowledged last is on the dead master only, and in the nodes' rings.

    nodes ── line ──▶ master ── line ──▶ replica          1. the second line is cut, some messages are acknowledged
    nodes ── line ─────────────────────▶ replica          2. master killed, replica promoted, line moved

`forked`: before the nodes come back, somebody else writes to the promoted replica, so that it re-uses the sequence
numbers of what is missing. Otherwise the nodes come back first and find a log that merely ends too early.

A stopped replica would lose nothing: what the master has sent waits in the socket. So the line is cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from rooms import envelope
from rooms.events import RoomKey
from tests.support.crowd import Person, Watched
from tests.support.engines import Engine, running
from tests.support.stages import Stage, folder, node

# Acknowledged on the master only, and written to the promoted replica by somebody else: of each room.
STRAYS = 5
WITHIN = 20.0


@dataclass(kw_only=True)
class Line:
    """A TCP line to `port` of this machine that can be cut and moved. While it is cut nobody gets through."""

    port: int
    open: bool = True
    address: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if not self.open:
                raise ConnectionRefusedError
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writers |= {writer, far_writer}
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))
            self.writers -= {writer, far_writer}
        writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()

    def cut(self) -> None:
        """End every connection and let no new one through."""
        self.open = False
        for writer in self.writers:
            writer.transport.abort()

    def move(self, port: int) -> None:
        """Lead to another port from now on."""
        self.cut()
        self.port, self.open = port, True


@asynccontextmanager
async def line(port: int) -> AsyncIterator[Line]:
    made = Line(port=port)
    server = await asyncio.start_server(made._carry, "127.0.0.1", 0)
    made.address = int(server.sockets[0].getsockname()[1])
    try:
        yield made
    finally:
        made.cut()
        server.close()


@asynccontextmanager
async def failover(rooms: Mapping[str, str], *, forked: bool, flavour: str = "redis") -> AsyncIterator[Stage]:
    """Two nodes whose engine fails over when the stage is struck; needs a crowd that goes on talking meanwhile."""
    async with (
        folder() as place,
        running(flavour, tcp=True) as master,
        running(flavour, tcp=True) as replica,
        line(master.port) as supply,
        line(master.port) as replication,
        AsyncExitStack() as later,
    ):
        await replica.follow(master, port=replication.address)
        url = f"redis://127.0.0.1:{supply.address}"
        first = await later.enter_async_context(node(place, "a", rooms, redis_url=url))
        second = await later.enter_async_context(node(place, "b", rooms, redis_url=url))
        stage = Stage(addresses=[first.ws, second.ws], engine=master, servers=[first, second])

        async def strike() -> None:
            replication.cut()
            await _grown(master, rooms, STRAYS)
            await master.kill()
            await replica.promote()
            if forked:
                stranger = await later.enter_async_context(node(place, "c", rooms, redis_url=replica.url))
                stage.outsiders += [await _write(later, stranger.ws, room, rooms[room]) for room in rooms]
            stage.engine = replica
            supply.move(replica.port)

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
    client = Watched([address], guest={"band": band}, rng=random.Random(room), keep=100_000, backlog=16)
    await later.enter_async_context(client)
    await client.join(room)
    person = Person(client, [room])
    for number in range(STRAYS):
        await person.say(room, f"a word from elsewhere, number {number}")
    return person
