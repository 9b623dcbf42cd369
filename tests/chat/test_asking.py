"""Asking for a person: one open crisis case for one person, kept or honestly not."""

from __future__ import annotations

import asyncio

from chat.asking import ask_for_person
from chat.auth import Identity
from moderation.cases import CaseKind, Rank
from moderation.verdict import Care, CareBand, CareKind
from rooms.events import Band, RoomKey, UserId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on

ROOM = RoomKey("adult/anxiety")
HIGH = Care(CareBand.HIGH, CareKind.SUICIDE)


def person(user: str) -> Identity:
    return Identity(user=UserId(user), band=Band.ADULT, expires=9e9)


@one_flavour
async def test_it_is_a_crisis_case_against_nobody_and_without_words(steady_engine: Engine) -> None:
    """R1: and it comes before everything else on the desk."""
    async with node_on(steady_engine.url) as node:
        assert await ask_for_person(node.services, person("asker-1"), ROOM, HIGH, "m1")
        (case,) = [case for case in await node.services.review.queue(limit=500) if case.user == "asker-1"]
        words = await node.services.review.words(case.id)
    assert (case.kind, case.against, case.rank) == (CaseKind.CRISIS, "", Rank.CRISIS)
    assert (words.text, words.note) == ("", "")


@one_flavour
async def test_the_same_person_is_one_case_however_many_causes_there_are(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node:
        for cause in ("m1", "m1", "m2", "wish/1"):
            assert await ask_for_person(node.services, person("asker-2"), ROOM, HIGH, cause)
        assert await ask_for_person(node.services, person("asker-3"), ROOM, HIGH, "m1")
        mine = [case.user for case in await node.services.review.queue(limit=500)]
    assert mine.count("asker-2") == mine.count("asker-3") == 1


async def test_without_the_store_nobody_was_asked_and_that_is_said_soon(engine: Engine) -> None:
    """F45: the card of somebody in danger waits for the desk less than a second."""
    async with node_on(engine.url) as node:
        engine.pause()
        try:
            async with asyncio.timeout(1.5):
                kept = await ask_for_person(node.services, person("asker-4"), ROOM, HIGH, "m1")
        finally:
            engine.resume()
    assert kept is False


@one_flavour
async def test_who_is_worse_by_now_moves_up(steady_engine: Engine) -> None:
    """The open case is as urgent as the newest cause, and never less so."""
    worse = Care(CareBand.IMMINENT, CareKind.SUICIDE)
    async with node_on(steady_engine.url) as node:
        for care, cause in ((Care(CareBand.CONCERN), "wish/1"), (worse, "m1"), (HIGH, "m2")):
            assert await ask_for_person(node.services, person("asker-5"), ROOM, care, cause)
        (case,) = await node.services.review.of("asker-5")
        listed = await node.services.review.queue(limit=500)
    assert (case.rank, case.care, case.care_kind) == (Rank.IMMINENT, CareBand.IMMINENT, "suicide")
    assert listed[0].id == case.id
