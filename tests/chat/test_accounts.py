"""Persons: a token that was taken back opens nothing, and everything of a person is under one tag."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from chat.accounts import REVOKED, Accounts, Revocation, person_key
from chat.auth import USER_ID, Identity
from rooms.backplane import Backplane, Control
from rooms.calls import engine_client
from rooms.events import Band, RoomKey, UserId
from rooms.resp import EngineAway
from tests.support.engines import Engine

NOW = 1_800_000_000.0
ANNA = UserId("anna0000000000000000aa")
PHONE = Identity(user=ANNA, band=Band.ADULT, issued=NOW, expires=NOW + 3600, token_id="phone")
LAPTOP = replace(PHONE, token_id="laptop")
ROOM = RoomKey("adult/anxiety")


@asynccontextmanager
async def accounts(engine: Engine) -> AsyncIterator[Accounts]:
    client = engine_client(engine.url)
    try:
        yield Accounts(client)
    finally:
        await client.aclose()


async def test_new_persons_have_ids_nobody_can_guess_and_leave_no_trace(steady_engine: Engine) -> None:
    """X25: 128 random bits, fit for a key and a token."""
    async with accounts(steady_engine) as persons:
        ids = {await persons.new_person() for _ in range(100)}
        assert len(ids) == 100
        assert all(USER_ID.match(user) and len(user) == 22 for user in ids)
        assert await steady_engine.ask("DBSIZE") == 0


async def test_one_token_is_taken_back_and_the_others_stay_good(steady_engine: Engine) -> None:
    """X21: logging out on the phone does not log out the laptop."""
    async with accounts(steady_engine) as persons:
        assert not await persons.revoked(PHONE)
        await persons.revoke(PHONE, NOW + 10)
        await persons.revoke(PHONE, NOW + 10)
        assert await persons.revoked(PHONE)
        assert not await persons.revoked(LAPTOP)
        assert not await persons.revoked(replace(PHONE, user=UserId("ben")))


async def test_all_tokens_of_a_person_are_taken_back_and_later_ones_are_good(steady_engine: Engine) -> None:
    """X22."""
    async with accounts(steady_engine) as persons:
        await persons.revoke_all(ANNA, NOW + 60.5, 3600)
        assert await persons.revoked(PHONE)
        assert await persons.revoked(LAPTOP)
        assert await persons.revoked(replace(PHONE, token_id="same second", issued=NOW + 60))
        assert not await persons.revoked(replace(PHONE, token_id="new", issued=NOW + 61))
        await persons.revoke_all(ANNA, NOW + 30, 3600)  # an older word, arriving late, changes nothing
        assert await persons.revoked(replace(PHONE, token_id="x", issued=NOW + 60))


async def test_what_is_kept_of_revocations_stays_small_and_ends_with_the_tokens(steady_engine: Engine) -> None:
    async with accounts(steady_engine) as persons:
        for number in range(20):
            past = replace(PHONE, token_id=f"old{number}", expires=NOW + number)
            await persons.revoke(past, NOW)
        await persons.revoke(replace(PHONE, expires=NOW + 7200), NOW + 100)
        key = person_key(ANNA, "revoked")
        assert await steady_engine.ask("HLEN", key) == 1
        assert 7100 < await steady_engine.ask("TTL", key) <= 7200 + 30
        await persons.revoke(LAPTOP, NOW + 100)
        assert await steady_engine.ask("TTL", key) > 7000  # a shorter one does not end it sooner


async def test_a_name_is_remembered_for_its_room_alone(steady_engine: Engine) -> None:
    """F33: nothing about one room tells of another."""
    async with accounts(steady_engine) as persons:
        assert await persons.name_in(ANNA, ROOM) is None
        await persons.choose_name(ANNA, ROOM, "Señora Linterna")
        assert await persons.name_in(ANNA, ROOM) == "Señora Linterna"
        assert await persons.name_in(ANNA, RoomKey("adult/recovery")) is None
        keys = await steady_engine.ask("KEYS", "*")
        assert keys == [f"warm:{{p/{ANNA}}}:names".encode()]


async def test_without_the_engine_nobody_is_let_in_by_an_unproven_token(engine: Engine) -> None:
    """X54: an answer that cannot be had is no answer, and nothing of the question is in the error."""
    async with accounts(engine) as persons:
        await persons.revoke(PHONE, NOW)
        await engine.kill()
        for ask in (persons.revoked(PHONE), persons.revoke(PHONE, NOW), persons.choose_name(ANNA, ROOM, "Private")):
            with pytest.raises(EngineAway) as caught:
                await ask
            assert "anna" not in str(caught.value)
            assert "Private" not in str(caught.value)
        await engine.start()
        assert await persons.revoked(PHONE)  # kept by the append-only file


async def test_what_a_token_was_refreshed_to_is_taken_back_with_it(steady_engine: Engine) -> None:
    """A device keeps its name through every refresh, and the word about it lives as long as the newest token may."""
    async with accounts(steady_engine) as persons:
        await persons.revoke(replace(PHONE, expires=NOW + 5), NOW, longest=86_400)
        assert await persons.revoked(replace(PHONE, issued=NOW + 4, expires=NOW + 86_404))
        assert await steady_engine.ask("TTL", person_key(ANNA, "revoked")) > 86_000


async def test_many_tokens_are_asked_about_in_one_breath(steady_engine: Engine) -> None:
    async with accounts(steady_engine) as persons:
        assert await persons.revoked_among([]) == []
        await persons.revoke(PHONE, NOW)
        others = [replace(PHONE, user=UserId(f"ben{n}")) for n in range(3)]
        assert await persons.revoked_among([*others, PHONE, LAPTOP]) == [False, False, False, True, False]


async def test_every_node_is_told_and_judges_as_the_store_does(steady_engine: Engine) -> None:
    """The word on the channel of all nodes covers exactly the tokens that `revoked` says are taken back."""
    plane = Backplane(steady_engine.url)
    await plane.start()
    tokens = [PHONE, LAPTOP, replace(PHONE, token_id="later", issued=NOW + 61), replace(PHONE, user=UserId("ben"))]
    try:
        async with accounts(steady_engine) as persons, asyncio.timeout(20):
            for everything in (False, True):
                await (persons.revoke_all(ANNA, NOW + 60, 3600) if everything else persons.revoke(PHONE, NOW))
                heard: list[Control] = []
                while not heard:
                    await plane.wait()
                    heard = [arrival for arrival in plane.take() if isinstance(arrival, Control)]
                assert {word.verb for word in heard} == {REVOKED}  # twice where the script was unknown
                told = Revocation.unpack(heard[-1].body)
                assert [told.covers(token) for token in tokens] == await persons.revoked_among(tokens)
    finally:
        await plane.aclose()


@pytest.mark.parametrize("body", [b"", b"anna", b"anna soon phone", b"\xff \xff \xff"])
def test_a_word_of_another_make_is_none(body: bytes) -> None:
    with pytest.raises(ValueError):
        Revocation.unpack(body)


async def test_what_the_team_says_of_somebody_s_band_stands_until_it_is_taken_back(steady_engine: Engine) -> None:
    async with accounts(steady_engine) as persons:
        assert await persons.band_of(ANNA) == ""
        for band in ("teen", "child", ""):
            await persons.set_band(ANNA, band)
            assert await persons.band_of(ANNA) == band
        assert await steady_engine.ask("EXISTS", person_key(ANNA, "band")) == 0
