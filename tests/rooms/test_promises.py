"""Places of a room with a limit, held for those on their way in: never one too many, on any number of nodes."""

from __future__ import annotations

import asyncio

from rooms import envelope
from rooms.promises import LASTS
from tests.support.ear import Ear
from tests.support.engines import Engine
from tests.support.present import ROOM, nodes, person


async def test_of_many_who_come_at_once_on_two_nodes_exactly_as_many_as_fit_get_a_place(steady_engine: Engine) -> None:
    """The count and the promise are one step for all nodes."""
    async with nodes(steady_engine, 2) as (here, there):
        came = [(node, person(number)) for number in range(40) for node in (here, there)[number % 2 :][:1]]
        got = await asyncio.gather(*(node.promise(member.user, ROOM, 7) for node, member in came))
        for (node, member), place in zip(came, got, strict=True):
            if place:
                node.arrive(member, ROOM, 0.0)
        assert sum(got) == 7
        for node in (here, there):
            await node.flush(0.0)
        assert await steady_engine.ask("HLEN", envelope.people(ROOM)) == 7
        assert await steady_engine.ask("EXISTS", envelope.promised(ROOM)) == 0  # each promise ended in a seat
        assert not await here.promise(person(99).user, ROOM, 7)


async def test_a_join_that_fails_gives_the_place_back(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 2) as (here, there):
        assert await here.promise(person(1).user, ROOM, 1)
        assert here.expected(ROOM) == 1
        assert not await there.promise(person(2).user, ROOM, 1)
        here.release(person(1).user, ROOM)
        assert here.expected(ROOM) == 0
        await here.flush(0.0)
        assert await there.promise(person(2).user, ROOM, 1)


async def test_a_place_is_held_until_the_last_join_of_a_person_is_over(steady_engine: Engine) -> None:
    """Two devices come at once; that the first one fails does not take the place from the other."""
    anna = person(1)
    async with nodes(steady_engine, 2) as (here, there):
        assert await asyncio.gather(*(here.promise(anna.user, ROOM, 1) for _ in range(2))) == [True, True]
        here.release(anna.user, ROOM)
        await here.flush(0.0)
        assert not await there.promise(person(2).user, ROOM, 1)
        here.arrive(anna, ROOM, 0.0)
        here.release(anna.user, ROOM)
        await here.flush(0.0)
        assert await steady_engine.ask("HLEN", envelope.people(ROOM)) == 1
        assert await there.promise(anna.user, ROOM, 1)  # who is in already needs no other place


async def test_a_crowd_costs_a_question_per_round_trip_and_not_per_person(steady_engine: Engine) -> None:
    """Who comes while the engine is being asked goes into the next question."""
    async with nodes(steady_engine, 1) as (here,):
        await here.promise(person(0).user, ROOM, 1000)  # the engine knows the script
        await steady_engine.ask("CONFIG", "RESETSTAT")
        await asyncio.gather(*(here.promise(person(number).user, ROOM, 1000) for number in range(300)))
        stats = (await steady_engine.ask("INFO", "commandstats")).decode()
    (line,) = [line for line in stats.splitlines() if line.startswith("cmdstat_evalsha:")]
    assert int(line.partition("calls=")[2].partition(",")[0]) <= 3


async def test_promises_of_a_node_that_died_lapse(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 2) as (here, there):
        assert await here.promise(person(1).user, ROOM, 1)
        assert 0 < await steady_engine.ask("PTTL", envelope.promised(ROOM)) <= LASTS * 1000
        # as if `LASTS` had passed
        await steady_engine.ask("ZADD", envelope.promised(ROOM), "1", f"{here.node}:{person(1).user}")
        assert await there.promise(person(2).user, ROOM, 1)


async def test_without_the_engine_what_this_node_knows_decides(engine: Engine) -> None:
    """A room whose history can be shown does not shut because the store is away (F45)."""
    async with nodes(engine, 1) as (here,), Ear.on(engine.url, ROOM):
        await engine.kill()
        assert await here.promise(person(1).user, ROOM, 1)
        assert here.expected(ROOM) == 1
