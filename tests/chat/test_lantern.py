"""The night lantern over the wire: nobody is named, all are told only what is news, and a block looks like leaving."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from chat.client import Client, Codec
from chat.lantern import look_again
from chat.rounds import TELL
from rooms import envelope
from rooms.events import RoomKey
from rooms.lantern import LASTS
from rooms.lights import Lanterns
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import on_duty

pytestmark = one_flavour

ROOM = "anxiety"
# Everything that is ever told of a light: numbers, and what is one's own.
TOLD = {"type", "room", "awake", "lights", "lit", "watching", "answered", "until"}


async def lantern(raw: Raw, room: str = ROOM, **what: bool) -> dict[str, Any]:
    """Do something with the lantern: what one sees then."""
    seen = await raw.ask("lantern", room=room, **what)
    assert seen["type"] == "lantern_is", seen
    assert seen.keys() <= TOLD | {"re"}
    return seen


async def told(raw: Raw, **wanted: Any) -> dict[str, Any]:
    """The next event of the lantern that says so."""
    while True:
        event = await next_event(raw, "lantern")
        assert event.keys() <= TOLD
        if all(event.get(name) == value for name, value in wanted.items()):
            return event


def left(raw: Raw) -> set[str]:
    """Who has left, as far as this one was told while something else was waited for."""
    return {alias for event in raw.events if event["type"] == "presence" for alias in event["left"]}


async def news_until(raw: Raw, **wanted: Any) -> list[dict[str, Any]]:
    """Every event of the lantern up to one that says so."""
    heard = [await next_event(raw, "lantern")]
    while any(heard[-1].get(name) != value for name, value in wanted.items()):
        heard.append(await next_event(raw, "lantern"))
    return heard


async def test_a_light_is_seen_by_whoever_asked_and_answered_without_a_name(steady_engine: Engine) -> None:
    """F5, on two nodes and in both codecs; the answer is counted once, and stays when the light is lit again."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, ROOM) as ann,
        talking(two, ROOM) as bob,
        talking(two, ROOM) as cat,
        Client(f"{one.url}/ws".replace("http", "ws"), guest={"band": "adult"}, codec=Codec.MSGPACK) as dan,
    ):
        await dan.join(ROOM)
        assert await dan.lantern(ROOM, watching=True) | {"re": 0} == {
            "type": "lantern_is", "re": 0, "room": ROOM, "lit": False, "watching": True, "answered": 0, "lights": 0,
        }  # fmt: skip
        assert "lights" not in await lantern(cat)
        lit = await lantern(bob, lit=True)
        assert (lit["lit"], lit["answered"], "lights" in lit) == (True, 0, False)
        async for event in dan.events():
            if event["type"] == "lantern":
                assert (event["lights"], event["lit"]) == (1, False)
                break
        for _ in range(2):
            assert (await dan.lantern(ROOM, answering=True))["lights"] == 1
        await told(bob, answered=1)
        assert (await lantern(ann, watching=True))["lights"] == 1
        await lantern(ann, answering=True)
        await told(bob, answered=2)
        again = await lantern(bob, lit=True)
        assert (again["answered"], again["until"] > lit["until"]) == (2, True)
        assert (await lantern(bob, lit=False))["lit"] is False
        await told(ann, lights=0)
        assert (await lantern(bob, lit=True))["answered"] == 0
        metrics = two.metrics.read()
        assert (metrics["warmline_lights_total"], one.metrics.read()["warmline_light_answers_total"]) == (2, 2)
        assert not any(event["type"] == "lantern" for event in cat.events)  # watched nothing, and lit nothing


