"""Copies of rosters on real engines: a diff that was lost is noticed, a room is read anew once, not by everybody."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from rooms import envelope
from rooms.calls import engine_client
from rooms.events import NodeId
from rooms.leases import DEAD_AFTER
from rooms.presence import Presence
from tests.support.ear import Ear
from tests.support.engines import Engine
from tests.support.present import ROOM, aliases, die, nodes, person


async def test_a_diff_that_was_lost_is_noticed_and_the_room_read_anew(steady_engine: Engine) -> None:
    """The hole costs one reading, and clients get the difference (engine.md, presence)."""
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        await ear.hear()  # neither node hears of this one
        here.arrive(person(2), ROOM, 0.0)
        await here.flush(0.25)
        await ear.catch_up(there)
        assert there.stats()["holes"] == 1
        assert aliases(there) == set()
        await there.copies.mend()
        assert aliases(there) == {person(1).alias, person(2).alias}
        ((_, change),) = there.due(1.0)
        assert change.joined is not None
        assert {member.alias for member in change.joined} == aliases(there)


async def test_a_lost_diff_that_nothing_follows_is_found_by_comparing_versions(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        await ear.hear()
        await there.copies.compare()  # might still be on its way
        await there.copies.mend()
        assert aliases(there) == set()
        await there.copies.compare()
        await there.copies.mend()
        assert aliases(there) == {person(1).alias}


async def test_a_field_of_a_node_nobody_knows_is_found_when_a_room_is_read(steady_engine: Engine) -> None:
    """A node that wrote once more after it was cleaned up, and then died, leaves no ghost for ever."""
    async with nodes(steady_engine, 2) as (late, here):
        late.arrive(person(1), ROOM, 0.0)
        await late.flush(0.0)
        await die(steady_engine, late)
        await steady_engine.ask("SREM", envelope.NODES, late.node)
        here.unload(ROOM)
        await here.load(ROOM)
        assert aliases(here) == {person(1).alias}
        await here.sweep(100.0)
        await here.sweep(100.0 + DEAD_AFTER)
        assert await steady_engine.ask("HLEN", envelope.people(ROOM)) == 0


async def test_many_who_open_a_room_at_once_share_one_reading(steady_engine: Engine) -> None:
    client: Redis = engine_client(steady_engine.url)
    try:
        node = Presence(client, NodeId("n1"))
        await asyncio.gather(*(node.load(ROOM) for _ in range(50)))
        assert node.stats()["readings"] == 1
        await node.load(ROOM)
        assert node.stats()["readings"] == 1
    finally:
        await client.aclose()
