"""A heavy room goes slower on every node at once, and who is in distress does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from rooms import envelope
from rooms.backplane import Commit, Committed, EngineAway, Guard
from rooms.backplane import Refused as Declined
from rooms.calls import engine_client
from rooms.calming import Calming
from rooms.events import AliasId, EventId, Refusal, RoomKey, UserId
from rooms.topics import SPARED
from tests.support.engines import Engine
from tests.support.plane import AUTHOR, pumped

RULE = {"window": 2400.0, "spared": 1800.0}


@asynccontextmanager
async def calming_on(engine: Engine) -> AsyncIterator[Calming]:
    client = engine_client(engine.url)
    try:
        yield Calming(client)
    finally:
        await client.aclose()


def words(id: str, room: RoomKey, author: str = AUTHOR, kind: str = "message", slow_ms: int = 0) -> Commit:
    return Commit(
        room=room, id=EventId(id), kind=kind, author=UserId(author), body=b"words", guard=Guard(slow_ms=slow_ms)
    )


async def test_an_eased_room_slows_everybody_s_messages_and_nothing_else(steady_engine: Engine) -> None:
    """The commit script itself reads it, so every node obeys at once; reactions and cards are no messages."""
    room = RoomKey(f"adult/{uuid4().hex}")
    async with calming_on(steady_engine) as calming, pumped(steady_engine.url) as node:
        assert isinstance((await node.backplane.submit([words("a", room)]))[0], Committed)
        assert await calming.ease(room, node.backplane.engine_now_ms(), gap=20, lasts=900) is True
        submitted = [words("b", room), words("c", room), words("d", room, kind="reacted"), words("e", room, "other")]
        first, second, reacted, other = await node.backplane.submit(submitted)
    assert isinstance(first, Committed)
    assert isinstance(second, Declined)
    assert second.refusal is Refusal.TOO_SOON
    assert 0 < (second.retry_after or 0) <= 20
    assert isinstance(reacted, Committed)
    assert isinstance(other, Committed)


async def test_who_disclosed_is_spared_the_easing_and_the_room_s_own_slow_mode(steady_engine: Engine) -> None:
    """R1: distress costs nobody their voice. Keepers never wait either."""
    room = RoomKey(f"adult/{uuid4().hex}")
    async with calming_on(steady_engine) as calming, pumped(steady_engine.url) as node:
        await calming.ease(room, node.backplane.engine_now_ms(), gap=20, lasts=900)
        await calming.disclosed(room, None, AUTHOR, 1_000, **RULE)
        outcomes = await node.backplane.submit([words(id, room, slow_ms=60_000) for id in "abc"])
        keeper = await node.backplane.submit([words(id, room, "keeper", slow_ms=SPARED) for id in "xyz"])
        spared = await steady_engine.ask("PTTL", envelope.spared(room, AUTHOR))
    assert all(isinstance(outcome, Committed) for outcome in (*outcomes, *keeper))
    assert 0 < int(spared) <= 1_800_000


async def test_exactly_one_node_begins_an_easing_and_it_ends_by_itself(steady_engine: Engine) -> None:
    room = RoomKey(f"adult/{uuid4().hex}")
    async with calming_on(steady_engine) as one, calming_on(steady_engine) as two:
        began = await asyncio.gather(*(each.ease(room, 0, gap=20, lasts=900) for each in (one, two, one, two)))
    assert began.count(True) == 1
    assert 0 < int(await steady_engine.ask("PTTL", envelope.eased(room))) <= 900_000


async def test_no_room_is_believed_eased_whose_gap_was_not_written(steady_engine: Engine) -> None:
    """Mark and gap are one write: an easing that came to nothing half-way can be begun again."""
    room = RoomKey(f"adult/{uuid4().hex}")
    async with calming_on(steady_engine) as calming:
        await steady_engine.ask("SET", envelope.meta(room), "no meta")  # the gap cannot be written
        with pytest.raises(EngineAway):
            await calming.ease(room, 0, gap=20, lasts=900)
        await steady_engine.ask("DEL", envelope.meta(room))
        began = await calming.ease(room, 0, gap=20, lasts=900)
    assert began is True
    assert await steady_engine.ask("HGET", envelope.meta(room), "eased") == b"900000 20000"


async def test_disclosures_are_counted_over_nodes_by_person_and_forgotten(steady_engine: Engine) -> None:
    """By the alias in this room, with the newest time, for the window."""
    room, now = RoomKey(f"adult/{uuid4().hex}"), 10_000_000
    async with calming_on(steady_engine) as one, calming_on(steady_engine) as two:
        await one.disclosed(room, AliasId("a"), UserId("u"), now - 3_000_000, **RULE)
        await one.disclosed(room, AliasId("b"), UserId("v"), now - 5_000, **RULE)
        await two.disclosed(room, AliasId("b"), UserId("v"), now - 9_000, **RULE)
        rows = await two.disclosed(room, AliasId("c"), UserId("w"), now, **RULE)
        left = await steady_engine.ask("PTTL", envelope.wave(room))
    assert rows == [("c", now / 1000), ("b", (now - 5_000) / 1000)]
    assert 0 < int(left) <= 2_400_000


async def test_without_the_engine_nothing_is_eased_and_it_says_so(engine: Engine) -> None:
    async with calming_on(engine) as calming:
        await engine.kill()
        with pytest.raises(EngineAway):
            await calming.ease(RoomKey("adult/x"), 0, gap=20, lasts=900)


async def test_when_an_easing_is_over_the_room_is_as_before(steady_engine: Engine) -> None:
    """In the engine's own time: nothing has to be undone."""
    room = RoomKey(f"adult/{uuid4().hex}")
    async with calming_on(steady_engine) as calming, pumped(steady_engine.url) as node:
        await node.backplane.submit([words("a", room)])
        await calming.ease(room, node.backplane.engine_now_ms() - 900_000, gap=20, lasts=900)
        outcomes = await node.backplane.submit([words(id, room) for id in "bcd"])
    assert all(isinstance(outcome, Committed) for outcome in outcomes)
