"""Who of the team is there: true at that moment, on any node, for the right band of age."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chat.auth import Identity, Scope
from chat.shift import ACTIVE_FOR, LEASE, Shift, cares_for, shift_key
from rooms.calls import engine_client
from rooms.events import Band, NodeId, Role, UserId
from tests.support.engines import Engine


def staff(role: Role = Role.RESPONDER, *scopes: Scope, band: Band = Band.ADULT, user: str = "r") -> Identity:
    return Identity(user=UserId(user), roles=frozenset({role}), scopes=frozenset(scopes), band=band, expires=9e9)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def two_nodes(engine: Engine, clock: Clock) -> AsyncIterator[tuple[Shift, Shift, set[UserId]]]:
    client = engine_client(engine.url)
    await client.delete(*(shift_key(band) for band in Band))
    connected: set[UserId] = {UserId("r"), UserId("m")}
    try:
        yield (
            Shift(client, NodeId("one"), connected.__contains__, clock),
            Shift(client, NodeId("two"), connected.__contains__, clock),
            connected,
        )
    finally:
        await client.aclose()


def test_who_may_be_called_to_whom() -> None:
    """Teens meet only vetted adults (F9); a listener or a peer is nobody's responder."""
    assert cares_for(staff()) == {Band.ADULT}
    assert cares_for(staff(Role.MODERATOR, Scope.TEEN_VETTED)) == {Band.ADULT, Band.TEEN}
    assert cares_for(staff(Role.LISTENER)) == cares_for(staff(Role.PEER)) == frozenset()
    assert cares_for(staff(band=Band.TEEN)) == frozenset()


async def test_a_responder_on_one_node_is_known_on_the_other(steady_engine: Engine) -> None:
    async with two_nodes(steady_engine, Clock()) as (one, two, _):
        assert await two.ask(Band.ADULT) is False
        one.saw(staff())
        assert one.known(Band.ADULT) is True
        await one.beat()
        assert await two.ask(Band.ADULT) is True
        assert two.known(Band.TEEN) is False


async def test_who_has_gone_or_done_nothing_for_ten_minutes_is_not_there(steady_engine: Engine) -> None:
    clock = Clock()
    async with two_nodes(steady_engine, clock) as (one, two, connected):
        one.saw(staff())
        connected.clear()
        assert await one.ask(Band.ADULT) is False
        connected.add(UserId("r"))
        one.saw(staff())
        await one.beat()
        clock.now += ACTIVE_FOR + 1
        assert await one.ask(Band.ADULT) is False
        assert await two.ask(Band.ADULT) is False


async def test_a_node_that_was_killed_is_not_believed_for_long(steady_engine: Engine) -> None:
    async with two_nodes(steady_engine, Clock()) as (one, two, _):
        one.saw(staff())
        await one.beat()
        left = await steady_engine.ask("PTTL", shift_key(Band.ADULT))
        assert 0 < int(left) <= LEASE * 1000
        client = engine_client(steady_engine.url)
        await client.zadd(shift_key(Band.ADULT), {"one": 1})  # as if its lease were over
        await client.aclose()
        assert await two.ask(Band.ADULT) is False


async def test_without_the_engine_nothing_is_said_of_other_nodes(engine: Engine) -> None:
    """F45: who is here is known all the same; of the others we say that we cannot know."""
    clock = Clock()
    async with two_nodes(engine, clock) as (one, two, _):
        one.saw(staff())
        await one.beat()
        assert await two.ask(Band.ADULT) is True
        await engine.kill()
        clock.now += LEASE + 0.1
        async with asyncio.timeout(5):
            assert await two.ask(Band.ADULT) is None
        assert two.known(Band.ADULT) is None
        assert one.known(Band.ADULT) is True
