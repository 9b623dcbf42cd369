"""Apart: who has blocked whom in which room, on real engines."""

from __future__ import annotations

import asyncio

import pytest

from rooms import envelope
from rooms.apart import NAMED, Apart
from rooms.calls import engine_client
from rooms.events import RoomKey, UserId
from rooms.resp import EngineAway
from tests.support.engines import Engine

A, B, C = (UserId(name) for name in "abc")
ROOM, OTHER = RoomKey("anxiety/adult"), RoomKey("recovery/adult")


async def test_it_holds_both_ways_in_that_room_only_and_for_every_node(engine: Engine) -> None:
    """T7: symmetric; F33: no other room knows."""
    client = engine_client(engine.url)
    one, two = Apart(client), Apart(client)
    assert await one.part(ROOM, A, B, 70)
    assert not await two.part(ROOM, A, B, 90)
    for node in (one, two):
        await node.load(ROOM)
        await node.load(OTHER)
        assert (node.behind(A, ROOM), node.behind(B, ROOM)) == (((B, 70),), ((A, 70),))
        assert node.behind(A, OTHER) == node.behind(C, ROOM) == ()
    await client.aclose()


async def test_taking_it_back_is_for_whoever_said_it(engine: Engine) -> None:
    """Each has blocked the other: one alone lifts nothing."""
    client = engine_client(engine.url)
    apart = Apart(client)
    await apart.part(ROOM, A, B, 70)
    await apart.part(ROOM, B, A, 80)
    assert not await apart.lift(ROOM, C, B)
    assert await apart.lift(ROOM, A, B)
    await apart.read([ROOM])
    assert apart.behind(A, ROOM) == ((B, 80),)
    assert (apart.made_by(A, ROOM), apart.made_by(B, ROOM)) == (0, 1)
    await client.aclose()


async def test_what_somebody_was_called_is_kept_a_month_for_whoever_blocked_them(engine: Engine) -> None:
    """F33: for their eyes only; gone with the block, and never told of who has blocked oneself."""
    client = engine_client(engine.url)
    apart = Apart(client)
    await apart.part(ROOM, A, B, 70, "Warm Lantern")
    await apart.part(ROOM, A, B, 90, "Another Name")
    await apart.part(ROOM, C, A, 80)
    await apart.read([ROOM])
    assert (apart.blocked_by(A, ROOM), apart.blocked_by(B, ROOM)) == (((B, 70),), ())
    assert await apart.names(A, [(ROOM, B), (ROOM, C), (OTHER, B)]) == ["Warm Lantern", "", ""]
    assert await apart.names(B, [(ROOM, A)]) == [""]
    assert 0 < await client.pttl(envelope.apart_name(ROOM, A, B)) <= NAMED
    await apart.lift(ROOM, A, B)
    assert await apart.names(A, [(ROOM, B)]) == [""]
    await client.aclose()


async def test_those_who_come_at_once_share_one_reading(engine: Engine) -> None:
    """A thousand who come in together open one connection, and where it fails all know at once."""
    client = engine_client(engine.url)
    apart = Apart(client)
    await apart.part(ROOM, A, B, 70)
    async with asyncio.timeout(10):
        await asyncio.gather(*(apart.load(ROOM) for _ in range(1000)))
    assert apart.behind(A, ROOM) == ((B, 70),)
    assert len(await client.client_list()) <= 3
    await client.aclose()
    nobody = engine_client("redis://127.0.0.1:1/0")
    async with asyncio.timeout(10):
        away = Apart(nobody)
        met = await asyncio.gather(*(away.load(ROOM) for _ in range(3)), return_exceptions=True)
    assert {type(one) for one in met} == {EngineAway}
    await nobody.aclose()


async def test_reading_says_whose_view_has_changed(engine: Engine) -> None:
    client = engine_client(engine.url)
    apart = Apart(client)
    await apart.load(ROOM)
    await apart.part(ROOM, A, B, 70)
    assert await apart.read([ROOM]) == {ROOM: {A, B}}
    assert await apart.read([ROOM]) == {ROOM: set()}
    await client.aclose()


async def test_an_engine_that_is_away_makes_nobody_seen_again(engine: Engine) -> None:
    client = engine_client(engine.url)
    apart = Apart(client)
    await apart.part(ROOM, A, B, 70)
    await apart.load(ROOM)
    await engine.kill()
    with pytest.raises(EngineAway):
        await apart.read([ROOM])
    assert apart.behind(A, ROOM) == ((B, 70),)
    await client.aclose()