async def test_how_many_are_awake_is_said_from_five_on_oneself_among_them(steady_engine: Engine) -> None:
    """F5: coarse presence, over all nodes, readers too."""
    async with node_on(steady_engine.url) as one, node_on(steady_engine.url) as two, AsyncExitStack() as stack:
        first = await stack.enter_async_context(talking(one, ROOM))
        for node in (one, two, two):
            await stack.enter_async_context(talking(node, ROOM))
        assert "awake" not in await lantern(first)
        await stack.enter_async_context(talking(two, ROOM))
        async with asyncio.timeout(10):
            while (await lantern(first, lit=True)).get("awake") != 5:
                await next_event(first, "presence")
        second = await stack.enter_async_context(talking(one, ROOM))
        await lantern(second, watching=True, answering=True)
        assert (await told(first, answered=1))["awake"] == 6  # also in the moment in which the engine is told of them


async def test_only_who_watches_may_answer_and_only_in_a_topic_room_they_are_in(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, ROOM) as ann, on_duty(node.url, "listener") as staff:
        refused = await ann.ask("lantern", room=ROOM, lit=True, answering=True)
        assert (refused["code"], refused["path"], "watching" in refused["says"]) == ("not_ready", "answering", True)
        assert (await lantern(ann))["lit"] is False  # all of it, or nothing
        assert (await lantern(ann, watching=True, answering=True))["watching"] is True
        assert (await lantern(ann, watching=False))["watching"] is False
        codes = [(await ann.ask("lantern", room=room, lit=True))["code"] for room in ("recovery", "inbox", "teens")]
        assert codes == ["not_member", "not_member", "not_found"]
        assert (await ann.ask("lantern", room="stay", lit=True))["code"] == "not_found"
        assert (await ann.ask("lantern", room=ROOM, lit="yes"))["code"] == "bad_request"
        assert (await staff.ask("lantern", room=ROOM))["code"] == "not_member"


async def test_a_block_hides_lights_and_answers_both_ways_and_looks_like_leaving(steady_engine: Engine) -> None:
    """T7, on two nodes: whoever watches can't tell a block from somebody who went to sleep."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, ROOM) as ann,
        talking(two, ROOM) as bob,
        talking(two, ROOM) as cat,
    ):
        one.services.lights.lingers = two.services.lights.lingers = 500
        for raw in (ann, bob, cat):
            await lantern(raw, watching=True)
        for raw in (ann, bob):
            await lantern(raw, lit=True)
        await told(cat, lights=2)
        await told(bob, lights=1)
        await lantern(ann, answering=True)
        answered = await told(bob, answered=1)
        mine, theirs = [(await raw.ask("join", room=ROOM))["alias_id"] for raw in (ann, bob)]
        assert (await lantern(bob))["watching"] is True  # joined anew on the same connection
        assert (await ann.ask("block", room=ROOM, alias_id=theirs))["type"] == "blocked"
        by_block = await told(bob, lights=0)
        assert mine in left(bob)  # told before, and so it is when somebody leaves
        await told(ann, lights=0)
        assert by_block == answered | {"lights": 0}  # what was answered before stays, as when somebody leaves
        for raw in (ann, bob, cat):
            assert (await lantern(raw, answering=True))["answered"] <= 1
        await told(ann, answered=1)  # by cat
        await told(bob, answered=2)
        assert (await lantern(bob, lit=False, answering=True))["lights"] == 0
        assert (await lantern(bob, lit=True))["answered"] == 0
        await lantern(ann, answering=True)
        assert (await lantern(bob))["answered"] == 0
        assert (await ann.ask("unblock", room=ROOM, alias_id=theirs))["type"] == "unblocked"
        await told(ann, lights=1, lit=False)  # who comes into sight comes without a light
        await lantern(ann, lit=True)
        await told(bob, lights=1)
        bob.events.clear()
        await ann.ask("leave", room=ROOM)
        by_leaving = await told(bob, lights=0)
        assert mine in left(bob)
        assert by_leaving.keys() == by_block.keys()


async def test_a_light_is_a_person_s_on_every_device_and_goes_out_with_them(steady_engine: Engine) -> None:
    """It survives a cut and not a leave, however quickly they are back; the quick exit puts it out everywhere."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, ROOM) as bob,
        Raw.upgraded(two.url) as other,
    ):
        one.services.lights.lingers = two.services.lights.lingers = 0
        await lantern(bob, watching=True)
        async with Raw.upgraded(one.url) as phone:
            token = (await phone.hello())["token"]
            assert (await other.ask("hello", token=token, resume=[{"room": ROOM}]))["type"] == "welcome"
            await phone.ask("join", room=ROOM)
            await lantern(other, watching=True)
            until = (await lantern(phone, lit=True))["until"]
            assert (await told(other, lit=True))["until"] == until
            await told(bob, lights=1)
            await lantern(bob, answering=True)
            assert (await told(phone, answered=1))["watching"] is False
            assert (await told(other, answered=1))["watching"] is True
            await phone.ask("leave", room=ROOM)
            assert (await lantern(other))["lit"] is True  # still here, by the other device
        async with asyncio.timeout(10):
            while b"2" in await steady_engine.ask("HVALS", envelope.people(RoomKey(f"adult/{ROOM}"))):
                await asyncio.sleep(0.02)  # until that device is gone for all nodes
        await other.ask("leave", room=ROOM)
        await other.ask("join", room=ROOM)
        back = await lantern(other)
        assert (back["lit"], back["watching"]) == (False, False)
        await told(bob, lights=0)
        await lantern(other, lit=True)
        other.writer.transport.abort()
        async with Raw.upgraded(one.url) as again:
            assert (await again.ask("hello", token=token, resume=[{"room": ROOM}]))["type"] == "welcome"
            found = await lantern(again)
            assert (found["lit"], found["watching"]) == (True, False)
            await told(bob, lights=1)
            await again.ask("close", room="stay", why="exit")
            await told(bob, lights=0)


