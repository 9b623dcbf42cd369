"""Three real nodes on one engine, and people who keep trying: for what must hold while nodes are killed with -9.

    async with three_nodes(sessions={"undo": 0.5}) as trio:
        async with trio.seeker() as seeker, trio.listener("one") as listener: ...
        await trio.kill(0); await trio.start(0)
        trio.matchmaker                    # the rows, straight from the engine

Clients know all three addresses, reconnect by themselves and ask again with the same keys, like a browser would.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chat.client import Client
from rooms import pairkeys, rows
from rooms import session as talking
from rooms.events import RoomKey
from rooms.listening import places
from rooms.matchmaker import Matchmaker
from rooms.pairkeys import session_room
from rooms.scene import RowKind
from tests.support.crowd import read_log
from tests.support.engines import Engine, running
from tests.support.nodes import SECRET
from tests.support.pairs import matching_on
from tests.support.server import Server
from tests.support.staff import token
from tests.support.stages import folder, node

Event = dict[str, Any]
LIVING = (RowKind.REQUEST, RowKind.SESSION, RowKind.HOLD)
# A killed node comes back after some seconds on a slow machine, and clients after their back-off.
WITHIN = 60.0


@dataclass(kw_only=True)
class Trio:
    """What runs."""

    engine: Engine
    servers: list[Server]
    matchmaker: Matchmaker
    made: int = 0
    blows: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def addresses(self) -> list[str]:
        return [server.ws for server in self.servers]

    async def kill(self, *numbers: int) -> None:
        """kill -9, all at once."""
        await asyncio.gather(*(self.servers[number].kill() for number in numbers))

    async def start(self, *numbers: int) -> None:
        for number in numbers:  # one after the other: three at once on two cores take longer than their patience
            await self.servers[number].start()

    @asynccontextmanager
    async def struck(self, seed: int, within: float = 1.5) -> AsyncIterator[None]:
        """While the block runs, one node dies by kill -9 at a moment nobody knows, and is started again."""
        chance = random.Random(seed)

        async def strike() -> None:
            await asyncio.sleep(chance.uniform(0, within))  # the moment of the blow: nothing is waited for
            async with self.blows:  # two at once could meet in one node
                number = chance.randrange(len(self.servers))
                await self.kill(number)
                await self.start(number)

        blow = asyncio.create_task(strike())
        try:
            yield
            await blow
        finally:
            blow.cancel()

    async def time(self) -> int:
        """The engine's clock (ms), which is everybody's."""
        seconds, micros = await self.engine.ask("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    def queued(self) -> float:
        """How long the busiest node has waited for a processor so far (ms): what a crowded machine adds to everything.
        0 where the kernel does not say.
        """
        delays = [0.0]
        for server in self.servers:
            file = Path(f"/proc/{server.process.pid}/schedstat") if server.process is not None else None
            if file is not None and file.exists():
                delays.append(int(file.read_text().split()[1]) / 1e6)
        return max(delays)

    async def until(self, at: int) -> None:
        """Wait until the engine's clock says so (ms)."""
        while (left := at - await self.time()) > 0:
            await asyncio.sleep(left / 1000)

    async def paid(self) -> None:
        """Until nothing is owed to anybody any more."""
        async with asyncio.timeout(WITHIN):
            while await self.engine.ask("ZCARD", pairkeys.OWED):
                await asyncio.sleep(0.02)  # nodes of other processes: asking again is the only sign

    def _client(self, node: int | None, **who: Any) -> Client:
        self.made += 1
        start = self.made % len(self.servers)
        addresses = [*self.addresses[start:], *self.addresses[:start]] if node is None else [self.addresses[node]]
        return Client(addresses, scale=0.1, patience=WITHIN, rng=random.Random(self.made), **who)

    def seeker(self, node: int | None = None, band: str = "adult") -> Client:
        """Somebody new; who is bound to a `node` comes back only with it."""
        return self._client(node, guest={"band": band})

    def listener(self, name: str, node: int | None = None, *, role: str = "listener", vetted: bool = False) -> Client:
        return self._client(node, token=token(role, name, vetted=vetted))

    async def said(self, session: str) -> list[tuple[str, str]]:
        """(id, text) of every message in the log of a session, in order."""
        log = await read_log(self.engine, session_room(session))
        return [(one.id, one.text) for one in log if one.kind == "message"]

    async def inbox(self, user: str) -> list[str]:
        """Kinds of all that somebody was told, in order."""
        return [one.kind for one in await read_log(self.engine, RoomKey(f"inbox/{user}"))]

    async def doubled(self) -> list[str]:
        """Who has more sessions at this moment than they may (T1)."""
        live = [one for one in await self.matchmaker.live(RowKind.SESSION) if one.state in talking.LIVE]
        seekers = [one.seeker for one in live if not one.giver]
        found = [user for user in set(seekers) if seekers.count(user) > 1]
        listeners = await self.matchmaker.live(RowKind.LISTENER)
        return found + [one.user for one in listeners if len(one.sessions) > places(one)]

    async def clockless(self) -> set[str]:
        """What lives, has a time at which it falls due, and does not stand among the due times (T2). A row that moves
        between the two readings may be here once, and never twice in a row.
        """
        live = [one for kind in LIVING for one in await self.matchmaker.live(kind)]
        waiting = {rows.member(rows.ref_of(one)) for one in live if rows.due_at(one) is not None}
        return waiting - {member.decode() for member in await self.engine.ask("ZRANGE", pairkeys.DUE, 0, -1)}


@asynccontextmanager
async def three_nodes(
    *,
    sessions: Mapping[str, Any] | None = None,
    flavour: str = "valkey",
    count: int = 3,
    ahead: Sequence[float] = (0.0, 0.0, 0.0),
) -> AsyncIterator[Trio]:
    """Real processes, each a child of ours. `ahead`: seconds by which the clock of each is wrong."""
    sets = {f"sessions.{name}": str(value) for name, value in (sessions or {}).items()}
    sets |= {"moderation.budget_ms": "20000", "auth.secret": SECRET}
    async with folder() as place, running(flavour) as engine, AsyncExitStack() as stack:
        nodes = (
            node(place, name, {"lounge": "adult"}, redis_url=engine.url, sets=sets, ahead=by)
            for name, by in zip("abc"[:count], ahead, strict=False)
        )
        servers = [await stack.enter_async_context(one) for one in nodes]
        matchmaker = await stack.enter_async_context(matching_on(engine.url))
        yield Trio(engine=engine, servers=servers, matchmaker=matchmaker)


async def told(client: Client, fits: Callable[[Event], bool], within: float = WITHIN) -> Event:
    """The next event that fits."""
    async with asyncio.timeout(within):
        async for event in client.events():
            if fits(event):
                return event
    raise AssertionError("the client ended")


def kind(*names: str) -> Callable[[Event], bool]:
    return lambda event: event["type"] in names


async def together(seeker: Client, listener: Client) -> str:
    """Ask, be found, and both are in the room and have spoken."""
    assert (await listener.ask("available"))["type"] == "availability"
    await seeker.seek()
    offered = await told(listener, kind("offered"))
    answered = await listener.answer(offered["offer"], accept=True)
    room = str(answered["room"])
    for client, text in ((listener, "I am here."), (seeker, "Thank you for coming.")):
        await client.open(room)
        assert (await client.send(room, text))["type"] == "sent"
    return room
