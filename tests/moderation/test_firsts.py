"""What a host has released of somebody new: counted once each, room by room, forgotten in the end."""

from __future__ import annotations

import asyncio

import pytest

from moderation.audit import StoreAway
from moderation.firsts import KEPT, Firsts
from moderation.keys import firsts
from rooms.calls import engine_client
from tests.support.engines import Engine, one_flavour


@one_flavour
async def test_a_release_that_is_done_twice_counts_once(steady_engine: Engine) -> None:
    """What follows from the end of a case may be done again, by another node, at any time."""
    client = engine_client(steady_engine.url)
    kept = Firsts(client)
    await asyncio.gather(*(kept.released("tim", "teen/a", id) for id in ("m1", "m1", "m2", "m1")))
    assert await kept.count("tim", "teen/a") == 2
    await client.aclose()


@one_flavour
async def test_each_person_is_new_in_each_room(steady_engine: Engine) -> None:
    client = engine_client(steady_engine.url)
    kept = Firsts(client)
    await kept.released("ida", "teen/b", "m1")
    assert [await kept.count(*who) for who in (("ida", "teen/b"), ("ida", "teen/c"), ("ova", "teen/b"))] == [1, 0, 0]
    await client.aclose()


@one_flavour
async def test_it_lies_with_the_person_and_is_forgotten_after_half_a_year(steady_engine: Engine) -> None:
    client = engine_client(steady_engine.url)
    await Firsts(client).released("uma", "teen/d", "m1")
    assert "{p/uma}" in firsts("uma", "teen/d")
    assert 0 < await client.pttl(firsts("uma", "teen/d")) <= KEPT
    await client.aclose()


async def test_a_store_that_is_away_is_no_zero() -> None:
    client = engine_client("redis://127.0.0.1:1")
    for asked in (Firsts(client).count("tim", "teen/a"), Firsts(client).released("tim", "teen/a", "m1")):
        with pytest.raises(StoreAway):
            await asked
    await client.aclose()