async def test_a_dozen_relights_are_one_event_to_who_watches_and_it_goes_out_by_itself(steady_engine: Engine) -> None:
    """At most one a tick, however often it changes; its end is told to its owner and to who watches."""
    async with node_on(steady_engine.url) as node, talking(node, ROOM) as ann, talking(node, ROOM) as bob:
        await lantern(ann, watching=True)
        for _ in range(12):
            await lantern(bob, lit=True)
        await told(ann, lights=1)
        for _ in range(12):
            await lantern(bob, lit=True)
        await lantern(bob, lit=False)
        assert [event["lights"] for event in await news_until(ann, lights=0)] == [0]
        begun = node.services.ticks()
        for _ in range(20):
            await lantern(bob, lit=True)
            await lantern(bob, lit=False)
        node.services.lights.lasts = TELL * 2
        last = await lantern(bob, lit=True)
        over = await told(bob, lit=False)
        assert ("until" in over, over["answered"], last["lit"]) == (False, 0, True)
        ticks = (node.services.ticks() - begun) / TELL
        heard = [event for event in ann.events if event["type"] == "lantern"]
        assert len(heard) <= ticks + 2
        assert LASTS == 1800.0


async def test_a_word_between_nodes_that_was_lost_is_made_good_by_looking_again(steady_engine: Engine) -> None:
    """As after a while without the engine: what burns is in the store, not in what was heard."""
    key = RoomKey(f"adult/{ROOM}")
    async with node_on(steady_engine.url) as node, talking(node, ROOM) as ann, talking(node, ROOM) as bob:
        await lantern(ann, watching=True)
        await lantern(bob, watching=True)
        first, _ = node.hub.people
        silent = Lanterns(node.redis, lambda: 0)  # a node whose words nobody hears
        await silent.light(key, first)
        look_again(node.services)
        assert (await told(bob, lights=1))["lit"] is False
        await told(ann, lit=True)
        await silent.put_out(key, first)
        assert (await lantern(bob))["lights"] == 0  # who asks is told what is
        look_again(node.services)
        assert (await told(ann, lit=False))["lights"] == 0
