"""Nodes as far as presence goes: who is here through them, on a real engine, with windows and sweeps by hand.

async with nodes(engine, 2) as (here, there), Ear.on(engine.url, ROOM) as ear:
    here.arrive(person(1), ROOM, 0.0)
    await here.flush(0.0)
    await ear.catch_up(here, there)
    assert aliases(there) == {person(1).alias}
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms import envelope
from rooms.calls import engine_client
from rooms.events import AliasId, Member, RoomKey, UserId
from rooms.presence import Presence
from tests.support.engines import Engine

ROOM = RoomKey("adult/anxiety")
OTHER = RoomKey("teen/teen-commons")


def person(number: int, name: str = "Warm Lantern") -> Member:
    return Member(UserId(f"user-{number:018}"), AliasId(f"alias-{number:016}"), name)


@asynccontextmanager
async def nodes(engine: Engine, count: int) -> AsyncIterator[list[Presence]]:
    """Nodes that have the room open. Nothing runs by itself: tests say when a window or a sweep is."""
    clients = [engine_client(engine.url) for _ in range(count)]
    try:
        made = [Presence(client) for client in clients]
        for node in made:
            await node.renew(0.0)
            await node.load(ROOM)
        yield made
    finally:
        for client in clients:
            await client.aclose()


async def die(engine: Engine, node: Presence) -> None:
    """What the engine knows of a node that stopped renewing 6 s ago."""
    await engine.ask("DEL", envelope.node_key(node.node, "lease"))


def aliases(node: Presence, room: RoomKey = ROOM) -> set[str]:
    return {member.alias for member in node.roster(room).members}
