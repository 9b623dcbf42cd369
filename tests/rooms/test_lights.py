"""The night lantern in the engine: one light a person, one answer a person and light, gone with who leaves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from rooms import envelope
from rooms.apart import Apart
from rooms.calls import engine_client
from rooms.events import AliasId, Member, NodeId, RoomKey, UserId
from rooms.lantern import LASTS
from rooms.lights import AT_ONCE, Lanterns
from rooms.presence import Presence
from rooms.resp import EngineAway
from tests.support.engines import Engine, one_flavour

A, B, C, D = (UserId(name) for name in "abcd")


def fresh_room() -> RoomKey:
    return RoomKey(f"adult/{uuid4().hex}")


@asynccontextmanager
async def lanterns_on(engine: Engine) -> AsyncIterator[Lanterns]:
    """Lights as a node whose clock is at the beginning sees them: every one that was read burns."""
    client = engine_client(engine.url)
    try:
        yield Lanterns(client, lambda: 0)
    finally:
        await client.aclose()


def member(user: UserId) -> Member:
    return Member(user, AliasId(f"alias-{user}"), "a name")


def answered(lanterns: Lanterns, room: RoomKey) -> dict[UserId, int]:
    return {user: light.answered for user, light in lanterns.window(room).lights.items()}


async def test_who_answers_counts_once_for_each_light_and_never_for_their_own(steady_engine: Engine) -> None:
    room = fresh_room()
    async with lanterns_on(steady_engine) as one, lanterns_on(steady_engine) as two:
        assert [await one.light(room, user) for user in (A, A, B)] == [True, False, True]
        assert [await two.answer(room, C), await one.answer(room, C), await one.answer(room, A)] == [2, 0, 1]
        await two.read([room])
        assert answered(two, room) == answered(one, room) == {A: 1, B: 2}


async def test_lighting_again_begins_the_time_anew_and_keeps_the_answers_and_a_new_light_has_none(
    steady_engine: Engine,
) -> None:
    room = fresh_room()
    async with lanterns_on(steady_engine) as lanterns:
        await lanterns.light(room, A)
        before = lanterns.window(room).lights[A].until
        await lanterns.answer(room, B)
        lanterns.lasts = 2 * LASTS
        assert not await lanterns.light(room, A)
        again = lanterns.window(room).lights[A]
        assert (again.until - before >= LASTS * 1000, again.answered) == (True, 1)
        assert [await lanterns.put_out(room, A), await lanterns.put_out(room, A)] == [True, False]
        assert await lanterns.light(room, A)
        assert answered(lanterns, room) == {A: 0}
        assert await lanterns.answer(room, B) == 1


async def test_a_block_keeps_answers_apart_both_ways_in_the_engine_itself(steady_engine: Engine) -> None:
    """T7: whatever a node has heard of it by then."""
    room = fresh_room()
    async with lanterns_on(steady_engine) as lanterns:
        client = engine_client(steady_engine.url)
        await Apart(client).part(room, A, B, 1)
        await client.aclose()
        for user in (A, B, C):
            await lanterns.light(room, user)
        assert [await lanterns.answer(room, user) for user in (A, B, C)] == [1, 1, 2]
        assert answered(lanterns, room) == {A: 1, B: 1, C: 2}


async def test_the_light_goes_with_the_last_seat_in_the_room_on_whichever_node(steady_engine: Engine) -> None:
    """In the step in which everybody hears that they left; also where a node died."""
    room = fresh_room()
    client = engine_client(steady_engine.url)
    nodes = [Presence(client, NodeId(name)) for name in ("n1", "n2")]
    async with lanterns_on(steady_engine) as lanterns:
        for node in nodes:
            node.arrive(member(A), room, 0.0)
            node.arrive(member(B), room, 0.0)
            await node.flush(0.0)
        await lanterns.light(room, A)
        await lanterns.light(room, B)
        await lanterns.answer(room, B)
        nodes[0].depart(A, room, 1.0, grace=False)
        await nodes[0].flush(1.0)
        await lanterns.read([room])
        assert set(lanterns.window(room).lights) == {A, B}
        nodes[1].depart(A, room, 2.0, grace=False)
        await nodes[1].flush(2.0)
        await lanterns.read([room])
        assert set(lanterns.window(room).lights) == {B}
        assert not await client.exists(envelope.answers(room, A))
    await client.aclose()


async def test_leaving_by_one_device_keeps_the_light_of_who_is_there_through_another_node(
    steady_engine: Engine,
) -> None:
    room = fresh_room()
    client = engine_client(steady_engine.url)
    nodes = [Presence(client, NodeId(name)) for name in ("n1", "n2")]
    async with lanterns_on(steady_engine) as lanterns:
        for node in nodes:
            node.arrive(member(A), room, 0.0)
            await node.flush(0.0)
        await lanterns.light(room, A)
        assert not await lanterns.leave(room, A, NodeId("n1"))
        nodes[0].depart(A, room, 1.0, grace=False)
        await nodes[0].flush(1.0)
        assert await lanterns.leave(room, A, NodeId("n2"))
        assert set(lanterns.window(room).lights) == {A}  # nobody hears of it by this
    await client.aclose()


@one_flavour
async def test_whatever_is_done_in_whatever_order_it_is_as_in_a_plain_drawing(steady_engine: Engine) -> None:
    """Four people, three hundred steps: who burns, and how many answered whom."""
    room, chance = fresh_room(), random.Random(5)
    drawn: dict[UserId, set[UserId]] = {}
    async with lanterns_on(steady_engine) as lanterns:
        for _ in range(300):
            user, step = chance.choice((A, B, C, D)), chance.choice(("light", "out", "answer", "answer"))
            if step == "light":
                assert await lanterns.light(room, user) == (user not in drawn)
                drawn.setdefault(user, set())
            elif step == "out":
                assert await lanterns.put_out(room, user) == (drawn.pop(user, None) is not None)
            else:
                meant = [answers for owner, answers in drawn.items() if owner != user and user not in answers]
                assert await lanterns.answer(room, user) == len(meant)
                for answers in meant:
                    answers.add(user)
            assert answered(lanterns, room) == {owner: len(answers) for owner, answers in drawn.items()}


async def test_nothing_of_it_outlives_the_night(steady_engine: Engine) -> None:
    """Every key ends by itself, and one whose time is over is no light to anybody."""
    room = fresh_room()
    client = engine_client(steady_engine.url)
    async with lanterns_on(steady_engine) as lanterns:
        await lanterns.light(room, A)
        await lanterns.answer(room, B)
        assert 0 < await client.pttl(envelope.answers(room, A)) <= LASTS * 1000
        assert 0 < await client.pttl(envelope.lights(room)) <= 2 * LASTS * 1000
        lanterns.lasts = 0.0
        await lanterns.light(room, A)
        assert await lanterns.answer(room, C) == 0
        assert not await lanterns.put_out(room, A)
    await client.aclose()


async def test_an_engine_that_is_away_says_so_and_what_was_known_stays_to_be_read_again(engine: Engine) -> None:
    room = fresh_room()
    async with lanterns_on(engine) as lanterns:
        await lanterns.light(room, A)
        await engine.kill()
        with pytest.raises(EngineAway):
            await lanterns.read([room])
        with pytest.raises(EngineAway):
            await lanterns.light(room, B)
        assert set(lanterns.window(room).lights) == {A}
        assert lanterns.window(room).stale


@one_flavour
async def test_a_crowd_that_comes_in_together_asks_the_engine_once_and_lights_with_few_connections(
    steady_engine: Engine,
) -> None:
    """The page looks at every join: a thousand questions at once would each open a connection."""
    room = fresh_room()
    async with lanterns_on(steady_engine) as lanterns:
        await lanterns.light(room, A)
        before = int((await engine_info(steady_engine))["total_connections_received"])
        await asyncio.gather(*(lanterns.look(room) for _ in range(500)))
        await asyncio.gather(*(lanterns.light(room, UserId(f"u{number}")) for number in range(200)))
        after = int((await engine_info(steady_engine))["total_connections_received"])
        assert len(lanterns.window(room).lights) == 201
        assert after - before <= AT_ONCE + 1  # the question after it is one


async def engine_info(engine: Engine) -> dict[str, str]:
    """What the engine says of its connections."""
    told = (await engine.ask("INFO", "stats")).decode()
    return dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
