"""Leases: a living node is never marked, a dead one is marked once, and an answerless engine proves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms import envelope
from rooms.calls import engine_client
from rooms.events import NodeId, RoomKey
from rooms.leases import DEAD_AFTER, LEASE, Leases, Standing, new_node
from tests.support.engines import Engine

ROOM = RoomKey("adult/anxiety")


@asynccontextmanager
async def leases(engine: Engine, count: int) -> AsyncIterator[list[Leases]]:
    client = engine_client(engine.url)
    try:
        yield [Leases(client, new_node()) for _ in range(count)]
    finally:
        await client.aclose()


async def lapse(engine: Engine, node: NodeId) -> None:
    await engine.ask("DEL", envelope.node_key(node, "lease"))


async def test_a_renewal_holds_the_lease_for_six_seconds(steady_engine: Engine) -> None:
    async with leases(steady_engine, 1) as (here,):
        assert await here.renew() is Standing.ALIVE
        left = await steady_engine.ask("PTTL", envelope.node_key(here.node, "lease"))
        assert LEASE * 1000 - 1500 < left <= LEASE * 1000


async def test_a_node_without_a_lease_is_marked_at_the_second_look_three_seconds_on(steady_engine: Engine) -> None:
    async with leases(steady_engine, 2) as (here, dead):
        await here.renew()
        await dead.renew()
        await steady_engine.ask("SADD", envelope.node_key(dead.node, "rooms"), ROOM)
        await lapse(steady_engine, dead.node)
        assert await here.sweep(10.0) == []
        assert await here.sweep(10.0 + DEAD_AFTER - 0.5) == []
        (found,) = await here.sweep(10.0 + DEAD_AFTER)
        assert (found.node, found.rooms) == (dead.node, frozenset({ROOM}))


async def test_a_lease_taken_again_between_two_looks_starts_the_count_anew(steady_engine: Engine) -> None:
    async with leases(steady_engine, 2) as (here, there):
        await here.renew()
        await there.renew()
        await lapse(steady_engine, there.node)
        await here.sweep(10.0)
        await there.renew()
        await here.sweep(12.0)
        await lapse(steady_engine, there.node)
        assert await here.sweep(13.5) == []


async def test_of_many_sweepers_exactly_one_cleans_up(steady_engine: Engine) -> None:
    async with leases(steady_engine, 6) as (dead, *others):
        for one in (dead, *others):
            await one.renew()
        await lapse(steady_engine, dead.node)
        await asyncio.gather(*(one.sweep(10.0) for one in others))
        found = await asyncio.gather(*(one.sweep(20.0) for one in others))
        assert sum(map(len, found)) == 1


async def test_a_marked_node_cannot_renew_and_a_living_one_cannot_be_marked(steady_engine: Engine) -> None:
    """The mark and the lease exclude each other: two nodes never disagree on who is alive."""
    async with leases(steady_engine, 2) as (here, there):
        await here.renew()
        await there.renew()
        await lapse(steady_engine, there.node)
        await here.sweep(10.0)
        await there.renew()  # in the nick of time
        assert await here._mark(there.node) is None
        await lapse(steady_engine, there.node)
        assert await here._mark(there.node) is not None
        assert await there.renew() is Standing.MARKED
        old = there.node
        there.start_over()
        assert there.node != old
        assert await there.renew() is Standing.ALIVE


async def test_a_dead_node_is_forgotten_once_it_is_buried(steady_engine: Engine) -> None:
    async with leases(steady_engine, 2) as (here, dead):
        await dead.renew()
        await lapse(steady_engine, dead.node)
        await here.sweep(10.0)
        await here.sweep(20.0)
        assert await here.bury(dead.node)
        assert await here.sweep(30.0) == []
        assert await here.sweep(40.0) == []


async def test_an_emptied_store_is_noticed_at_the_next_renewal(steady_engine: Engine) -> None:
    """X61."""
    async with leases(steady_engine, 1) as (here,):
        await here.renew()
        here.indexed.add(ROOM)
        await steady_engine.ask("SADD", envelope.node_key(here.node, "rooms"), ROOM)
        assert await here.renew() is Standing.ALIVE
        await steady_engine.ask("FLUSHALL")
        assert await here.renew() is Standing.FORGOTTEN


async def test_an_engine_that_is_away_says_nothing_about_anyone(engine: Engine) -> None:
    async with leases(engine, 2) as (here, there):
        await there.renew()
        await engine.kill()
        assert await here.renew() is Standing.UNKNOWN
        assert await here.sweep(100.0) == []
        assert not await here.bury(there.node)
